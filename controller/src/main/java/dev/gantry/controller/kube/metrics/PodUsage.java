package dev.gantry.controller.kube.metrics;

import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.resource.Samples;
import dev.gantry.proto.ContainerUsage;
import dev.gantry.proto.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a pod uses.
 *
 * @param at         the end of the window that it was measured in
 * @param window     the longest one of its containers
 * @param containers those that run, all of them
 */
public record PodUsage(Instant at, Duration window, List<ContainerUsage> containers) {

    public PodUsage {
        containers = List.copyOf(containers);
    }

    /** Empty while one of its containers that run was not measured: a sum without it would tell too little. */
    public static Optional<PodUsage> of(PodDocument pod, Samples samples, Instant now) {
        String node = pod.record().value().getPlacement().getNode();
        if (node.isEmpty() || pod.isOver()) {
            return Optional.empty();
        }
        return samples.of(node, now).flatMap(sample -> of(pod, sample));
    }

    private static Optional<PodUsage> of(PodDocument pod, Samples.Sample sample) {
        List<ContainerUsage> known = sample.of(pod.record().key());
        Set<String> missing = running(pod);
        known.forEach(container -> missing.remove(container.getContainer()));
        if (known.isEmpty() || !missing.isEmpty()) {
            return Optional.empty();
        }
        long window = known.stream()
                .mapToLong(container -> container.getMeasure().getWindowMs())
                .max()
                .orElse(0);
        return Optional.of(new PodUsage(sample.at(), Duration.ofMillis(window), known));
    }

    private static Set<String> running(PodDocument pod) {
        Set<String> names = new HashSet<>();
        pod.record().value().getObserved().getContainersList().stream()
                .filter(container -> container.getPhase() == Phase.RUNNING)
                .forEach(container -> names.add(container.getName()));
        return names;
    }
}
