/**
 * Decides what to do with containers: desired workloads, observed containers and the time in,
 * actions and reports out. Pure.
 */
@NullMarked
package dev.gantry.agent.plan;

import org.jspecify.annotations.NullMarked;
