package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Between stored bytes and JSON trees. What it reads was checked before it was stored. */
public final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder().build();

    static {
        MAPPER.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(128).build());
    }

    private Json() {}

    /** The items of a list of texts. */
    public static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A JSON object; an empty one for no bytes. */
    public static ObjectNode object(ByteString bytes) {
        return bytes.isEmpty() ? object() : (ObjectNode) read(bytes);
    }

    public static JsonNode read(ByteString bytes) {
        try {
            return MAPPER.readTree(bytes.newInput());
        } catch (IOException e) {
            throw new UncheckedIOException("stored JSON is damaged", e);
        }
    }

    public static ByteString bytes(JsonNode json) {
        return UnsafeByteOperations.unsafeWrap(array(json));
    }

    /** As they are sent; the caller's own. */
    public static byte[] array(JsonNode json) {
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree cannot be written", e);
        }
    }
}
