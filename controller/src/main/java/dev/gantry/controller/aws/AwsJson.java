package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import java.math.RoundingMode;
import java.util.Map;

/**
 * AWS's JSON over POST, with the operation in a header.
 *
 * @param version 1.0 or 1.1: they differ in the content type only
 */
record AwsJson(String version) implements Protocol {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

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
        JsonNode json = operation.output().isPresent()
                ? written(output, operation.output().get())
                : NODES.objectNode();
        return response(200, json, requestId);
    }

    @Override
    public HttpResponse error(AwsException refusal, String requestId) {
        ObjectNode json = NODES.objectNode().put("__type", refusal.code()).put("message", refusal.getMessage());
        HttpResponse answer = response(refusal.status(), json, requestId).with("x-amzn-errortype", refusal.code());
        return refusal.status() == 503 ? answer.with("Retry-After", "1") : answer;
    }

    private HttpResponse response(int status, JsonNode json, String requestId) {
        Headers headers =
                Headers.of("Content-Type", "application/x-amz-json-" + version, "x-amzn-RequestId", requestId);
        return new HttpResponse(status, headers, Body.of(json.toString()));
    }

    /** Only what the model has goes out; times have milliseconds, as AWS's do. */
    private static JsonNode written(JsonNode value, Shape shape) {
        return switch (shape.type()) {
            case STRUCTURE -> shape.document() ? value : structure(value, shape);
            case MAP -> {
                ObjectNode map = NODES.objectNode();
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    map.set(entry.getKey(), written(entry.getValue(), shape.element()));
                }
                yield map;
            }
            case LIST -> {
                ArrayNode list = NODES.arrayNode(value.size());
                value.forEach(item -> list.add(written(item, shape.element())));
                yield list;
            }
            case TIMESTAMP -> DecimalNode.valueOf(value.decimalValue().setScale(3, RoundingMode.DOWN));
            default -> value;
        };
    }

    private static JsonNode structure(JsonNode value, Shape shape) {
        ObjectNode structure = NODES.objectNode();
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            Shape member = shape.members().get(field.getKey());
            if (member != null && !field.getValue().isNull()) {
                structure.set(field.getKey(), written(field.getValue(), member));
            }
        }
        return structure;
    }
}
