package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.DisruptionBudgets.Allowance;
import dev.gantry.controller.scheduler.PlainCluster.Failure;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Who has to go for whom, by kube-scheduler's rule, once more and plainly; for one pass. */
final class PlainPreemption {

    /** @param violations so many of the dying against a budget */
    record Loss(String node, List<Key<Workload>> leaving, List<Workload> dying, int violations) {

        private long highest() {
            return dying.stream().mapToLong(PlainPreemption::priority).max().orElse(Long.MIN_VALUE);
        }

        /** Grows with their number first, unless priorities differ. */
        private long sum() {
            return dying.stream().mapToLong(pod -> priority(pod) + (1L << 31)).sum();
        }

        private long since() {
            return dying.stream()
                    .filter(pod -> priority(pod) == highest())
                    .mapToLong(pod -> pod.getPlacement().getPlacedAtMs())
                    .min()
                    .orElse(Long.MAX_VALUE);
        }
    }

    private final PlainCluster cluster;
    private final Function<String, List<Allowance>> budgets;
    private final Map<Allowance, Integer> spent = new HashMap<>();

    /** @param budgets of a namespace */
    PlainPreemption(PlainCluster cluster, Function<String, List<Allowance>> budgets) {
        this.cluster = cluster;
        this.budgets = budgets;
    }

    static int priority(Workload workload) {
        return workload.getSpec().getPod().getPriority();
    }

    Optional<Loss> least(Workload pod) {
        return pod.getSpec().getPod().getPreemptsNobody()
                ? Optional.empty()
                : cluster.nodesFor(pod).stream()
                        .flatMap(node -> loss(pod, node).stream())
                        .min(Comparator.comparingInt(Loss::violations)
                                .thenComparingLong(Loss::highest)
                                .thenComparingLong(Loss::sum)
                                .thenComparingInt(loss -> loss.dying().size())
                                .thenComparing(Loss::since, Comparator.reverseOrder())
                                .thenComparing(Loss::node));
    }

    void accept(Loss loss) {
        loss.dying().forEach(pod -> covering(pod).forEach(budget -> spent.merge(budget, 1, Integer::sum)));
    }

    int overspent() {
        return spent.entrySet().stream()
                .mapToInt(one -> Math.max(0, one.getValue() - one.getKey().allowed()))
                .sum();
    }

    /** Whether it would be enough that some go whom no budget covers. */
    boolean needsNobodyCovered(Workload pod) {
        return cluster.nodesFor(pod).stream().anyMatch(node -> {
            List<Key<Workload>> free = lower(pod, node).stream()
                    .filter(other ->
                            Workloads.isUnwanted(other) || covering(other).isEmpty())
                    .map(PodLife::key)
                    .toList();
            return mayHelp(pod, node)
                    && !free.isEmpty()
                    && cluster.without(free).failure(pod, node).isEmpty();
        });
    }

    private boolean mayHelp(Workload pod, String node) {
        return cluster.failure(pod, node)
                .filter(first -> first != Failure.NODE && first != Failure.NEAR)
                .isPresent();
    }

    /** The most important first. */
    private List<Workload> lower(Workload pod, String node) {
        return cluster.on(node).stream()
                .flatMap(key -> cluster.workload(key).stream())
                .filter(other -> other.getSpec().hasPod() && Workloads.isPlaced(other))
                .filter(other -> priority(other) < priority(pod))
                .sorted(Comparator.comparingInt(PlainPreemption::priority)
                        .reversed()
                        .thenComparingLong(other -> other.getPlacement().getPlacedAtMs())
                        .thenComparing(Workload::getId))
                .toList();
    }

    private Optional<Loss> loss(Workload pod, String node) {
        List<Workload> lower = lower(pod, node);
        List<Key<Workload>> gone =
                new ArrayList<>(lower.stream().map(PodLife::key).toList());
        boolean isEnough = mayHelp(pod, node)
                && !lower.isEmpty()
                && cluster.without(gone).failure(pod, node).isEmpty();
        if (!isEnough) {
            return Optional.empty();
        }
        List<Key<Workload>> leaving =
                lower.stream().filter(Workloads::isUnwanted).map(PodLife::key).toList();
        List<Workload> forbidden = new ArrayList<>();
        List<Workload> free = new ArrayList<>();
        Map<Allowance, Integer> used = new HashMap<>(spent);
        for (Workload other : lower) {
            if (!Workloads.isUnwanted(other)) {
                covering(other).forEach(budget -> used.merge(budget, 1, Integer::sum));
                boolean isTooMuch =
                        covering(other).stream().anyMatch(budget -> used.getOrDefault(budget, 0) > budget.allowed());
                (isTooMuch ? forbidden : free).add(other);
            }
        }
        List<Workload> dying = new ArrayList<>(dying(pod, node, forbidden, gone));
        int violations = dying.size();
        dying.addAll(dying(pod, node, free, gone));
        return Optional.of(new Loss(node, leaving, dying, violations));
    }

    /** One after the other may stay if the pod still finds room. */
    private List<Workload> dying(Workload pod, String node, List<Workload> some, List<Key<Workload>> gone) {
        List<Workload> dying = new ArrayList<>();
        for (Workload other : some) {
            gone.remove(PodLife.key(other));
            if (cluster.without(gone).failure(pod, node).isPresent()) {
                gone.add(PodLife.key(other));
                dying.add(other);
            }
        }
        return dying;
    }

    private List<Allowance> covering(Workload pod) {
        KubePod face = Pods.pod(pod).orElseThrow();
        return budgets.apply(face.getNamespace()).stream()
                .filter(budget -> budget.covers().test(face.getLabelsMap()))
                .toList();
    }
}
