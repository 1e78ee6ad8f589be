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
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * AWS's JSON over POST, with the operation in a header.
 *
 * @param version 1.0 or 1.1: they differ in the content type only
 */
record AwsJson(String version) implements Protocol {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final ObjectMapper TREES = new ObjectMapper(FACTORY);
    private static final int ANSWER_BYTES = 512;

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
    public HttpResponse write(ServiceModel.Operation operation, Output output, String requestId) {
        return operation.output().isPresent()
                ? response(200, output::writeTo, requestId)
                : response(200, json -> json.writeRaw("{}"), requestId);
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

    private HttpResponse response(int status, Content content, String requestId) {
        Headers headers =
                Headers.of("Content-Type", "application/x-amz-json-" + version, "x-amzn-RequestId", requestId);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(ANSWER_BYTES);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            content.writeTo(json);
        } catch (IOException e) {
            throw new IllegalStateException("an answer cannot be written as JSON", e);
        }
        return new HttpResponse(status, headers, Body.of(bytes.toByteArray()));
    }
}
