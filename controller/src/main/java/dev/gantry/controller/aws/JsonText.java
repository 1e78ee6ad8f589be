package dev.gantry.controller.aws;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.Body;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Reads JSON of strangers: bounded in depth, size of texts and number of values. A key given twice is refused, because
 * two readers could see two different requests.
 */
final class JsonText {

    static final int DEPTH_MAX = 64;
    static final int NODES_MAX = 20_000;
    static final int STRING_CHARS_MAX = 256 << 10;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(STRING_CHARS_MAX)
                    .maxNameLength(4096)
                    .maxNumberLength(100)
                    .build())
            .build();
    private static final Pattern HINTS = Pattern.compile(
            ", from `[^`]*`| \\(start marker at .*|: enable `.*|: maybe a \\(non-standard\\) comment.*");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonParser parser;
    private int nodes;

    private JsonText(JsonParser parser) {
        this.parser = parser;
    }

    /** @throws AwsException {@code SerializationException} with the position of what is wrong */
    static JsonNode read(Body body) {
        try (JsonParser parser = FACTORY.createParser(body.bytes())) {
            return new JsonText(parser).whole();
        } catch (IOException e) {
            throw malformed("The body is not text in UTF-8", JsonLocation.NA);
        }
    }

    private JsonNode whole() throws IOException {
        try {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return NODES.objectNode();
            }
            JsonNode value = value(first);
            if (parser.nextToken() != null) {
                throw malformed("There is more after the end of the value");
            }
            return value;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
            throw malformed(plain(e.getOriginalMessage()), at);
        }
    }

    private JsonNode value(JsonToken token) throws IOException {
        if (++nodes > NODES_MAX) {
            throw malformed("There are more than " + NODES_MAX + " values");
        }
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT -> whole(parser.getNumberType());
            case VALUE_NUMBER_FLOAT -> number();
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> throw malformed("Unexpected " + token);
        };
    }

    private JsonNode object() throws IOException {
        ObjectNode object = NODES.objectNode();
        while (next() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonNode value = value(next());
            if (object.replace(name, value) != null) {
                throw malformed("Duplicate field '" + Shown.text(name) + "'");
            }
        }
        return object;
    }

    private JsonNode array() throws IOException {
        ArrayNode array = NODES.arrayNode();
        for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
            array.add(value(token));
        }
        return array;
    }

    private JsonNode whole(JsonParser.NumberType smallest) throws IOException {
        return switch (smallest) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private JsonNode number() throws IOException {
        double number = parser.getDoubleValue();
        if (Double.isInfinite(number)) {
            throw malformed("The number is too large");
        }
        return NODES.numberNode(number);
    }

    private JsonToken next() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw malformed("Unexpected end of the body");
        }
        return token;
    }

    private AwsException malformed(String what) {
        return malformed(what, parser.currentLocation());
    }

    /** The parser's own words, without its hints for programmers. */
    private static String plain(String message) {
        return HINTS.matcher(message.lines().findFirst().orElse("The body is not JSON"))
                .replaceAll("");
    }

    private static AwsException malformed(String what, JsonLocation at) {
        String position = at.getLineNr() < 0 ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
        return new AwsException("SerializationException", Shown.text(what) + position);
    }
}
