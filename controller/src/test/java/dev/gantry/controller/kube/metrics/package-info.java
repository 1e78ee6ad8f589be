/** Tests of events, in the store. */
@NullMarked
package dev.gantry.controller.kube.metrics;

import org.jspecify.annotations.NullMarked;
