package dev.gantry.controller.scheduler;

import dev.gantry.controller.scheduler.Reason.Filter;
import dev.gantry.controller.scheduler.Verdict.Unplaced;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says why no node took a demand, in the words of ECS and with numbers. */
final class Diagnosis {

    private static final String HEADLINE =
            "was unable to place a task because no container instance met all of its requirements." + " ";

    private static final String ELSEWHERE = "ELSEWHERE";

    /** Fewest failures first; then those that failed late; then by id. */
    private static final Comparator<Refusal> CLOSEST_FIRST = Comparator.<Refusal>comparingInt(
                    refusal -> refusal.failures().size())
            .thenComparing(Refusal::firstFilter, Comparator.reverseOrder())
            .thenComparing(refusal -> refusal.node().id());

    private Diagnosis() {}

    private record Refusal(NodeState node, List<Check> failures) {
        Filter firstFilter() {
            return failures.getFirst().filter();
        }
    }

    static Unplaced of(Demand demand, Checks checks, Collection<NodeState> nodes) {
        List<Refusal> refusals = nodes.stream()
                .filter(demand::concerns)
                .map(node -> new Refusal(node, checks.failing(node)))
                .filter(refusal -> !refusal.failures().isEmpty())
                .toList();
        if (refusals.isEmpty()) {
            return demand.requiredNode().isEmpty() ? noNodes(demand) : missing(demand.requiredNode());
        }
        Refusal closest = refusals.stream().min(CLOSEST_FIRST).orElseThrow();
        Check first = closest.failures().getFirst();
        String headline = HEADLINE
                + "The closest matching (container-instance "
                + closest.node().id()
                + ") "
                + words(first)
                + ".";
        String detail = "On "
                + closest.node().name()
                + ": "
                + closest.failures().stream()
                        .map(check -> check.text().apply(closest.node()))
                        .collect(Collectors.joining("; "))
                + ". "
                + counts(refusals, nodes.stream().filter(demand::isElsewhere).count())
                + ".";
        return new Unplaced(first.code(), headline, detail);
    }

    private static Unplaced noNodes(Demand demand) {
        String where = demand.cluster().isEmpty() ? "Gantry" : "The cluster " + demand.cluster();
        return new Unplaced(
                Unplaced.NO_NODES,
                HEADLINE + "Reason: No Container Instances were found in your cluster.",
                where + " has no node.");
    }

    private static Unplaced missing(String node) {
        return new Unplaced(
                "MISSING",
                HEADLINE + "Reason: The container instance " + node + " was not found.",
                "It must run on this node.");
    }

    private static String words(Check check) {
        return switch (check.filter()) {
            case CPU -> "has insufficient CPU units available";
            case MEMORY -> "has insufficient memory available";
            case PORTS -> "is already using a port required by your task";
            case ATTRIBUTES, ARCHITECTURE -> "is missing an attribute required by your task";
            case READINESS -> "encountered error \"AGENT\"";
            case ADMINISTRATION,
                    TAINTS,
                    MEMBER_OF,
                    DISTINCT_INSTANCE,
                    DEVICES,
                    TOPOLOGY_LABEL,
                    TOPOLOGY_SPREAD,
                    POD_AFFINITY,
                    POD_ANTI_AFFINITY,
                    EXISTING_ANTI_AFFINITY -> "encountered error \"" + check.code() + "\"";
        };
    }

    /**
     * For example "Of 3 nodes 2 failed on RESOURCE:MEMORY, 1 on AGENT". A node counts for its first
     * failure.
     *
     * @param elsewhere so many more are not the one that it must be on
     */
    private static String counts(List<Refusal> refusals, long elsewhere) {
        Stream<String> codes =
                refusals.stream().map(refusal -> refusal.failures().getFirst().code());
        return sums(Stream.concat(codes, Stream.generate(() -> ELSEWHERE).limit(elsewhere))
                .toList());
    }

    /** @param codes one for each node */
    static String sums(List<String> codes) {
        Map<String, Long> byCode =
                codes.stream().collect(Collectors.groupingBy(code -> code, TreeMap::new, Collectors.counting()));
        String failures = byCode.entrySet().stream()
                .map(entry -> entry.getValue() + " failed on " + bare(entry.getKey()))
                .collect(Collectors.joining(", "));
        return "Of " + codes.size() + (codes.size() == 1 ? " node " : " nodes ") + failures;
    }

    private static String bare(String code) {
        return code.endsWith(".") ? code.substring(0, code.length() - 1) : code;
    }
}
