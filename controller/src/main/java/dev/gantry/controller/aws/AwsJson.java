package dev.gantry.controller.aws;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import java.io.IOException;
import java.io.StringWriter;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;

/**
 * AWS's JSON over POST, with the operation in a header.
 *
 * @param version 1.0 or 1.1: they differ in the content type only
 */
record AwsJson(String version) implements Protocol {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final ObjectMapper TREES = new ObjectMapper(FACTORY);
    private static final int ANSWER_CHARS = 512;

    @Override
    public JsonNode read(ServiceModel.Operation operation, HttpRequest request) {
        JsonNode json = JsonText.read(request.body());
        if (!json.isObject()) {
            throw new AwsException("SerializationException", "Expected a JSON object as the body");
        }
        return operation.input().isPresent()
                ? InputReader.read(json, operation.input().get(), "")
                : NODES.objectNode();
    }

    @Override
    public HttpResponse write(ServiceModel.Operation operation, JsonNode output, String requestId) {
        Optional<Shape> shape = operation.output();
        return response(
                200,
                json -> {
                    if (shape.isPresent()) {
                        write(json, output, shape.get());
                    } else {
                        json.writeRaw("{}");
                    }
                },
                requestId);
    }

    @Override
    public HttpResponse error(AwsException refusal, String requestId) {
        ObjectNode json = NODES.objectNode().put("__type", refusal.code()).put("message", refusal.getMessage());
        HttpResponse answer = response(refusal.status(), out -> TREES.writeTree(out, json), requestId)
                .with("x-amzn-errortype", refusal.code());
        return refusal.status() == 503 ? answer.with("Retry-After", "1") : answer;
    }

    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** Written at once: no tree of what the model has is made before. */
    private HttpResponse response(int status, Content content, String requestId) {
        Headers headers =
                Headers.of("Content-Type", "application/x-amz-json-" + version, "x-amzn-RequestId", requestId);
        StringWriter text = new StringWriter(ANSWER_CHARS);
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            content.writeTo(json);
        } catch (IOException e) {
            throw new IllegalStateException("an answer cannot be written as JSON", e);
        }
        return new HttpResponse(status, headers, Body.of(text.toString()));
    }

    /** Only what the model has goes out; times have milliseconds, as AWS's do. */
    private static void write(JsonGenerator json, JsonNode value, Shape shape) throws IOException {
        switch (shape.type()) {
            case STRUCTURE -> {
                if (shape.document()) {
                    TREES.writeTree(json, value);
                } else {
                    writeStructure(json, value, shape);
                }
            }
            case MAP -> {
                json.writeStartObject();
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    json.writeFieldName(entry.getKey());
                    write(json, entry.getValue(), shape.element());
                }
                json.writeEndObject();
            }
            case LIST -> {
                json.writeStartArray();
                for (JsonNode item : value) {
                    write(json, item, shape.element());
                }
                json.writeEndArray();
            }
            case TIMESTAMP -> json.writeNumber(value.decimalValue().setScale(3, RoundingMode.DOWN));
            default -> {
                if (value.isTextual()) {
                    json.writeString(value.textValue());
                } else {
                    TREES.writeTree(json, value);
                }
            }
        }
    }

    private static void writeStructure(JsonGenerator json, JsonNode value, Shape shape) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            Shape member = shape.members().get(field.getKey());
            if (member != null && !field.getValue().isNull()) {
                json.writeFieldName(field.getKey());
                write(json, field.getValue(), member);
            }
        }
        json.writeEndObject();
    }
}
