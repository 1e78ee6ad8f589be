package dev.gantry.e2e.bed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.controller.aws.SigV4;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Signed ECS calls without the cost of starting a client: for benchmarks, which measure the server. */
public final class Api {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI endpoint;
    private final SigV4.Credentials credentials;
    private final SigV4.Scope scope;

    /** @param environment as {@code gantry env} prints it */
    public Api(Map<String, String> environment) {
        this.endpoint = URI.create(environment.getOrDefault("AWS_ENDPOINT_URL", ""));
        this.credentials = new SigV4.Credentials(
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                null);
        this.scope = new SigV4.Scope(environment.getOrDefault("AWS_REGION", ""), "ecs");
    }

    /** The answer to an operation that must go well. */
    public JsonNode call(String operation, String input) throws InterruptedException {
        byte[] body = input.getBytes(UTF_8);
        Map<String, String> headers = new HashMap<>();
        headers.put("X-Amz-Target", "AmazonEC2ContainerServiceV20141113." + operation);
        headers.put("Content-Type", "application/x-amz-json-1.1");
        SigV4.Request request = SigV4.Request.to(endpoint, "POST", headers, body);
        headers.putAll(SigV4.sign(request, credentials, scope, Instant.now()));
        HttpRequest.Builder builder = HttpRequest.newBuilder(endpoint)
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(builder::header);
        try {
            HttpResponse<String> answer = http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(operation + ": " + answer.statusCode() + " " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(operation, e);
        }
    }
}
