package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gantry.controller.http.Edge;
import dev.gantry.controller.http.EdgeOptions;
import dev.gantry.controller.http.Routes;
import dev.gantry.controller.kube.access.User;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.watch.Fanout;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.ImageStore;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.memory.MemoryBackend;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** The API over a store in memory, called over HTTP. The header {@code X-User} says who calls; a master by default. */
final class KubeWorld implements AutoCloseable {

    /** An answer with its body as JSON. */
    record Answer(int status, JsonNode json) {
        String text(String pointer) {
            return json.at(pointer).asText();
        }
    }

    private final JsonMapper mapper = JsonMapper.builder().build();
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicLong ids = new AtomicLong();
    private final Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final ImageStore store;
    private final Fanout fanout;
    private final Edge edge;

    KubeWorld() throws IOException, InterruptedException {
        store = ImageStore.open(new MemoryBackend(() -> now), Kinds.ALL, Kinds.INDEXES);
        Registries registries = new Registries(new PodCompiler());
        Creation creation = new Creation(registries, () -> new UUID(0, ids.incrementAndGet()).toString(), "PEM");
        KubeSetup.ensure(store, creation, "default", () -> now);
        fanout = new Fanout(store, registries);
        Routes routes = new Routes();
        new KubeApi(new KubeApi.Parts(
                        store,
                        creation,
                        fanout,
                        (node, _) -> {
                            throw new UnavailableException("node " + node + " is not connected");
                        },
                        KubeWorld::user,
                        () -> now,
                        () -> "abcd" + ids.incrementAndGet(),
                        "1"))
                .mount(routes);
        edge = new Edge(EdgeOptions.plain("127.0.0.1", 0), routes, () -> "edge-1");
        edge.start();
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Answer get(String path, String accept) throws IOException, InterruptedException {
        return send(request(path).header("Accept", accept).GET());
    }

    Answer getAs(String user, String path) throws IOException, InterruptedException {
        return send(request(path).header("X-User", user).GET());
    }

    /** @param body JSON in which single quotes stand for double ones */
    Answer post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    Answer put(String path, String body) throws IOException, InterruptedException {
        return send("PUT", path, body);
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    Answer send(String method, String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    Answer patch(String path, String type, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", type)
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    /** The events of a watch until it ends, each as its type and its object's name. */
    List<String> watch(String path, int most) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> answer = client.send(request(path).GET().build(), BodyHandlers.ofLines());
        try (Stream<String> lines = answer.body()) {
            return lines.limit(most).map(this::event).toList();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        edge.close();
        fanout.close();
        store.close();
    }

    private String event(String line) {
        try {
            JsonNode event = mapper.readTree(line);
            return event.path("type").asText() + " "
                    + event.at("/object/metadata/name").asText();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        boolean isJson = answer.body().startsWith("{");
        return new Answer(answer.statusCode(), isJson ? mapper.readTree(answer.body()) : mapper.nullNode());
    }

    private static Optional<User> user(dev.gantry.controller.http.HttpRequest request) {
        String name = request.headers().first("X-User").orElse("admin");
        return switch (name) {
            case "nobody" -> Optional.empty();
            case "admin" -> Optional.of(new User(name, List.of(User.MASTERS)));
            default -> Optional.of(new User(name, List.of()));
        };
    }
}
