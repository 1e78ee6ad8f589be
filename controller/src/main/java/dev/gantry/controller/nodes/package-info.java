/**
 * Decides whether nodes are heard of, gives up those that are silent for too long together with
 * what ran there, and removes those that were deregistered. Pure; hears heartbeats only through
 * {@link Heartbeats}.
 */
@NullMarked
package dev.gantry.controller.nodes;

import org.jspecify.annotations.NullMarked;
