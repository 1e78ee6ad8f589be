/**
 * The workshop: carries plans out on the container engine, keeps the journal, reports. Leaves every decision about containers to {@code plan}.
 *
 * <p>Limits of a whole task (CPU, memory) are set on a control group of its own where the engine's driver is cgroupfs on control groups v1 and
 * the agent may make one. Elsewhere each container of the task gets the task's limit as its own.
 */
@NullMarked
package dev.gantry.agent.work;

import org.jspecify.annotations.NullMarked;
