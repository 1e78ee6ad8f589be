package dev.gantry.agent.engine;

import dev.gantry.agent.plan.ObservedContainer;

/**
 * A container as inspected.
 *
 * @param workload "scope/id"; empty when the container is not one of this node's workloads
 * @param process  the first one of the container, as the engine's machine counts; 0 when none runs
 */
public record Sighting(String workload, ObservedContainer container, long process) {}
