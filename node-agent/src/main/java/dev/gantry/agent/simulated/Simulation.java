package dev.gantry.agent.simulated;

import java.time.Duration;

/**
 * What a simulated node pretends to be, and how well its containers start.
 *
 * @param startMin    a start takes at least so long
 * @param startMax    and at most so long
 * @param failureRate of all starts so many fail, 0 to 1
 * @param seed        of the choices; the same seed makes the same starts of a node fail, counted in their order
 */
public record Simulation(
        int processors, long memoryBytes, Duration startMin, Duration startMax, double failureRate, long seed) {

    public static final Duration START_MAX = Duration.ofMinutes(10);
    public static final int PROCESSORS_MAX = 4096;
    public static final long MEMORY_MAX_BYTES = 1L << 50;

    public Simulation {
        require(
                processors >= 1 && processors <= PROCESSORS_MAX,
                "a simulated node has 1 to " + PROCESSORS_MAX + " CPUs");
        require(memoryBytes >= 1 && memoryBytes <= MEMORY_MAX_BYTES, "a simulated node has memory, up to 1 PiB");
        require(
                !startMin.isNegative() && startMin.compareTo(startMax) <= 0 && startMax.compareTo(START_MAX) <= 0,
                "a simulated start takes up to " + START_MAX.toMinutes()
                        + " minutes, and at least as long at most as at least");
        require(failureRate >= 0 && failureRate <= 1, "a failure rate is 0 to 1");
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** The same with choices of its own. */
    public Simulation ofNode(int index) {
        return new Simulation(processors, memoryBytes, startMin, startMax, failureRate, seed + index);
    }
}
