package dev.gantry.controller.scheduler;

/**
 * Why a node cannot take a workload, by one filter.
 *
 * @param code ECS's failure reason, for example {@code RESOURCE:MEMORY}
 * @param text for a person, with numbers, for example "needs 512 MiB of memory, 300 MiB of 1024 MiB
 *     are free"
 */
public record Reason(Filter filter, String code, String text) {

    /**
     * In the order in which they are asked; a node that fails only late ones is closer to a match.
     */
    public enum Filter {
        ADMINISTRATION,
        READINESS,
        TAINTS,
        ATTRIBUTES,
        ARCHITECTURE,
        MEMBER_OF,
        DISTINCT_INSTANCE,
        DEVICES,
        CPU,
        MEMORY,
        PORTS,
        TOPOLOGY_LABEL,
        TOPOLOGY_SPREAD,
        POD_AFFINITY,
        POD_ANTI_AFFINITY,
        EXISTING_ANTI_AFFINITY
    }
}
