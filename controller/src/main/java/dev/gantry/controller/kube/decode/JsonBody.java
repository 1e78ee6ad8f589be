package dev.gantry.controller.kube.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads JSON and remembers which members were given twice. */
final class JsonBody {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(ParsedBody.DEPTH_MAX)
                    .maxStringLength(ParsedBody.BYTES_MAX)
                    .build())
            .build();

    private final JsonParser parser;
    private final List<String> duplicates = new ArrayList<>();

    private JsonBody(JsonParser parser) {
        this.parser = parser;
    }

    static ParsedBody parse(byte[] body) {
        try (JsonParser parser = FACTORY.createParser(body)) {
            JsonBody reader = new JsonBody(parser);
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw KubeRefusal.badRequest("the body is empty");
            }
            JsonNode tree = reader.value(first, "");
            if (parser.nextToken() != null) {
                throw KubeRefusal.badRequest(
                        "the body is no JSON: more follows after its end, at " + where(parser.currentTokenLocation()));
            }
            return new ParsedBody(tree, reader.duplicates);
        } catch (JsonProcessingException e) {
            throw KubeRefusal.badRequest(
                    "the body is no JSON: " + e.getOriginalMessage() + ", at " + where(e.getLocation()));
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory cannot be read", e);
        }
    }

    private JsonNode value(@Nullable JsonToken token, String path) throws IOException {
        return switch (token) {
            case START_OBJECT -> object(path);
            case START_ARRAY -> array(path);
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT -> NODES.numberNode(parser.getIntValue());
                    case LONG -> NODES.numberNode(parser.getLongValue());
                    default -> NODES.numberNode(parser.getBigIntegerValue());
                };
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case null, default -> throw new IllegalStateException("no value begins with " + token);
        };
    }

    private ObjectNode object(String path) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            String member = ParsedBody.member(path, name);
            if (object.has(name)) {
                duplicates.add("duplicate field \"" + member + "\"");
            }
            object.set(name, value(parser.nextToken(), member));
        }
        return object;
    }

    private ArrayNode array(String path) throws IOException {
        ArrayNode array = NODES.arrayNode();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            array.add(value(token, path + "[" + array.size() + "]"));
        }
        return array;
    }

    private static String where(com.fasterxml.jackson.core.@Nullable JsonLocation location) {
        return location == null ? "its end" : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
