package dev.gantry.agent.engine;

import dev.gantry.agent.plan.ObservedContainer;

/**
 * One line of the engine's list of containers.
 *
 * @param workload "scope/id"
 * @param container name within the workload
 */
public record Listing(String id, String workload, String container, ObservedContainer.State state) {}
