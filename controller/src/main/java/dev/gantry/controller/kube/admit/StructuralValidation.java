package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.custom.ValueCheck;
import dev.gantry.controller.kube.decode.FieldValidation;
import dev.gantry.controller.kube.decode.RequestDecoder;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.schema.Patterns;
import dev.gantry.controller.kube.schema.Schema;
import dev.gantry.controller.kube.schema.Schemas;
import java.util.List;
import java.util.Map;

/**
 * Finds why a schema is not structural: every value in an object has to have a type, so that it is clear what is kept, filled in and merged.
 * See the documentation of Kubernetes, "Specifying a structural schema".
 */
final class StructuralValidation {

    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final List<String> UNSUPPORTED =
            List.of("$ref", "$schema", "additionalItems", "definitions", "dependencies", "id", "patternProperties");

    private static final String ADDITIONAL = "additionalProperties";
    private static final String DEFAULT = "default";
    private static final String ITEMS = "items";
    private static final String PROPERTIES = "properties";
    private static final String TYPE = "type";
    private static final String KEEPS_UNKNOWN = "x-kubernetes-preserve-unknown-fields";
    private static final String INT_OR_STRING = "x-kubernetes-int-or-string";
    private static final String EMBEDDED = "x-kubernetes-embedded-resource";
    private static final String LIST_TYPE = "x-kubernetes-list-type";
    private static final String LIST_KEYS = "x-kubernetes-list-map-keys";
    private static final String MAP_TYPE = "x-kubernetes-map-type";

    private final Findings findings;

    StructuralValidation(Findings findings) {
        this.findings = findings;
    }

    void root(JsonNode schema, String path) {
        String type = schema.path(TYPE).asText();
        if (type.isEmpty()) {
            findings.required(path + "." + TYPE, "must not be empty at the root");
        } else if (!type.equals("object")) {
            findings.invalid(path + "." + TYPE, type, "must be object at the root");
        }
        metadata(schema.path(PROPERTIES).path("metadata"), path + ".properties[metadata]");
        value(schema, path);
    }

    private void metadata(JsonNode metadata, String path) {
        boolean isPlain = metadata.properties().stream()
                        .allMatch(member ->
                                List.of(TYPE, PROPERTIES, "description").contains(member.getKey()))
                && metadata.path(PROPERTIES).properties().stream()
                        .allMatch(member -> List.of("name", "generateName").contains(member.getKey()));
        if (!isPlain) {
            findings.forbidden(
                    path,
                    "must not specify anything other than name and generateName, but metadata is implicitly specified");
        }
    }

    private void field(JsonNode schema, String path, String what) {
        boolean isTyped = !schema.path(TYPE).asText().isEmpty()
                || schema.path(KEEPS_UNKNOWN).asBoolean()
                || schema.path(INT_OR_STRING).asBoolean();
        if (!isTyped) {
            findings.required(path + "." + TYPE, "must not be empty for specified " + what);
        }
        value(schema, path);
    }

    private void value(JsonNode schema, String path) {
        keywords(schema, path);
        extensions(schema, path);
        new ListTypes(findings, schema, path).check();
        for (Map.Entry<String, JsonNode> property : schema.path(PROPERTIES).properties()) {
            field(property.getValue(), path + ".properties[" + property.getKey() + "]", "object fields");
        }
        if (schema.path(ITEMS).isObject()) {
            field(schema.path(ITEMS), path + ".items", "array items");
        }
        if (schema.path(ADDITIONAL).isObject()) {
            field(schema.path(ADDITIONAL), path + ".additionalProperties", "object fields");
        }
        new LogicalValidation(findings).within(schema, schema, path);
        if (schema.has(DEFAULT)) {
            defaultValue(schema, path + ".default");
        }
    }

    private void keywords(JsonNode schema, String path) {
        for (String name : UNSUPPORTED) {
            if (schema.has(name)) {
                findings.forbidden(path + "." + name, name + " is not supported");
            }
        }
        findings.oneOf(path + "." + TYPE, schema.path(TYPE), TYPES);
        if (schema.path("uniqueItems").asBoolean()) {
            findings.forbidden(
                    path + ".uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }
        JsonNode additional = schema.path(ADDITIONAL);
        if (additional.isBoolean() && !additional.asBoolean()) {
            findings.forbidden(path + "." + ADDITIONAL, "additionalProperties cannot be set to false");
        }
        if (schema.has(ADDITIONAL) && !schema.path(PROPERTIES).isEmpty()) {
            findings.forbidden(path + "." + ADDITIONAL, "additionalProperties and properties are mutual exclusive");
        }
        if (schema.path(ITEMS).isArray()) {
            findings.forbidden(path + ".items", "items must be a schema object and not an array");
        } else if (schema.path(TYPE).asText().equals("array")
                && !schema.path(ITEMS).isObject()) {
            findings.required(path + ".items", "must be specified");
        }
        pattern(findings, schema, path);
    }

    static void pattern(Findings findings, JsonNode schema, String path) {
        String pattern = schema.path("pattern").asText();
        if (!pattern.isEmpty()) {
            Patterns.problem(pattern)
                    .ifPresent(problem -> findings.invalid(path + ".pattern", schema.path("pattern"), problem));
        }
    }

    private void extensions(JsonNode schema, String path) {
        String type = schema.path(TYPE).asText();
        if (schema.has(KEEPS_UNKNOWN) && !schema.path(KEEPS_UNKNOWN).asBoolean()) {
            findings.invalid(path + "." + KEEPS_UNKNOWN, schema.path(KEEPS_UNKNOWN), "must be true or undefined");
        }
        if (schema.path(INT_OR_STRING).asBoolean() && !type.isEmpty()) {
            findings.invalid(path + "." + TYPE, type, "must be empty if " + INT_OR_STRING + " is true");
        }
        if (schema.path(EMBEDDED).asBoolean()) {
            if (!type.equals("object")) {
                findings.invalid(path + "." + TYPE, type, "must be object if " + EMBEDDED + " is true");
            }
            if (schema.path(PROPERTIES).isEmpty() && !schema.path(KEEPS_UNKNOWN).asBoolean()) {
                findings.required(
                        path + "." + PROPERTIES,
                        "must not be empty if " + EMBEDDED + " is true without " + KEEPS_UNKNOWN);
            }
        }
    }

    /** It has to be what an object may say itself, and is not filled in any further. */
    private void defaultValue(JsonNode schema, String path) {
        JsonNode value = schema.path(DEFAULT);
        Schema read = Schemas.builtIn().custom(schema);
        if (value instanceof ObjectNode object) {
            ObjectNode known = object.deepCopy();
            RequestDecoder.prune(known, FieldValidation.IGNORE, read);
            if (!known.equals(object)) {
                findings.invalid(path, value, "must not have fields that the schema does not specify");
            }
        }
        // What is wrong with patterns is said where they are.
        boolean isReadable = schema.findValuesAsText("pattern").stream()
                .allMatch(pattern -> Patterns.problem(pattern).isEmpty());
        if (isReadable) {
            findings.addAll(ValueCheck.check(value, read, path));
        }
    }

    /** What a schema says of how lists and maps are shared by those who write them. */
    private record ListTypes(Findings findings, JsonNode schema, String path) {

        void check() {
            String type = schema.path(TYPE).asText();
            String listType = schema.path(LIST_TYPE).asText();
            findings.oneOf(path + "." + LIST_TYPE, schema.path(LIST_TYPE), List.of("atomic", "map", "set"));
            findings.oneOf(path + "." + MAP_TYPE, schema.path(MAP_TYPE), List.of("atomic", "granular"));
            if (!listType.isEmpty() && !type.equals("array")) {
                findings.invalid(path + "." + TYPE, type, "must be array if " + LIST_TYPE + " is specified");
            }
            if (schema.has(MAP_TYPE) && !type.equals("object")) {
                findings.invalid(path + "." + TYPE, type, "must be object if " + MAP_TYPE + " is specified");
            }
            List<String> keys = Json.texts(schema.path(LIST_KEYS));
            if (listType.equals("map")) {
                if (keys.isEmpty()) {
                    findings.required(path + "." + LIST_KEYS, "must not be empty if " + LIST_TYPE + " is map");
                }
                keys.forEach(this::key);
            } else if (!keys.isEmpty()) {
                findings.forbidden(path + "." + LIST_KEYS, "must be undefined unless " + LIST_TYPE + " is map");
            }
            JsonNode items = schema.path(ITEMS);
            boolean isWhole = !items.path(TYPE).asText().equals("object")
                    || items.path(MAP_TYPE).asText().equals("atomic");
            if (listType.equals("set") && !isWhole) {
                findings.invalid(
                        path + ".items." + MAP_TYPE,
                        items.path(MAP_TYPE).asText(),
                        "must be atomic as item of a list with " + LIST_TYPE + "=set");
            }
        }

        private void key(String key) {
            JsonNode items = schema.path(ITEMS);
            JsonNode property = items.path(PROPERTIES).path(key);
            String at = path + ".items.properties[" + key + "]";
            if (!property.isObject()) {
                findings.invalid(path + "." + LIST_KEYS, key, "entries must all be names of item properties");
                return;
            }
            if (List.of("array", "object").contains(property.path(TYPE).asText())) {
                findings.invalid(at + "." + TYPE, property.path(TYPE), "must be a scalar type if it is a key");
            }
            if (!property.has(DEFAULT) && !Json.texts(items.path("required")).contains(key)) {
                findings.required(
                        at + ".default",
                        "this property is in " + LIST_KEYS + ", so it must have a default or be a required property");
            }
        }
    }
}
