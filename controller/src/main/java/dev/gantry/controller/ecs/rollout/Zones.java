package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Nodes;
import dev.gantry.controller.scheduler.NodeFit;
import dev.gantry.proto.Node;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** How many tasks of a service are in which zone, and where some should be instead. */
final class Zones {

    private static final String ATTRIBUTE = "ecs.availability-zone";

    private final TreeMap<String, Integer> counts = new TreeMap<>();
    private final Set<String> open = new HashSet<>();

    private Zones() {}

    /**
     * The zones of a cluster.
     *
     * @param tasks that count
     * @param sample a task of the service, which is asked for only if it may make a difference
     */
    static Zones of(Snapshot snapshot, String cluster, List<LiveTask> tasks, Supplier<Workload> sample) {
        Zones zones = new Zones();
        tasks.forEach(task -> zones.counts.merge(zone(snapshot, task), 1, Integer::sum));
        if (zones.most() <= 1) {
            return zones;
        }
        Map<String, List<Versioned<Node>>> nodes = snapshot.find(Kinds.NODES_BY_CLUSTER, cluster).stream()
                .filter(node -> Nodes.isOpen(node.value()))
                .collect(Collectors.groupingBy(node -> Nodes.zone(node.value())));
        nodes.forEach((zone, members) -> {
            // Whether it is open matters for a zone that has too few.
            boolean isShort = zones.counts.getOrDefault(zone, 0) < zones.most() - 1;
            if (isShort && zone.matches("[^'\"]+")) {
                NodeFit fit = NodeFit.of(sample.get());
                if (members.stream().anyMatch(node -> fit.against(node).isEmpty())) {
                    zones.open.add(zone);
                    zones.counts.putIfAbsent(zone, 0);
                }
            }
        });
        return zones;
    }

    private int most() {
        return counts.isEmpty() ? 0 : Collections.max(counts.values());
    }

    /** Where tasks should start so that no zone has two more than one that could have them; the emptiest first. */
    List<String> wanting() {
        TreeMap<String, Integer> after = new TreeMap<>(counts);
        List<String> wanting = new ArrayList<>();
        while (!open.isEmpty()) {
            String least = open.stream().min(byCount(after)).orElseThrow();
            String most = after.keySet().stream().max(byCount(after)).orElseThrow();
            if (after.getOrDefault(most, 0) - after.getOrDefault(least, 0) <= 1) {
                break;
            }
            after.merge(most, -1, Integer::sum);
            after.merge(least, 1, Integer::sum);
            wanting.add(least);
        }
        return wanting;
    }

    private static Comparator<String> byCount(Map<String, Integer> counts) {
        return Comparator.<String>comparingInt(zone -> counts.getOrDefault(zone, 0))
                .thenComparing(Comparator.naturalOrder());
    }

    /** For people: "2 tasks in attic, 1 tasks in cellar". */
    String told() {
        return counts.entrySet().stream()
                .map(zone -> zone.getValue() + " tasks in " + zone.getKey())
                .collect(Collectors.joining(", "));
    }

    static PlacementConstraint only(String zone) {
        return PlacementConstraint.newBuilder()
                .setType(PlacementConstraint.Type.MEMBER_OF)
                .setExpression("attribute:" + ATTRIBUTE + " == '" + zone + "'")
                .build();
    }

    private static String zone(Snapshot snapshot, LiveTask task) {
        return task.isPlaced()
                ? snapshot.get(Kinds.NODE.key("", task.node()))
                        .map(node -> Nodes.zone(node.value()))
                        .orElse("")
                : "";
    }
}
