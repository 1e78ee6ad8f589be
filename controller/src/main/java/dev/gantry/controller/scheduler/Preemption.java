package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.DisruptionBudgets.Allowance;
import dev.gantry.controller.scheduler.Reason.Filter;
import dev.gantry.proto.Victim;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks for the node on which the least has to end for a pod, in one pass. Only pods of lower priority and of the same cluster
 * have to go, never a task: it has no priority that anybody chose.
 */
final class Preemption {

    private static final String NOT_HELPFUL = "NOT_HELPFUL";
    private static final String NO_VICTIMS = "NO_VICTIMS";
    private static final String NEVER = "not eligible due to preemptionPolicy=Never.";

    /** As upstream: so many nodes that would do are compared at least, of many nodes one in ten. */
    private static final int COMPARED_MIN = 100;

    private static final int COMPARED_SHARE = 10;

    private final Fleet fleet;
    private final Snapshot snapshot;
    private final DisruptionBudgets budgets;
    private final Map<String, List<Allowance>> known = new HashMap<>();
    private final Map<Allowance, Integer> spent = new HashMap<>();

    Preemption(Fleet fleet, Snapshot snapshot, DisruptionBudgets budgets) {
        this.fleet = fleet;
        this.snapshot = snapshot;
        this.budgets = budgets;
    }

    /**
     * @param checks all questions of the pod; they must follow what comes to a node that is tried and goes
     * @param trial told which node is tried
     */
    Room room(Workload pod, Demand demand, Checks checks, Consumer<NodeState> trial) {
        if (pod.getSpec().getPod().getPreemptsNobody()) {
            return new Room.None(NEVER);
        }
        int priority = pod.getSpec().getPod().getPriority();
        boolean hasVictims = fleet.society().hasPriorityBelow(priority);
        List<NodeState> nodes = fleet.nodes().stream()
                .filter(demand::concerns)
                .sorted(Comparator.comparing(NodeState::id))
                .toList();
        int comparedMax = Math.max(COMPARED_MIN, nodes.size() / COMPARED_SHARE);
        List<String> codes = new ArrayList<>();
        List<Sacrifice> found = new ArrayList<>();
        for (NodeState node : nodes) {
            if (found.size() >= comparedMax) {
                break;
            }
            if (!mayHelp(node, demand, checks)) {
                codes.add(NOT_HELPFUL);
                continue;
            }
            List<Versioned<Workload>> lower = hasVictims ? lower(node, pod, priority) : List.of();
            if (lower.isEmpty()) {
                codes.add(NO_VICTIMS);
                continue;
            }
            trial.accept(node);
            sacrifice(node, lower, checks, codes).ifPresent(found::add);
        }
        return found.stream()
                .min(Sacrifice.LEAST_FIRST)
                .map(this::made)
                .orElseGet(() -> new Room.None(sums(codes, demand)));
    }

    private String sums(List<String> codes, Demand demand) {
        if (codes.isEmpty()) {
            return "";
        }
        fleet.nodes().stream().filter(demand::isElsewhere).forEach(_ -> codes.add(NOT_HELPFUL));
        return Diagnosis.sums(codes);
    }

    private Room made(Sacrifice least) {
        least.dying()
                .forEach(victim -> covering(victim.value()).forEach(budget -> spent.merge(budget, 1, Integer::sum)));
        List<Versioned<Workload>> all = new ArrayList<>(least.dying());
        all.addAll(least.leaving());
        return new Room.Made(
                least.node().id(),
                all.stream()
                        .map(victim -> Victim.newBuilder()
                                .setScope(victim.key().scope())
                                .setId(victim.key().name())
                                .build())
                        .toList());
    }

    /** Whether what speaks against the node can change when pods go. */
    private static boolean mayHelp(NodeState node, Demand demand, Checks checks) {
        boolean isTooSmall = node.capacity().getCpuUnits() < demand.resources().getCpuUnits()
                || node.capacity().getMemoryBytes() < demand.resources().getMemoryBytes();
        return !isTooSmall
                && checks.firstFailing(node)
                        .filter(first -> first.lasting() || first.filter() == Filter.POD_AFFINITY)
                        .isEmpty();
    }

    private static List<Versioned<Workload>> lower(NodeState node, Workload pod, int priority) {
        String cluster = cluster(pod.getScope());
        return node.workloads().stream()
                .filter(other -> other.value().getSpec().hasPod())
                .filter(other -> Workloads.isPlaced(other.value()))
                .filter(other -> Sacrifice.priority(other) < priority)
                .filter(other -> cluster(other.key().scope()).equals(cluster))
                .sorted(Sacrifice.MOST_IMPORTANT_FIRST)
                .toList();
    }

    /** A scope without the namespace in its end. */
    private static String cluster(String scope) {
        return scope.substring(0, Math.max(0, scope.lastIndexOf('/')));
    }

    /** Takes all away, and gives back whom there is room for: first those whose going a budget forbids, the most important first. */
    private Optional<Sacrifice> sacrifice(
            NodeState node, List<Versioned<Workload>> lower, Checks checks, List<String> codes) {
        lower.forEach(pod -> node.remove(pod.key()));
        try {
            if (!checks.admitNow(node)) {
                checks.firstFailing(node).ifPresent(first -> codes.add(first.code()));
                return Optional.empty();
            }
            Map<Allowance, Integer> left = new HashMap<>();
            List<Versioned<Workload>> leaving = new ArrayList<>();
            List<Versioned<Workload>> forbidden = new ArrayList<>();
            List<Versioned<Workload>> free = new ArrayList<>();
            for (Versioned<Workload> pod : lower) {
                if (Workloads.isUnwanted(pod.value())) {
                    leaving.add(pod);
                } else {
                    (violates(pod.value(), left) ? forbidden : free).add(pod);
                }
            }
            List<Versioned<Workload>> dying = new ArrayList<>();
            forbidden.stream().filter(pod -> !mayStay(node, pod, checks)).forEach(dying::add);
            int violations = dying.size();
            free.stream().filter(pod -> !mayStay(node, pod, checks)).forEach(dying::add);
            return Optional.of(new Sacrifice(node, leaving, dying, violations));
        } finally {
            lower.stream().filter(pod -> !node.holds(pod.key())).forEach(node::put);
        }
    }

    private static boolean mayStay(NodeState node, Versioned<Workload> pod, Checks checks) {
        node.put(pod);
        if (checks.admitNow(node)) {
            return true;
        }
        node.remove(pod.key());
        return false;
    }

    private boolean violates(Workload pod, Map<Allowance, Integer> left) {
        boolean violates = false;
        for (Allowance budget : covering(pod)) {
            int rest = left.merge(budget, -1, Integer::sum) + budget.allowed() - spent.getOrDefault(budget, 0);
            violates |= rest < 0;
        }
        return violates;
    }

    private List<Allowance> covering(Workload pod) {
        return Face.of(pod)
                .map(face ->
                        known
                                .computeIfAbsent(
                                        pod.getScope(), _ -> budgets.of(snapshot, face.cluster(), face.namespace()))
                                .stream()
                                .filter(budget -> budget.covers().test(face.labels()))
                                .toList())
                .orElse(List.of());
    }
}
