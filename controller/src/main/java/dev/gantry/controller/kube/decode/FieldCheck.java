package dev.gantry.controller.kube.decode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gantry.controller.kube.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Drops from a document what its kind does not have, and refuses what has another type. An empty value is like none, as in Go. */
final class FieldCheck {

    /** A value is not of the type that its field has. */
    static final class MistypedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        MistypedException(JsonNode value, String path, Schema schema) {
            super("json: cannot unmarshal " + found(value) + " into Go struct field " + path + " of type "
                    + expected(schema));
        }

        private static String found(JsonNode value) {
            return switch (value.getNodeType()) {
                case BOOLEAN -> "bool";
                case NUMBER -> value.isIntegralNumber() ? "number" : "number " + value;
                default -> value.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
            };
        }

        private static String expected(Schema schema) {
            return switch (schema.type()) {
                case "integer" -> schema.format();
                case "boolean" -> "bool";
                default -> schema.type();
            };
        }
    }

    private final List<String> unknown = new ArrayList<>();

    List<String> unknown() {
        return unknown;
    }

    void object(ObjectNode object, Schema schema, String path) {
        if (schema.isCustom()) {
            custom(object, schema, path);
            return;
        }
        if (schema.isOpen()) {
            return;
        }
        List<String> dropped = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String member = ParsedBody.member(path, entry.getKey());
            if (schema.property(entry.getKey()).isEmpty() && schema.additional().isEmpty()) {
                unknown.add("unknown field \"" + member + "\"");
                dropped.add(entry.getKey());
            } else if (!entry.getValue().isNull()) {
                value(entry.getValue(), schema.member(entry.getKey()), member);
            } else if (schema.property(entry.getKey()).isPresent()) {
                dropped.add(entry.getKey());
            } else if (schema.member(entry.getKey()).type().equals("string")) {
                entry.setValue(TextNode.valueOf(""));
            }
        }
        object.remove(dropped);
    }

    /** The types of values are checked later, with all else that the definition says of them. */
    private void custom(ObjectNode object, Schema schema, String path) {
        List<String> dropped = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String member = ParsedBody.member(path, entry.getKey());
            Optional<Schema> known = schema.property(entry.getKey()).or(schema::additional);
            if (known.isPresent()) {
                custom(entry.getValue(), known.get(), member);
            } else if (!schema.keepsUnknown()) {
                unknown.add("unknown field \"" + member + "\"");
                dropped.add(entry.getKey());
            }
        }
        object.remove(dropped);
    }

    private void custom(JsonNode value, Schema schema, String path) {
        if (!schema.isCustom() && !value.isNull()) {
            value(value, schema, path);
        } else if (value instanceof ObjectNode object) {
            custom(object, schema, path);
        } else if (value instanceof ArrayNode array && schema.items().isPresent()) {
            for (int i = 0; i < array.size(); i++) {
                custom(array.get(i), schema.items().get(), path + "[" + i + "]");
            }
        }
    }

    private void value(JsonNode value, Schema schema, String path) {
        if (!fits(value, schema)) {
            throw new MistypedException(value, path, schema);
        }
        if (value instanceof ObjectNode object) {
            object(object, schema, path);
        } else if (value instanceof ArrayNode array && schema.items().isPresent()) {
            Schema items = schema.items().get();
            for (int i = 0; i < array.size(); i++) {
                if (!array.get(i).isNull()) {
                    value(array.get(i), items, path + "[" + i + "]");
                }
            }
        }
    }

    private static boolean fits(JsonNode value, Schema schema) {
        return switch (schema.type()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" ->
                value.isTextual() || value.isNumber() && schema.format().equals("quantity");
            case "boolean" -> value.isBoolean();
            case "integer" ->
                schema.format().equals("int32") ? value.canConvertToInt() && isWhole(value) : isWhole(value);
            case "number" -> value.isNumber();
            default -> !schema.format().equals("int-or-string") || value.isTextual() || isWhole(value);
        };
    }

    private static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber()
                || value.isDouble() && value.canConvertToLong() && value.asDouble() == value.asLong();
    }
}
