package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A front door with a service of the ECS model behind it, whose answer each test sets. */
final class Door {

    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    static final String ROOT = "arn:aws:iam::000000000000:root";
    static final String TARGET_PREFIX = "AmazonEC2ContainerServiceV20141113.";

    /** What the service does with a call. */
    interface Answer {
        JsonNode call(String operation, JsonNode input, Caller caller) throws InterruptedException;
    }

    final List<AuditLog.Entry> audited = new ArrayList<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final List<JsonNode> inputs = new ArrayList<>();
    final List<Caller> callers = new ArrayList<>();
    final FrontDoor frontDoor;
    Answer answer = (operation, input, caller) -> JsonNodeFactory.instance.objectNode();

    Door(Authenticator.Mode mode) {
        AccessKeys keys =
                id -> id.equals("AKIDEXAMPLE") ? Optional.of(AccessKey.lasting(id, SECRET, ROOT)) : Optional.empty();
        Authenticator authenticator = new Authenticator(
                new Authenticator.Realm("000000000000", "eu-central-1", mode), keys, () -> NOW, () -> "id-1");
        frontDoor = new FrontDoor(
                List.of(new FakeEcs()),
                new FrontDoor.Surroundings(
                        authenticator, audited::add, new ApiMetrics(meters), () -> NOW, () -> "id-1"));
    }

    static Door signed() {
        return new Door(Authenticator.Mode.SIGV4);
    }

    /** Sends a signed call and returns status, error code and message, or status and body. */
    String say(String operation, String json) throws InterruptedException {
        return summary(frontDoor.handle(call(operation, json)));
    }

    static HttpRequest call(String operation, String json) {
        return call(
                Headers.of(
                        "Host", "localhost:4566",
                        "X-Amz-Target", TARGET_PREFIX + operation,
                        "Content-Type", "application/x-amz-json-1.1"),
                Body.of(json));
    }

    static HttpRequest call(Headers headers, Body body) {
        return call("ecs", "AKIDEXAMPLE", headers, body);
    }

    static HttpRequest call(String service, String keyId, Headers headers, Body body) {
        SigV4.Request plain = new SigV4.Request("POST", "/", headers, body);
        Headers signed = headers;
        for (Map.Entry<String, String> added : SigV4.sign(
                        plain,
                        new SigV4.Credentials(keyId, SECRET, null),
                        new SigV4.Scope("eu-central-1", service),
                        NOW)
                .entrySet()) {
            signed = signed.with(added.getKey(), added.getValue());
        }
        return new HttpRequest("POST", "/", "/", signed, body, "192.0.2.1", false);
    }

    static String summary(HttpResponse answer) {
        try {
            JsonNode body = new ObjectMapper().readTree(answer.body().bytes());
            String rest = body.has("__type")
                    ? body.path("__type").asText() + ": " + body.path("message").asText()
                    : body.toString();
            return answer.status() + " " + rest;
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class FakeEcs implements AwsService {

        private static final ServiceModel MODEL = ServiceModel.load("ecs");

        @Override
        public ServiceModel model() {
            return MODEL;
        }

        @Override
        public Output call(String operation, JsonNode input, Caller caller) throws InterruptedException {
            inputs.add(input);
            callers.add(caller);
            return new TreeOutput(answer.call(operation, input, caller));
        }
    }
}
