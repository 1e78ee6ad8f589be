package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import java.util.ArrayList;
import java.util.List;

/** The subresource {@code scale}: how many replicas something has and shall have. */
final class Scales {

    private static final List<String> METADATA =
            List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp");

    private Scales() {}

    static ObjectNode of(ObjectNode object) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String member : METADATA) {
            JsonNode value = object.path("metadata").get(member);
            if (value != null) {
                metadata.set(member, value);
            }
        }
        scale.putObject("spec").put("replicas", object.at("/spec/replicas").asInt(1));
        scale.putObject("status")
                .put("replicas", object.at("/status/replicas").asInt())
                .put("selector", selector(object.at("/spec/selector")));
        return scale;
    }

    /** The object as a scale wants it. */
    static ObjectNode apply(ObjectNode object, ObjectNode scale) {
        ObjectNode scaled = object.deepCopy();
        scaled.withObject("/spec").put("replicas", scale.at("/spec/replicas").asInt());
        String version = scale.at("/metadata/resourceVersion").asText();
        if (!version.isEmpty()) {
            scaled.withObject("/metadata").put("resourceVersion", version);
        }
        return scaled;
    }

    private static String selector(JsonNode selector) {
        List<String> parts = new ArrayList<>();
        JsonNode labels = selector.has("matchLabels") || selector.has("matchExpressions")
                ? selector.path("matchLabels")
                : selector;
        labels.properties()
                .forEach(label ->
                        parts.add(label.getKey() + "=" + label.getValue().asText()));
        return String.join(",", parts);
    }
}
