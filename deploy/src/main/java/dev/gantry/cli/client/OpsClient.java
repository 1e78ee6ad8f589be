package dev.gantry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What Gantry answers beyond AWS, under {@code /_gantry/}. */
public final class OpsClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Wire wire;
    private final ObjectMapper mapper = new ObjectMapper();

    public OpsClient(Wire wire) {
        this.wire = wire;
    }

    public JsonNode get(String target) throws InterruptedException {
        return tree(new Wire.Call("gantry", "GET", target, Map.of(), new byte[0], TIMEOUT));
    }

    public JsonNode post(String target, JsonNode body) throws InterruptedException {
        return tree(new Wire.Call(
                "gantry",
                "POST",
                target,
                Map.of("Content-Type", "application/json"),
                body.toString().getBytes(StandardCharsets.UTF_8),
                TIMEOUT));
    }

    /** Hands over each line of an NDJSON answer as it arrives, until the server ends it. */
    public void lines(String target, Consumer<JsonNode> line) throws InterruptedException {
        HttpResponse<InputStream> response =
                wire.send(new Wire.Call("gantry", "GET", target, Map.of(), new byte[0], TIMEOUT));
        try (InputStream in = response.body()) {
            if (response.statusCode() / 100 != 2) {
                throw Answers.refusal("GET " + target, response, in.readAllBytes());
            }
            try (MappingIterator<JsonNode> values =
                    mapper.readerFor(JsonNode.class).readValues(in)) {
                while (values.hasNextValue()) {
                    line.accept(values.nextValue());
                }
            }
        } catch (IOException e) {
            throw Answers.broken("GET " + target, e);
        }
    }

    /** The server's clock, to the second, if it tells. */
    public Optional<Instant> serverTime() throws InterruptedException {
        HttpResponse<InputStream> response =
                wire.send(new Wire.Call("gantry", "GET", "/health", Map.of(), new byte[0], TIMEOUT));
        try (InputStream in = response.body()) {
            in.readAllBytes();
            return response.headers()
                    .firstValue("date")
                    .map(date -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
        } catch (IOException e) {
            throw Answers.broken("GET /health", e);
        }
    }

    public WebSocket open(String target, WebSocket.Listener listener) throws InterruptedException {
        return wire.open("gantry", target, listener);
    }

    /** One part of a path or query, percent encoded. */
    public static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode tree(Wire.Call call) throws InterruptedException {
        HttpResponse<InputStream> response = wire.send(call);
        try (InputStream in = response.body()) {
            byte[] body = in.readAllBytes();
            if (response.statusCode() / 100 != 2) {
                throw Answers.refusal(call.method() + " " + call.target(), response, body);
            }
            return body.length == 0 ? JsonNodeFactory.instance.objectNode() : mapper.readTree(body);
        } catch (IOException e) {
            throw Answers.broken(call.method() + " " + call.target(), e);
        }
    }
}
