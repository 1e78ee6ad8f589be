package dev.gantry.controller.ecs.document;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.aws.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Binds the records of the ECS API to JSON: absent members stay out, unknown ones are ignored, times are epoch seconds. */
public final class EcsJson {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, new EpochSecondsWriter())
                    .addDeserializer(Instant.class, new EpochSecondsReader()))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    /** Where AWS writes times as texts, in events. */
    private static final ObjectMapper WITH_TEXTS =
            MAPPER.copy().registerModule(new SimpleModule("texts").addSerializer(Instant.class, new TextWriter()));

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

    private EcsJson() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** As {@link #tree}, with times as texts. */
    public static ObjectNode treeWithTexts(Object document) {
        return WITH_TEXTS.valueToTree(document);
    }

    /** A time as events have it, in milliseconds. */
    public static String text(Instant time) {
        return TIME.format(time);
    }

    public static JsonNode tree(Object document) {
        return MAPPER.valueToTree(document);
    }

    /** A record of the API as an answer: it has the model's members and no others. */
    public static Output output(Object document) {
        return new Output() {
            @Override
            public JsonNode tree() {
                return EcsJson.tree(document);
            }

            @Override
            public void writeTo(JsonGenerator json) throws IOException {
                MAPPER.writeValue(json, document);
            }
        };
    }

    /** Reads a stored document as it is, whatever it has and lacks; an empty one stands for an empty object. */
    public static ObjectNode members(ByteString json) {
        try {
            return json.isEmpty() ? MAPPER.createObjectNode() : (ObjectNode) MAPPER.readTree(json.newInput());
        } catch (IOException e) {
            throw new UncheckedIOException("a stored document is not JSON", e);
        }
    }

    /** Reads a tree that a client sent. */
    public static <T> T read(JsonNode tree, Class<T> type) throws JsonProcessingException {
        return MAPPER.treeToValue(tree, type);
    }

    public static ByteString bytes(Object document) {
        try {
            return ByteString.copyFrom(MAPPER.writeValueAsBytes(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a document cannot be written as JSON", e);
        }
    }

    /** Reads a document that was stored with {@link #bytes}; an empty one stands for an empty object. */
    public static <T> T read(ByteString json, Class<T> type) {
        try {
            return json.isEmpty()
                    ? MAPPER.treeToValue(MAPPER.createObjectNode(), type)
                    : MAPPER.readValue(json.newInput(), type);
        } catch (IOException e) {
            throw new UncheckedIOException("a stored document is not a " + type.getSimpleName(), e);
        }
    }

    private static final class EpochSecondsWriter extends JsonSerializer<Instant> {
        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeNumber(BigDecimal.valueOf(value.toEpochMilli(), 3));
        }
    }

    private static final class TextWriter extends JsonSerializer<Instant> {
        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(text(value));
        }
    }

    private static final class EpochSecondsReader extends JsonDeserializer<Instant> {
        @Override
        public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return Instant.ofEpochMilli(in.getDecimalValue().movePointRight(3).longValue());
        }
    }
}
