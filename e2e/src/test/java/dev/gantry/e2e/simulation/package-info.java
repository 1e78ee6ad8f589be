/**
 * The control plane and its agents in one thread from a seed: the production code's decisions, with a simulated clock,
 * network, store trouble and container runtime. Leaves real processes to the other tests.
 */
@NullMarked
package dev.gantry.e2e.simulation;

import org.jspecify.annotations.NullMarked;
