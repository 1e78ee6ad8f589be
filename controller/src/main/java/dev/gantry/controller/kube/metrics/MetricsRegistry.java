package dev.gantry.controller.kube.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.registry.Registry;
import dev.gantry.controller.resource.Samples;
import dev.gantry.proto.Measure;
import dev.gantry.store.Snapshot;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** NodeMetrics and PodMetrics, which can only be read. What was not measured lately is not there. */
public final class MetricsRegistry implements Registry {

    private static final String GROUP = "metrics.k8s.io";
    private static final String VERSION = GROUP + "/v1beta1";
    private static final ResourceName NODES = new ResourceName(GROUP, "nodes");
    private static final int NANO_DIGITS = 9;
    private static final int MILLI_DIGITS = 3;

    private final Registry nodes;
    private final Samples samples;
    private final Instant now;

    public MetricsRegistry(Registries registries, Samples samples, Instant now) {
        this.nodes = registries.of(ResourceName.NODES);
        this.samples = samples;
        this.now = now;
    }

    /** Whether a resource is one of these. */
    public static boolean serves(ResourceName resource) {
        return resource.group().equals(GROUP);
    }

    @Override
    public Optional<ObjectNode> find(Snapshot snapshot, ObjectName name) {
        checkThatTheyAreHere();
        return name.resource().equals(NODES)
                ? nodes.find(snapshot, beside(name, ResourceName.NODES)).flatMap(this::node)
                : PodDocument.find(snapshot, beside(name, ResourceName.PODS)).flatMap(this::pod);
    }

    @Override
    public List<ObjectNode> list(Snapshot snapshot, ObjectName within) {
        checkThatTheyAreHere();
        if (within.resource().equals(NODES)) {
            return nodes.list(snapshot, beside(within, ResourceName.NODES)).stream()
                    .flatMap(node -> node(node).stream())
                    .toList();
        }
        List<PodDocument> pods = within.namespace().isEmpty()
                ? PodDocument.list(snapshot, within.cluster())
                : PodDocument.list(snapshot, within.cluster(), within.namespace());
        return pods.stream()
                .sorted(Comparator.comparing((PodDocument pod) -> pod.name().namespace())
                        .thenComparing(pod -> pod.name().name()))
                .flatMap(pod -> pod(pod).stream())
                .toList();
    }

    private void checkThatTheyAreHere() {
        if (!samples.areHere(now)) {
            throw KubeRefusal.of(
                    Reason.UNAVAILABLE,
                    "nodes tell what they use to the controller that leads, and this one does not lead: ask that one");
        }
    }

    private static ObjectName beside(ObjectName name, ResourceName resource) {
        return new ObjectName(name.cluster(), resource, name.namespace(), name.name());
    }

    private Optional<ObjectNode> node(ObjectNode node) {
        String id = node.at("/metadata/annotations/gantry.dev~1node-id").asText();
        return samples.of(id, now)
                .flatMap(sample -> sample.machine().map(measure -> {
                    ObjectNode drawn =
                            draw("NodeMetrics", (ObjectNode) node.path("metadata"), sample.at(), window(measure));
                    drawn.set("usage", usage(measure));
                    return drawn;
                }));
    }

    private Optional<ObjectNode> pod(PodDocument pod) {
        return PodUsage.of(pod, samples, now).map(usage -> {
            ObjectNode drawn = draw("PodMetrics", (ObjectNode) pod.json().path("metadata"), usage.at(), usage.window());
            ArrayNode containers = drawn.putArray("containers");
            usage.containers()
                    .forEach(container -> containers
                            .addObject()
                            .put("name", container.getContainer())
                            .set("usage", usage(container.getMeasure())));
            return drawn;
        });
    }

    private ObjectNode draw(String kind, ObjectNode of, Instant at, Duration window) {
        ObjectNode drawn = Json.object().put("kind", kind).put("apiVersion", VERSION);
        ObjectNode metadata = drawn.putObject("metadata");
        for (String member : List.of("name", "namespace", "labels")) {
            if (of.hasNonNull(member)) {
                metadata.set(member, of.path(member));
            }
        }
        metadata.put("creationTimestamp", Times.text(now));
        String seconds = BigDecimal.valueOf(window.toMillis(), MILLI_DIGITS)
                .stripTrailingZeros()
                .toPlainString();
        return drawn.put("timestamp", Times.text(at)).put("window", seconds + "s");
    }

    private static Duration window(Measure measure) {
        return Duration.ofMillis(measure.getWindowMs());
    }

    private static ObjectNode usage(Measure measure) {
        Quantity cpu =
                new Quantity(BigDecimal.valueOf(measure.getCpuNanocores(), NANO_DIGITS), Quantity.Notation.DECIMAL);
        Quantity memory = new Quantity(BigDecimal.valueOf(measure.getMemoryBytes()), Quantity.Notation.BINARY);
        return Json.object().put("cpu", cpu.toString()).put("memory", memory.toString());
    }

    @Override
    public void create(Draft draft, ObjectName name, ObjectNode object) {
        throw unserved(name);
    }

    @Override
    public void update(Draft draft, ObjectName name, ObjectNode object) {
        throw unserved(name);
    }

    @Override
    public void delete(Draft draft, ObjectName name) {
        throw unserved(name);
    }

    private static IllegalStateException unserved(ObjectName name) {
        return new IllegalStateException(name + " can only be read");
    }
}
