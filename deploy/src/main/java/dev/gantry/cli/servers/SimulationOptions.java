package dev.gantry.cli.servers;

import java.time.Duration;

/**
 * Nodes on which nothing runs.
 *
 * @param count       of nodes
 * @param cpus        of each
 * @param memoryMib   of each
 * @param startMin    a container's start takes at least so long
 * @param startMax    and at most so long
 * @param failureRate of all starts so many fail, 0 to 1
 * @param seed        of these choices
 */
public record SimulationOptions(
        int count, int cpus, long memoryMib, Duration startMin, Duration startMax, double failureRate, long seed) {}
