package dev.gantry.controller.kube.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.ResourceType;
import java.util.List;
import java.util.Optional;

/**
 * The subresource {@code scale} of a kind: how many replicas something has and shall have.
 *
 * @param places where an object of a kind says it that is not built in; empty for one that is
 */
public record Scales(Optional<Custom.Scale> places) {

    private static final List<String> METADATA =
            List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp");
    private static final String REPLICAS = "/spec/replicas";

    public static Scales of(ResourceType type) {
        return new Scales(type.scalePlaces());
    }

    public ObjectNode draw(ObjectNode object) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String member : METADATA) {
            JsonNode value = object.path("metadata").get(member);
            if (value != null) {
                metadata.set(member, value);
            }
        }
        scale.putObject("spec").put("replicas", wanted(object));
        scale.putObject("status")
                .put(
                        "replicas",
                        object.at(places.map(Custom.Scale::statusReplicas).orElse("/status/replicas"))
                                .asInt())
                .put("selector", selector(object));
        return scale;
    }

    /** The object as a scale wants it. */
    public ObjectNode apply(ObjectNode object, ObjectNode scale) {
        int replicas = scale.at(REPLICAS).asInt();
        if (places.isPresent() && replicas < 0) {
            Cause cause =
                    Cause.invalid("spec.replicas", Integer.toString(replicas), "should be a non-negative integer");
            throw KubeRefusal.invalid(
                    "autoscaling", "Scale", object.at("/metadata/name").asText(), List.of(cause));
        }
        ObjectNode scaled = object.deepCopy();
        String place = place();
        int last = place.lastIndexOf('/');
        scaled.withObject(place.substring(0, last)).put(place.substring(last + 1), replicas);
        String version = scale.at("/metadata/resourceVersion").asText();
        if (!version.isEmpty()) {
            scaled.withObject("/metadata").put("resourceVersion", version);
        }
        return scaled;
    }

    /** Where an object says how many it shall have, as a JSON pointer. */
    public String place() {
        return places.map(Custom.Scale::specReplicas).orElse(REPLICAS);
    }

    /** So many it shall have. */
    public int wanted(ObjectNode object) {
        if (places.isEmpty()) {
            return object.at(REPLICAS).asInt(1);
        }
        String place = places.get().specReplicas();
        JsonNode replicas = object.at(place);
        if (!replicas.isNumber()) {
            throw KubeRefusal.of(
                    Reason.INTERNAL,
                    "Internal error occurred: the spec replicas field \"" + place.replace('/', '.')
                            + "\" does not exist");
        }
        return replicas.asInt();
    }

    /** Of its pods, as text; empty where there is none. */
    public String selector(ObjectNode object) {
        if (places.isPresent()) {
            String place = places.get().selector();
            return place.isEmpty() ? "" : object.at(place).asText();
        }
        JsonNode selector = object.at("/spec/selector");
        boolean isPlain = !selector.has("matchLabels") && !selector.has("matchExpressions");
        return LabelSelector.text(isPlain ? Json.object().set("matchLabels", selector) : selector);
    }
}
