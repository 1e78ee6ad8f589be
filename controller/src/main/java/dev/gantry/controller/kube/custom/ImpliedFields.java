package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import java.util.List;

/** What a definition need not say: that its objects, and whole objects within them, have a version, a kind and metadata. */
final class ImpliedFields {

    private static final String METADATA = "#/components/schemas/V1ObjectMeta";
    private static final String PROPERTIES = "properties";

    private ImpliedFields() {}

    /** The schema of an object with its implied fields; the argument stays as it is. */
    static ObjectNode with(JsonNode schema) {
        ObjectNode whole = schema instanceof ObjectNode object ? object.deepCopy() : Json.object();
        add(whole);
        within(whole);
        return whole;
    }

    private static void within(ObjectNode schema) {
        if (schema.path("x-kubernetes-embedded-resource").asBoolean()) {
            add(schema);
        }
        for (String part : List.of("items", "additionalProperties")) {
            if (schema.get(part) instanceof ObjectNode inner) {
                within(inner);
            }
        }
        schema.path(PROPERTIES).forEach(property -> {
            if (property instanceof ObjectNode inner && !inner.has("$ref")) {
                within(inner);
            }
        });
    }

    private static void add(ObjectNode schema) {
        ObjectNode properties = schema.withObject("/" + PROPERTIES);
        for (String text : List.of("apiVersion", "kind")) {
            if (!properties.has(text)) {
                properties.putObject(text).put("type", "string");
            }
        }
        properties.putObject("metadata").put("$ref", METADATA);
    }
}
