package dev.gantry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks the Kubernetes API. Targets are a path and a query, percent encoded. */
public final class KubeClient {

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private static final int BYTES_MAX = 64 << 20;
    private static final int NOT_FOUND = 404;
    // RFC 7234, section 5.5: code, agent, and the text in quotes.
    private static final Pattern WARNING = Pattern.compile("299 \\S+ \"((?:[^\"\\\\]|\\\\.)*)\"");

    private final KubeAccess access;
    private final HttpClient http;

    public KubeClient(KubeAccess access) {
        this.access = access;
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT_MAX)
                .sslContext(access.tls())
                .build();
    }

    /**
     * An answer that is no refusal.
     *
     * @param warnings what the server thinks its client should know
     */
    public record Answer(JsonNode json, List<String> warnings) {}

    /** Of what names none. */
    public String namespace() {
        return access.namespace();
    }

    /** @param accept the form in which to answer */
    public JsonNode get(String target, String accept) throws InterruptedException {
        return send("GET " + target, request(target).header("Accept", accept).GET())
                .json();
    }

    /** Empty where there is nothing. */
    public Optional<JsonNode> find(String target) throws InterruptedException {
        try {
            return Optional.of(get(target, "application/json"));
        } catch (ApiException e) {
            if (e.status() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Server-side apply.
     *
     * @param what is applied, for messages
     */
    public Answer apply(String what, String target, JsonNode object) throws InterruptedException {
        return send(
                what,
                request(target)
                        .header("Content-Type", "application/apply-patch+yaml")
                        .method("PATCH", BodyPublishers.ofString(object.toString())));
    }

    /**
     * @param what is deleted, for messages
     * @return whether there was something to delete
     */
    public boolean delete(String what, String target) throws InterruptedException {
        try {
            Answer _ = send(what, request(target).DELETE());
            return true;
        } catch (ApiException e) {
            if (e.status() == NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private HttpRequest.Builder request(String target) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(access.server() + target)).timeout(ANSWER_MAX);
        access.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        return request;
    }

    private Answer send(String what, HttpRequest.Builder builder) throws InterruptedException {
        HttpRequest request = builder.build();
        HttpResponse<InputStream> response;
        byte[] body;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                body = in.readNBytes(BYTES_MAX + 1);
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
        if (body.length > BYTES_MAX) {
            throw new Failure(Exit.ERROR, what + " got no answer of use", "it is larger than 64 MiB", "");
        }
        JsonNode json = Answers.tree(body);
        if (response.statusCode() / 100 != 2) {
            throw refusal(what, response.statusCode(), json, body);
        }
        return new Answer(json, warnings(response));
    }

    private static ApiException refusal(String what, int status, JsonNode json, byte[] body) {
        String reason = json.path("reason").asText("");
        String text = json.path("message").asText(new String(body, StandardCharsets.UTF_8));
        return new ApiException(what, reason.isEmpty() ? "HTTP " + status : reason, text, status, "");
    }

    private static List<String> warnings(HttpResponse<?> response) {
        return response.headers().allValues("Warning").stream()
                .map(WARNING::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1).replaceAll("\\\\(.)", "$1"))
                .toList();
    }

    private Failure unreachable(IOException e) {
        return new Failure(
                Exit.ERROR,
                "cannot reach the Kubernetes API at " + access.server(),
                e instanceof ConnectException ? "nothing listens there" : String.valueOf(e.getMessage()),
                "check that `gantry up` or `gantry server` runs; `gantry kubeconfig` prints where its API is");
    }
}
