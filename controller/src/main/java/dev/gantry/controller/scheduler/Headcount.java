package dev.gantry.controller.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How many pods of one crowd there are, on each node and for each value of the attributes that somebody asked for. */
final class Headcount {

    private final Map<NodeState, Integer> onNodes = new HashMap<>();
    private final Map<String, Map<String, Integer>> byTopology = new TreeMap<>();

    /** Whether there is nobody at all. */
    boolean isEmpty() {
        return onNodes.isEmpty();
    }

    int on(NodeState node) {
        return onNodes.getOrDefault(node, 0);
    }

    /** By value; those with nobody and nodes without the attribute are left out. Follows what happens later. */
    Map<String, Integer> by(String topology) {
        return byTopology.computeIfAbsent(topology, this::counted);
    }

    void add(NodeState node, int number) {
        if (number == 0) {
            return;
        }
        onNodes.merge(node, number, NodeState::sum);
        byTopology.forEach((topology, counts) -> add(counts, node.attributes().get(topology), number));
    }

    private Map<String, Integer> counted(String topology) {
        Map<String, Integer> counts = new HashMap<>();
        onNodes.forEach((node, number) -> add(counts, node.attributes().get(topology), number));
        return counts;
    }

    private static void add(Map<String, Integer> counts, @Nullable String value, int number) {
        if (value != null) {
            counts.merge(value, number, NodeState::sum);
        }
    }
}
