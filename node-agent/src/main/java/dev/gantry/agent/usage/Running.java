package dev.gantry.agent.usage;

/**
 * A container that runs on this machine.
 *
 * @param scope       of its workload
 * @param id          of its workload
 * @param container   its name within the workload
 * @param engineId    the engine's id of it
 * @param startedAtMs of this run, milliseconds since the epoch
 * @param group       the name of its workload's own control group, whether there is one or not
 */
public record Running(String scope, String id, String container, String engineId, long startedAtMs, String group) {}
