package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Map;

/**
 * Turns the JSON of a request into the neutral tree of its shape: members that the model does not know are left out,
 * and so are nulls; what has the wrong type is refused.
 */
final class InputReader {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private InputReader() {}

    /** @throws AwsException {@code SerializationException} naming the path of what has the wrong type */
    static JsonNode read(JsonNode json, Shape shape, String path) {
        return switch (shape.type()) {
            case STRUCTURE -> shape.document() ? json : structure(json, shape, path);
            case MAP -> map(json, shape, path);
            case LIST -> list(json, shape, path);
            case STRING -> scalar(json, json.isTextual(), "String", path);
            case BOOLEAN -> scalar(json, json.isBoolean(), "Boolean", path);
            case BLOB -> blob(scalar(json, json.isTextual(), "ByteBuffer", path), path);
            case INTEGER -> scalar(json, json.isNumber(), "Integer", path);
            case LONG -> scalar(json, json.isNumber(), "Long", path);
            case FLOAT -> scalar(json, json.isNumber(), "Float", path);
            case DOUBLE -> scalar(json, json.isNumber(), "Double", path);
            case TIMESTAMP -> scalar(json, json.isNumber(), "Timestamp", path);
        };
    }

    private static JsonNode structure(JsonNode json, Shape shape, String path) {
        if (!json.isObject()) {
            throw json.isArray() ? unexpectedList(path) : wrong("Expected map or null", path);
        }
        ObjectNode structure = NODES.objectNode();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            Shape member = shape.members().get(field.getKey());
            if (member != null && !field.getValue().isNull()) {
                structure.set(field.getKey(), read(field.getValue(), member, below(path, field.getKey())));
            }
        }
        return structure;
    }

    private static JsonNode map(JsonNode json, Shape shape, String path) {
        if (!json.isObject()) {
            throw json.isArray() ? unexpectedList(path) : wrong("Expected map or null", path);
        }
        ObjectNode map = NODES.objectNode();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (!field.getValue().isNull()) {
                map.set(field.getKey(), read(field.getValue(), shape.element(), below(path, field.getKey())));
            }
        }
        return map;
    }

    private static JsonNode list(JsonNode json, Shape shape, String path) {
        if (!json.isArray()) {
            throw json.isObject() ? unexpectedMap(path) : wrong("Expected list or null", path);
        }
        ArrayNode list = NODES.arrayNode(json.size());
        for (int i = 0; i < json.size(); i++) {
            String at = below(path, Integer.toString(i + 1) + ".member");
            if (json.get(i).isNull()) {
                throw wrong("A list must not hold null", at);
            }
            list.add(read(json.get(i), shape.element(), at));
        }
        return list;
    }

    private static JsonNode scalar(JsonNode json, boolean fits, String type, String path) {
        if (fits) {
            return json;
        }
        if (json.isArray()) {
            throw unexpectedList(path);
        }
        if (json.isObject()) {
            throw unexpectedMap(path);
        }
        String found = json.isTextual()
                ? "STRING_VALUE"
                : json.isNumber() ? "NUMBER_VALUE" : json.asBoolean() ? "TRUE_VALUE" : "FALSE_VALUE";
        throw wrong(found + " cannot be converted to " + type, path);
    }

    private static JsonNode blob(JsonNode json, String path) {
        try {
            Base64.getDecoder().decode(json.asText());
            return json;
        } catch (IllegalArgumentException _) {
            throw wrong("STRING_VALUE is not base64", path);
        }
    }

    private static String below(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static AwsException unexpectedList(String path) {
        return wrong("Start of list found where not expected", path);
    }

    private static AwsException unexpectedMap(String path) {
        return wrong("Start of structure or map found where not expected", path);
    }

    private static AwsException wrong(String what, String path) {
        String at = path.isEmpty() ? "" : " (at '" + Shown.text(path) + "')";
        return new AwsException("SerializationException", what + at);
    }
}
