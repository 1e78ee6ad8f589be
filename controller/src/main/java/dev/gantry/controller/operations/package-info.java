/** Gantry's own API beside the AWS ones: why, what-if placement, logs, exec, statistics, join tokens, status, reset. */
@NullMarked
package dev.gantry.controller.operations;

import org.jspecify.annotations.NullMarked;
