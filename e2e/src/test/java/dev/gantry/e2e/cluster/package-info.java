/** Services on several hosts: placement, rollouts, and what happens when machines and processes die. */
@NullMarked
package dev.gantry.e2e.cluster;

import org.jspecify.annotations.NullMarked;
