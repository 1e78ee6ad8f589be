/**
 * Ends what must not run twice when no leader is heard: a small process beside the agent, which an agent that hangs or dies
 * does not take along, kills by control group and needs neither the agent nor the engine for it. It also takes away a file
 * that the engine has to mount, so that a start which was on its way when the time ran out does not happen later.
 *
 * <p>What it cannot do: a machine that stands still as a whole ends nothing, so what the container had sent before may still
 * arrive when its replacement runs. Only a fencing token at the resource itself closes that gap.
 */
@NullMarked
package dev.gantry.agent.leash;

import org.jspecify.annotations.NullMarked;
