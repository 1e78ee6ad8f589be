package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** Finds what alternatives in a schema say beyond the values of what the schema itself describes. */
final class LogicalValidation {

    private static final List<String> LISTS = List.of("allOf", "anyOf", "oneOf");
    private static final List<String> STRUCTURE = List.of(
            "additionalProperties",
            "default",
            "description",
            "nullable",
            "title",
            "x-kubernetes-embedded-resource",
            "x-kubernetes-int-or-string",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-list-type",
            "x-kubernetes-map-type",
            "x-kubernetes-preserve-unknown-fields");

    private final Findings findings;

    LogicalValidation(Findings findings) {
        this.findings = findings;
    }

    /** @param described what the schema says of the structure of the same value */
    void within(JsonNode schema, JsonNode described, String path) {
        for (String list : LISTS) {
            JsonNode alternatives = schema.path(list);
            for (int i = 0; i < alternatives.size(); i++) {
                alternative(alternatives.get(i), described, path + "." + list + "[" + i + "]");
            }
        }
        if (schema.path("not").isObject()) {
            alternative(schema.path("not"), described, path + ".not");
        }
    }

    private void alternative(JsonNode schema, JsonNode described, String path) {
        for (String member : STRUCTURE) {
            if (schema.has(member)) {
                findings.forbidden(path + "." + member, "must be empty to be structural");
            }
        }
        boolean mayBeTyped = described.path("x-kubernetes-int-or-string").asBoolean();
        if (schema.has("type") && !mayBeTyped) {
            findings.forbidden(path + ".type", "must be empty to be structural");
        }
        StructuralValidation.pattern(findings, schema, path);
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String at = path + ".properties[" + property.getKey() + "]";
            JsonNode same = described.path("properties").path(property.getKey());
            JsonNode known = same.isObject() ? same : described.path("additionalProperties");
            boolean isOpen =
                    described.path("x-kubernetes-preserve-unknown-fields").asBoolean();
            if (!known.isObject() && !isOpen) {
                findings.required(at, "must be specified in the structural schema, because it is defined here");
            } else {
                alternative(property.getValue(), known, at);
            }
        }
        if (schema.path("items").isObject()) {
            alternative(schema.path("items"), described.path("items"), path + ".items");
        }
        within(schema, described, path);
    }
}
