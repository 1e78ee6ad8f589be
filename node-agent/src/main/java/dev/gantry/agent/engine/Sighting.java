package dev.gantry.agent.engine;

import dev.gantry.agent.plan.ObservedContainer;

/**
 * A container as inspected.
 *
 * @param workload "scope/id"; empty when the container is not one of this node's workloads
 */
public record Sighting(String workload, ObservedContainer container) {}
