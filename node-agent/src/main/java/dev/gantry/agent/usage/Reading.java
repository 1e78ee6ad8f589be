package dev.gantry.agent.usage;

/**
 * What the kernel says at one moment.
 *
 * @param cpuNanos    processor time that was used since the beginning
 * @param memoryBytes the working set: what is used without file pages that nobody has touched lately
 */
record Reading(long cpuNanos, long memoryBytes) {}
