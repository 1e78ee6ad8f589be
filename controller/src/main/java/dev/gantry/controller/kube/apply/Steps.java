package dev.gantry.controller.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.schema.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Steps from a value down to its parts, as {@code FieldsV1} names them. */
final class Steps {

    private static final String FIELD = "f:";
    private static final String KEYS = "k:";
    private static final String VALUE = "v:";
    /** Keys of items that clients leave out. */
    private static final Map<String, JsonNode> DEFAULT_KEYS = Map.of("protocol", TextNode.valueOf("TCP"));

    private Steps() {}

    /** How a value is made up, for those who share it. */
    enum Shape {
        /** Owned and replaced as a whole. */
        ATOM,
        MAP,
        /** A list whose items have keys. */
        KEYED,
        /** A list of values of which each is there once. */
        SET
    }

    static Shape shape(JsonNode value, Schema schema) {
        if (value.isObject()) {
            return schema.isAtomicMap() ? Shape.ATOM : Shape.MAP;
        }
        if (!value.isArray()) {
            return Shape.ATOM;
        }
        return switch (schema.listType()) {
            case "map" -> items(value, schema).isPresent() ? Shape.KEYED : Shape.ATOM;
            case "set" -> Shape.SET;
            default -> Shape.ATOM;
        };
    }

    static String field(String name) {
        return FIELD + name;
    }

    /** The name of the member; empty for a step to an item of a list. */
    static Optional<String> name(String step) {
        return step.startsWith(FIELD) ? Optional.of(step.substring(FIELD.length())) : Optional.empty();
    }

    static String value(JsonNode item) {
        return VALUE + item;
    }

    /** The parts of a map, or the items of a list that is no atom, by their steps and in their order. */
    static Map<String, JsonNode> parts(JsonNode value, Schema schema) {
        Map<String, JsonNode> parts = new LinkedHashMap<>();
        switch (shape(value, schema)) {
            case MAP -> value.properties().forEach(entry -> parts.put(field(entry.getKey()), entry.getValue()));
            case KEYED -> parts.putAll(items(value, schema).orElseThrow());
            case SET -> value.forEach(item -> parts.putIfAbsent(value(item), item));
            case ATOM -> {
                // It has none.
            }
        }
        return parts;
    }

    /** The schema of a part. */
    static Schema schema(Schema whole, String step) {
        return name(step).map(whole::member).orElseGet(() -> whole.items().orElse(Schema.ANY));
    }

    /** Empty when some item has no keys, or two have the same: then nobody can own one of them. */
    private static Optional<Map<String, JsonNode>> items(JsonNode list, Schema schema) {
        Map<String, JsonNode> items = new LinkedHashMap<>();
        for (JsonNode item : list) {
            Optional<String> step =
                    keys(item, schema.listMapKeys(), schema.items().orElse(Schema.ANY));
            if (step.isEmpty() || items.put(step.get(), item) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(items);
    }

    private static Optional<String> keys(JsonNode item, List<String> names, Schema items) {
        Map<String, JsonNode> keys = new TreeMap<>();
        for (String name : names) {
            JsonNode key = item.path(name);
            if (key.isMissingNode()) {
                key = items.property(name)
                        .flatMap(Schema::defaultValue)
                        .orElse(items.isCustom() ? key : DEFAULT_KEYS.getOrDefault(name, key));
            }
            if (!key.isValueNode()) {
                return Optional.empty();
            }
            keys.put(name, key);
        }
        ObjectNode drawn = Json.object();
        drawn.setAll(keys);
        return keys.isEmpty() ? Optional.empty() : Optional.of(KEYS + drawn);
    }

    /** In the words of conflicts. */
    static String words(String step) {
        Optional<String> name = name(step);
        if (name.isPresent()) {
            return "." + name.get();
        }
        if (step.startsWith(VALUE)) {
            return "[=" + step.substring(VALUE.length()) + "]";
        }
        JsonNode keys = Json.read(ByteString.copyFromUtf8(step.substring(KEYS.length())));
        return keys.properties().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(",", "[", "]"));
    }
}
