package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.metrics.PodUsage;
import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.controller.resource.Samples;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.ContainerUsage;
import dev.gantry.proto.Measure;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The pods of a target, and what was measured of them. */
final class PodCrowd implements MetricSource.Crowd {

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLI = 1_000;

    private final List<PodDocument> pods;
    private final Map<String, PodUsage> usages = new HashMap<>();

    PodCrowd(List<PodDocument> pods, Samples samples, Instant now) {
        this.pods = List.copyOf(pods);
        pods.forEach(pod -> PodUsage.of(pod, samples, now)
                .ifPresent(usage -> usages.put(pod.meta().name(), usage)));
    }

    @Override
    public List<Subject> of(String resource, String container) {
        if (usages.isEmpty()) {
            throw new MetricSource.UnknownException("no metrics returned from resource metrics API");
        }
        return pods.stream().map(pod -> subject(pod, resource, container)).toList();
    }

    private Subject subject(PodDocument pod, String resource, String container) {
        Workload workload = pod.record().value();
        List<JsonNode> askers = askers(pod, container);
        Optional<String> silent = askers.stream()
                .filter(one -> !request(one, resource).isTextual())
                .map(one -> one.path("name").asText())
                .findFirst();
        return new Subject(
                pod.meta().name(),
                life(pod),
                started(workload),
                pod.isReady(),
                readyChanged(pod, workload),
                silent.isPresent() ? Optional.empty() : Optional.of(total(askers, resource)),
                silent.map(name -> "missing request for " + resource + " in container " + name + " of Pod "
                                + pod.meta().name())
                        .orElse(""),
                value(pod, resource, container));
    }

    private static Subject.Life life(PodDocument pod) {
        boolean isGoing = pod.isDeleted() || pod.phase() == PodDocument.Phase.FAILED;
        if (isGoing) {
            return Subject.Life.GOING;
        }
        return pod.phase() == PodDocument.Phase.PENDING ? Subject.Life.PENDING : Subject.Life.RUNNING;
    }

    private static Optional<Instant> started(Workload workload) {
        long pulled = workload.getObserved().getPullStartedAtMs();
        return Workloads.isPlaced(workload)
                ? Optional.of(Instant.ofEpochMilli(
                        pulled > 0 ? pulled : workload.getPlacement().getPlacedAtMs()))
                : Optional.empty();
    }

    private static Instant readyChanged(PodDocument pod, Workload workload) {
        Observation observed = workload.getObserved();
        long began = Math.max(observed.getStartedAtMs(), workload.getPlacement().getPlacedAtMs());
        long ready = observed.getContainersList().stream()
                .mapToLong(ContainerStatus::getReadySinceMs)
                .max()
                .orElse(0);
        return Instant.ofEpochMilli(pod.isReady() ? Math.max(began, ready) : began);
    }

    /** The containers that ask for something as long as the pod runs; only the one of the name if there is one. */
    private static List<JsonNode> askers(PodDocument pod, String container) {
        List<JsonNode> all = new ArrayList<>();
        pod.spec().path("containers").forEach(all::add);
        pod.spec()
                .path("initContainers")
                .valueStream()
                .filter(init -> init.path("restartPolicy").asText().equals("Always"))
                .forEach(all::add);
        return all.stream()
                .filter(one -> container.isEmpty() || one.path("name").asText().equals(container))
                .toList();
    }

    private static JsonNode request(JsonNode container, String resource) {
        return container.path("resources").path("requests").path(resource);
    }

    private static long total(List<JsonNode> askers, String resource) {
        return askers.stream()
                .mapToLong(one ->
                        MetricSource.milli(Quantity.parse(request(one, resource).asText())))
                .sum();
    }

    private Optional<Subject.Value> value(PodDocument pod, String resource, String container) {
        PodUsage usage = usages.get(pod.meta().name());
        if (usage == null) {
            return Optional.empty();
        }
        List<ContainerUsage> counted = usage.containers().stream()
                .filter(one -> container.isEmpty() || one.getContainer().equals(container))
                .toList();
        if (counted.isEmpty()) {
            throw new MetricSource.UnknownException("container " + container + " not present in metrics for pod "
                    + pod.name().namespace() + "/" + pod.name().name());
        }
        long milli = counted.stream()
                .mapToLong(one -> milli(one.getMeasure(), resource))
                .sum();
        return Optional.of(new Subject.Value(milli, usage.at(), usage.window()));
    }

    /** Rounded up, as upstream's are. */
    private static long milli(Measure measure, String resource) {
        return switch (resource) {
            case "cpu" -> Math.ceilDiv(measure.getCpuNanocores(), NANOS_PER_MILLI);
            case "memory" -> Math.multiplyExact(measure.getMemoryBytes(), MILLI);
            default -> throw new MetricSource.UnknownException("no metrics returned from resource metrics API");
        };
    }
}
