package dev.gantry.controller.kube.metrics;

import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.resource.Samples;
import dev.gantry.proto.ContainerUsage;
import dev.gantry.proto.Measure;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Samples that a test sets: always of the moment, and of windows of 15 seconds. */
public final class HandSamples implements Samples {

    private static final long WINDOW_MS = 15_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Map<String, Measure> machines = new HashMap<>();
    private final Map<String, Map<Key<Workload>, List<ContainerUsage>>> pods = new HashMap<>();
    private boolean here = true;

    /** Another controller leads now. */
    public void goElsewhere() {
        here = false;
    }

    public void machine(String node, long millicores, long memoryBytes) {
        machines.put(node, measure(millicores, memoryBytes));
    }

    /** A container of a pod, beside others of it. */
    public void container(PodDocument pod, String container, long millicores, long memoryBytes) {
        String node = pod.record().value().getPlacement().getNode();
        List<ContainerUsage> containers = pods.computeIfAbsent(node, _ -> new HashMap<>())
                .computeIfAbsent(pod.record().key(), _ -> new ArrayList<>());
        containers.removeIf(one -> one.getContainer().equals(container));
        containers.add(ContainerUsage.newBuilder()
                .setContainer(container)
                .setMeasure(measure(millicores, memoryBytes))
                .build());
    }

    private static Measure measure(long millicores, long memoryBytes) {
        return Measure.newBuilder()
                .setCpuNanocores(millicores * NANOS_PER_MILLI)
                .setMemoryBytes(memoryBytes)
                .setWindowMs(WINDOW_MS)
                .build();
    }

    @Override
    public boolean areHere(Instant now) {
        return here;
    }

    @Override
    public Optional<Sample> of(String nodeId, Instant now) {
        Optional<Measure> machine = Optional.ofNullable(machines.get(nodeId));
        Map<Key<Workload>, List<ContainerUsage>> known = pods.getOrDefault(nodeId, Map.of());
        return machine.isEmpty() && known.isEmpty() ? Optional.empty() : Optional.of(new Sample(now, machine, known));
    }
}
