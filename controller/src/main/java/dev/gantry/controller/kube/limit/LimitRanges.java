package dev.gantry.controller.kube.limit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.quantity.Amounts;
import dev.gantry.controller.kube.quantity.PodAmounts;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.store.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The limit ranges of one namespace.
 *
 * @param ranges the specs, in the order of their names
 */
public record LimitRanges(List<JsonNode> ranges) {

    public static final ResourceName RESOURCE = ResourceName.core("limitranges");
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";
    private static final String CONTAINER = "Container";
    private static final String RESOURCES = "resources";

    public static LimitRanges of(Snapshot snapshot, String cluster, String namespace) {
        return new LimitRanges(KubeDocument.list(snapshot, cluster, RESOURCE, namespace).stream()
                .map(KubeDocument::spec)
                .toList());
    }

    /** Gives the containers of a new pod what they say nothing of, and notes that down in the pod. */
    public void complete(ObjectNode pod) {
        for (JsonNode range : ranges) {
            List<String> notes = new ArrayList<>();
            for (JsonNode container : pod.at("/spec/containers")) {
                complete((ObjectNode) container, range, "container", notes);
            }
            for (JsonNode container : pod.at("/spec/initContainers")) {
                complete((ObjectNode) container, range, "init container", notes);
            }
            if (!notes.isEmpty()) {
                pod.withObject("/metadata")
                        .withObject("/annotations")
                        .put(ANNOTATION, "LimitRanger plugin set: " + String.join("; ", notes));
            }
        }
    }

    private static void complete(ObjectNode container, JsonNode range, String what, List<String> notes) {
        for (Part part : List.of(new Part("requests", "defaultRequest"), new Part("limits", "default"))) {
            TreeSet<String> given = new TreeSet<>();
            items(range, CONTAINER)
                    .flatMap(item -> item.path(part.member()).properties().stream())
                    .forEach(entry -> {
                        ObjectNode amounts =
                                container.withObject("/" + RESOURCES).withObject("/" + part.of());
                        if (!amounts.hasNonNull(entry.getKey())) {
                            amounts.set(entry.getKey(), entry.getValue().deepCopy());
                            given.add(entry.getKey());
                        }
                    });
            if (!given.isEmpty()) {
                String kind = part.of().substring(0, part.of().length() - 1);
                notes.add(String.join(", ", given) + " " + kind + " for " + what + " "
                        + container.path("name").asText());
            }
        }
    }

    /** Which member of a limit range fills which one of a container. */
    private record Part(String of, String member) {}

    /** Refuses a pod, or a claim, that is out of bounds. */
    public void check(ObjectName name, JsonNode object) {
        List<String> problems = new ArrayList<>();
        for (JsonNode range : ranges) {
            if (name.resource().equals(ResourceName.PODS)) {
                checkPod(range, object.path("spec"), problems);
            } else if (name.resource().equals(VolumeNames.CLAIMS)) {
                Amounts requests =
                        Amounts.read(object.path("spec").path(RESOURCES).path("requests"));
                items(range, "PersistentVolumeClaim")
                        .forEach(item -> problems.addAll(new Bounds(item, requests, Amounts.NONE)
                                .withoutLimits()
                                .problems()));
            }
        }
        List<String> distinct = problems.stream().distinct().toList();
        if (!distinct.isEmpty()) {
            String why = distinct.size() == 1 ? distinct.getFirst() : "[" + String.join(", ", distinct) + "]";
            throw KubeRefusal.forbidden(name.resource(), name.name(), why);
        }
    }

    private static void checkPod(JsonNode range, JsonNode spec, List<String> problems) {
        for (JsonNode item : range.path("limits")) {
            switch (item.path("type").asText()) {
                case CONTAINER ->
                    Stream.of("containers", "initContainers")
                            .flatMap(list -> spec.path(list).valueStream())
                            .forEach(container -> problems.addAll(
                                    Bounds.ofContainer(item, container).problems()));
                case "Pod" -> {
                    PodAmounts amounts = PodAmounts.of(spec);
                    problems.addAll(new Bounds(item, amounts.requests(), amounts.limits()).problems());
                }
                default -> {
                    // Bounds of something else.
                }
            }
        }
    }

    private static Stream<JsonNode> items(JsonNode range, String type) {
        return range.path("limits")
                .valueStream()
                .filter(item -> item.path("type").asText().equals(type));
    }
}
