package dev.gantry.controller.scheduler;

import dev.gantry.proto.Workload;
import dev.gantry.store.Versioned;
import java.util.Comparator;
import java.util.List;

/**
 * The pods that would have to go from one node.
 *
 * @param leaving who ends in any case and is only waited for
 * @param dying who would be made to end, the most important first
 * @param violations so many of these against a disruption budget
 */
record Sacrifice(NodeState node, List<Versioned<Workload>> leaving, List<Versioned<Workload>> dying, int violations) {

    /** The more important is whose priority is higher; of one priority, who came first. */
    static final Comparator<Versioned<Workload>> MOST_IMPORTANT_FIRST =
            Comparator.<Versioned<Workload>, Integer>comparing(Sacrifice::priority, Comparator.reverseOrder())
                    .thenComparingLong(Sacrifice::since)
                    .thenComparing(victim -> victim.key().name());

    /** Makes sums of priorities, which may be negative, grow with the number of victims. */
    private static final long OFFSET = 1L << 31;

    /** As kube-scheduler chooses between nodes. */
    static final Comparator<Sacrifice> LEAST_FIRST = Comparator.comparingInt(Sacrifice::violations)
            .thenComparingLong(Sacrifice::highest)
            .thenComparingLong(one -> one.dying().stream()
                    .mapToLong(victim -> priority(victim) + OFFSET)
                    .sum())
            .thenComparingInt(one -> one.dying().size())
            .thenComparing(Sacrifice::earliest, Comparator.reverseOrder())
            .thenComparing(one -> one.node().id());

    static int priority(Versioned<Workload> pod) {
        return pod.value().getSpec().getPod().getPriority();
    }

    private static long since(Versioned<Workload> pod) {
        return pod.value().getPlacement().getPlacedAtMs();
    }

    private long highest() {
        return dying.stream().mapToLong(Sacrifice::priority).max().orElse(Long.MIN_VALUE);
    }

    /** Since when those of the highest priority have been there. */
    private long earliest() {
        return dying.stream()
                .filter(victim -> priority(victim) == highest())
                .mapToLong(Sacrifice::since)
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
