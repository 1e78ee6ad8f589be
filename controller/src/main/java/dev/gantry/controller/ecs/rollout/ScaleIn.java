package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Node;
import dev.gantry.proto.PlacementStrategy;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses which of several tasks stop first (ECS developer guide): those on a node that is being
 * drained, those that do not run yet, those that have not settled; then by the service's placement
 * strategies turned around, and without any from the zone and then the node with most tasks of the
 * service; the newest among equals.
 */
final class ScaleIn {

    private static final String ZONE = "ecs.availability-zone";
    private static final String ATTRIBUTE = "attribute:";
    private static final List<PlacementStrategy> DEFAULT = List.of(spread(ATTRIBUTE + ZONE), spread("instanceId"));

    private final Snapshot snapshot;
    private final Map<String, Resources> free = new HashMap<>();

    ScaleIn(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * Of the candidates so many, in the order in which they stop; no more than one transaction can
     * stop, because the rest is chosen anew after it.
     */
    List<LiveTask> choose(Situation situation, List<LiveTask> candidates, int count) {
        List<PlacementStrategy> strategies = situation.rules().strategies().isEmpty()
                ? DEFAULT
                : situation.rules().strategies();
        List<Map<String, Integer>> tallies = new ArrayList<>();
        strategies.forEach(strategy -> tallies.add(tally(situation, strategy)));
        Map<String, Candidate> left = new LinkedHashMap<>();
        candidates.forEach(task -> left.put(task.id(), candidate(situation, strategies, task)));
        List<LiveTask> chosen = new ArrayList<>();
        while (chosen.size() < Math.min(count, ServicePass.MOVES_MAX) && !left.isEmpty()) {
            Candidate next = Collections.min(left.values(), order(strategies, tallies));
            left.remove(next.task().id());
            chosen.add(next.task());
            for (int i = 0; i < strategies.size(); i++) {
                tallies.get(i).merge(next.places().get(i), -1, Integer::sum);
            }
        }
        return chosen;
    }

    /** A task with its place in the eyes of each strategy. */
    private record Candidate(LiveTask task, int rank, List<String> places) {}

    private Candidate candidate(Situation situation, List<PlacementStrategy> strategies, LiveTask task) {
        List<String> places =
                strategies.stream().map(strategy -> place(task, strategy)).toList();
        return new Candidate(task, rank(situation, task), places);
    }

    private Comparator<Candidate> order(List<PlacementStrategy> strategies, List<Map<String, Integer>> tallies) {
        Comparator<Candidate> order = Comparator.comparingInt(Candidate::rank);
        for (int i = 0; i < strategies.size(); i++) {
            PlacementStrategy strategy = strategies.get(i);
            Map<String, Integer> tally = tallies.get(i);
            int index = i;
            order = order.thenComparingLong(candidate -> weight(
                    candidate.task(),
                    strategy,
                    tally.getOrDefault(candidate.places().get(index), 0)));
        }
        return order.thenComparing(Comparator.<Candidate>comparingLong(
                                candidate -> candidate.task().workload().value().getCreatedAtMs())
                        .reversed())
                .thenComparing(candidate -> candidate.task().id());
    }

    private static int rank(Situation situation, LiveTask task) {
        if (!task.isPlaced()) {
            return 0;
        }
        if (!task.isRunning()) {
            return 1;
        }
        if (task.leaving()) {
            return 2;
        }
        // An unsettled task of the newest deployment is not missed by the lower limit; a settled
        // one might be.
        return situation.isSettled(task) ? 4 : 3;
    }

    /** The smallest stops first. */
    private long weight(LiveTask task, PlacementStrategy strategy, int there) {
        return switch (strategy.getType()) {
            case SPREAD -> -there;
            case BINPACK -> -freeWithout(task, strategy.getField());
            case RANDOM, TYPE_UNSPECIFIED, UNRECOGNIZED -> task.id().hashCode();
        };
    }

    private Map<String, Integer> tally(Situation situation, PlacementStrategy strategy) {
        Map<String, Integer> tally = new HashMap<>();
        situation.tasks().stream()
                .filter(LiveTask::isAlive)
                .forEach(task -> tally.merge(place(task, strategy), 1, Integer::sum));
        return tally;
    }

    /** The zone, node or other value of an attribute where a task is. */
    private String place(LiveTask task, PlacementStrategy strategy) {
        if (!strategy.getField().startsWith(ATTRIBUTE)) {
            return task.node();
        }
        String attribute = strategy.getField().substring(ATTRIBUTE.length());
        return snapshot.get(Kinds.NODE.key("", task.node().isEmpty() ? "none" : task.node()))
                .map(node -> attribute(node.value(), attribute))
                .orElse("");
    }

    private static String attribute(Node node, String name) {
        String own = node.getInfo().getAttributesOrDefault(name, "");
        return node.getAttributesOrDefault(name, own);
    }

    /** What the task's node would have left without it. */
    private long freeWithout(LiveTask task, String field) {
        Resources own = task.workload().value().getSpec().getResources();
        Resources left = free.computeIfAbsent(task.node(), this::freeOn);
        return "memory".equalsIgnoreCase(field)
                ? left.getMemoryBytes() + own.getMemoryBytes()
                : left.getCpuUnits() + own.getCpuUnits();
    }

    private Resources freeOn(String node) {
        if (node.isEmpty()) {
            return Resources.getDefaultInstance();
        }
        Resources capacity = snapshot.get(Kinds.NODE.key("", node))
                .map(found -> found.value().getInfo().getCapacity())
                .orElse(Resources.getDefaultInstance());
        long cpu = capacity.getCpuUnits();
        long memory = capacity.getMemoryBytes();
        for (Versioned<Workload> there : snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, node)) {
            Resources reserved = there.value().getSpec().getResources();
            cpu -= reserved.getCpuUnits();
            memory -= reserved.getMemoryBytes();
        }
        return Resources.newBuilder().setCpuUnits(cpu).setMemoryBytes(memory).build();
    }

    private static PlacementStrategy spread(String field) {
        return PlacementStrategy.newBuilder()
                .setType(PlacementStrategy.Type.SPREAD)
                .setField(field)
                .build();
    }
}
