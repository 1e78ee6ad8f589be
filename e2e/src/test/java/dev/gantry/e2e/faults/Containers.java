package dev.gantry.e2e.faults;

import dev.gantry.e2e.bed.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What engines say of the containers of tasks: the witness that needs no control plane.
 *
 * @param starts when each of them was started last, by its id
 */
record Containers(Map<String, Start> starts) {

    private static final String WORKLOAD = "dev.gantry.workload";
    private static final String FORMAT = "{{.Id}} {{index .Config.Labels \"" + WORKLOAD + "\"}} {{.State.StartedAt}}";

    record Start(String workload, String at) {}

    /** The running ones. */
    static Containers running(List<Engine> engines) {
        return of(engines, false);
    }

    /** Those that have stopped as well. */
    static Containers all(List<Engine> engines) {
        return of(engines, true);
    }

    private static Containers of(List<Engine> engines, boolean all) {
        Map<String, Start> found = new TreeMap<>();
        for (Engine engine : engines) {
            List<String> words = new ArrayList<>(List.of("inspect", "-f", FORMAT));
            List<String> ids = engine.containers(WORKLOAD, all);
            words.addAll(ids);
            if (!ids.isEmpty()) {
                // One that was removed meanwhile fails the command, and the others are told all the same.
                String told = engine.docker(words.toArray(String[]::new)).run().out();
                told.lines().filter(line -> !line.isBlank()).forEach(line -> {
                    String[] parts = line.split(" ");
                    found.put(parts[0], new Start(parts[1], parts[2]));
                });
            }
        }
        return new Containers(found);
    }

    Containers of(List<String> taskArns) {
        List<String> ids = taskArns.stream()
                .map(arn -> arn.substring(arn.lastIndexOf('/') + 1))
                .toList();
        return new Containers(starts.entrySet().stream()
                .filter(entry ->
                        ids.stream().anyMatch(id -> entry.getValue().workload().endsWith("/" + id)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, _) -> one, TreeMap::new)));
    }

    /** Without those of some tasks. */
    Containers without(List<String> taskArns) {
        Containers some = of(taskArns);
        Map<String, Start> rest = new TreeMap<>(starts);
        rest.keySet().removeAll(some.starts().keySet());
        return new Containers(rest);
    }

    /** Workloads of one container each that have more than one. */
    List<String> doubles() {
        return starts.values().stream()
                .collect(Collectors.groupingBy(Start::workload, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .filter(entry -> entry.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Those of before that are not there any more as they were: stopped, removed or started anew. */
    long disturbedSince(Containers before) {
        return before.starts().entrySet().stream()
                .filter(entry -> !entry.getValue().equals(starts.get(entry.getKey())))
                .count();
    }
}
