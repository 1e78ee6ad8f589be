package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Message;
import dev.gantry.controller.http.Edge;
import dev.gantry.controller.http.EdgeOptions;
import dev.gantry.controller.http.Routes;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.access.TokenSamples;
import dev.gantry.controller.kube.access.User;
import dev.gantry.controller.kube.custom.ClusterTypes;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.metrics.HandSamples;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Guests;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.registry.ServiceRange;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.kube.watch.Fanout;
import dev.gantry.controller.leadership.Roster;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Workload;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Images;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.memory.MemoryBackend;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/** The API over a store in memory, called over HTTP. The header {@code X-User} says who calls; a master by default. */
public final class KubeWorld implements AutoCloseable {

    /** An answer with its body as JSON. */
    public record Answer(int status, JsonNode json, List<String> warnings) {
        public String text(String pointer) {
            return json.at(pointer).asText();
        }
    }

    private final JsonMapper mapper = JsonMapper.builder().build();
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicLong ids = new AtomicLong();
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final HandSamples samples = new HandSamples();
    private final ServiceAccountTokens tokens = TokenSamples.tokens(this::now);
    private KubeApi.Nodes nodes = (node, _) -> {
        throw new UnavailableException("node " + node + " is not connected");
    };
    private final ImageStore store;
    private final Creation creation;
    private final Fanout fanout;
    private final Edge edge;

    public KubeWorld() throws IOException, InterruptedException {
        this((_, _) -> Guests.NONE);
    }

    /** @param guests kinds of others, over the store and by the clock */
    public KubeWorld(BiFunction<Store, InstantSource, Guests> guests) throws IOException, InterruptedException {
        store = ImageStore.open(new MemoryBackend(() -> now), Kinds.ALL, Kinds.INDEXES);
        Registries registries = new Registries(new PodCompiler(), ServiceRange.DEFAULT, guests.apply(store, () -> now));
        creation = new Creation(registries, () -> new UUID(0, ids.incrementAndGet()).toString(), "PEM");
        KubeSetup.ensure(store, creation, "default", () -> now);
        fanout = new Fanout(store, registries);
        Routes routes = new Routes();
        new KubeApi(new KubeApi.Parts(
                        store,
                        new ClusterTypes(ResourceTypes.builtIn(), Map.of("default", registries.guests())),
                        creation,
                        fanout,
                        (node, request) -> nodes.open(node, request),
                        samples,
                        KubeWorld::user,
                        tokens,
                        () -> now,
                        () -> "abcd" + ids.incrementAndGet(),
                        "1"))
                .mount(routes);
        edge = new Edge(EdgeOptions.plain("127.0.0.1", 0), routes, () -> "edge-1");
        edge.start();
    }

    /** Whoever answers for the nodes from now on. */
    void reach(KubeApi.Nodes others) {
        nodes = others;
    }

    int port() {
        return edge.port();
    }

    /** Makes one more cluster. */
    void found(String cluster) throws InterruptedException {
        KubeSetup.ensure(store, creation, cluster, this::now);
    }

    /** What is told of nodes and pods. */
    HandSamples samples() {
        return samples;
    }

    /** Those that the API knows. */
    ServiceAccountTokens tokens() {
        return tokens;
    }

    Creation creation() {
        return creation;
    }

    public Snapshot snapshot() {
        return store.snapshot();
    }

    /** Starts a controller, as far as others see it. */
    void enter(String agentAddress, String kubeAddress) throws InterruptedException {
        Snapshot before = store.snapshot();
        new Roster(store, false).enter(agentAddress, kubeAddress, now);
        Snapshot _ = Images.newerThan(store, before, Duration.ofSeconds(10));
    }

    public Instant now() {
        return now;
    }

    /** Time goes by. */
    public void pass(Duration time) {
        now = now.plus(time);
    }

    /** With a token, and as nobody else. */
    Answer getBearing(String token, String path) throws IOException, InterruptedException {
        return send(request(path)
                .setHeader("X-User", "nobody")
                .header("Authorization", "Bearer " + token)
                .GET());
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    public Answer get(String path, String accept) throws IOException, InterruptedException {
        return send(request(path).header("Accept", accept).GET());
    }

    /** An answer that is no JSON. */
    byte[] bytes(String path, String accept) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                client.send(request(path).header("Accept", accept).GET().build(), BodyHandlers.ofByteArray());
        Assertions.assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    /** As somebody says that he is somebody else. */
    public Answer getAs(String user, String path, String... headers) throws IOException, InterruptedException {
        return send(request(path).header("X-User", user).headers(headers).GET());
    }

    public Answer getAs(String user, String path) throws IOException, InterruptedException {
        return send(request(path).header("X-User", user).GET());
    }

    /** @param body JSON in which single quotes stand for double ones */
    public Answer post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    public Answer put(String path, String body) throws IOException, InterruptedException {
        return send("PUT", path, body);
    }

    public Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    public Answer postAs(String user, String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("X-User", user)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    public Answer patchAs(String user, String path, String type, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("X-User", user)
                .header("Content-Type", type)
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    public Answer send(String method, String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    /** A body that is sent as it is. */
    Answer sendTyped(String path, String type, String body) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Answer patch(String path, String type, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", type)
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    /** The events of a watch until it ends, each as its type and its object's name. */
    public List<String> watch(String path, int most) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> answer = client.send(request(path).GET().build(), BodyHandlers.ofLines());
        try (Stream<String> lines = answer.body()) {
            return lines.limit(most).map(this::event).toList();
        }
    }

    /** Looks at every image from now on. */
    void checking(Consumer<Snapshot> check) {
        store.subscribe((image, _) -> check.accept(image));
    }

    /** A pod does on its node what it shall, or comes to its end. */
    public void report(String pod, Phase phase) throws InterruptedException {
        PodDocument found = PodDocument.find(
                        store.snapshot(), new ObjectName("default", ResourceName.PODS, "default", pod))
                .orElseThrow();
        Workload.Builder workload = found.record().value().toBuilder();
        workload.getPlacementBuilder().setNode("n1");
        workload.getObservedBuilder().setPhase(phase);
        Commit.Committed done = (Commit.Committed) store.commit(
                Transaction.builder().update(found.record(), workload.build()).build());
        Snapshot _ = store.snapshotAt(done.revision());
    }

    /** Lets a reconciler do all that it wants, as its loop would, without a leader. */
    public <T extends Message> void reconcile(Reconciler<T> reconciler) throws InterruptedException {
        for (boolean busy = true; busy; ) {
            busy = false;
            for (Key<T> key : reconciler.all(store.snapshot())) {
                for (Transaction write :
                        reconciler.reconcile(store.snapshot(), key, now).writes()) {
                    // A conflict is decided again.
                    if (store.commit(write) instanceof Commit.Committed(long revision)) {
                        Snapshot _ = store.snapshotAt(revision);
                    }
                    busy = true;
                }
            }
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

    /** What the other side of a WebSocket sends until it ends it. */
    List<byte[]> messages(String path) {
        List<byte[]> messages = new CopyOnWriteArrayList<>();
        CompletableFuture<Integer> end = new CompletableFuture<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                messages.add(bytes);
                socket.request(1);
                return null;
            }

            @Override
            public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                end.complete(code);
                return null;
            }
        };
        client.newWebSocketBuilder()
                .subprotocols("v4.channel.k8s.io")
                .buildAsync(URI.create("ws://127.0.0.1:" + edge.port() + path), listener)
                .join();
        Assertions.assertThat(end.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(1000);
        return messages;
    }

    /** With what status a WebSocket is refused. */
    int refusal(String path) {
        CompletionException failed = Assertions.catchThrowableOfType(
                CompletionException.class,
                () -> client.newWebSocketBuilder()
                        .subprotocols("v5.channel.k8s.io")
                        .buildAsync(URI.create("ws://127.0.0.1:" + edge.port() + path), new WebSocket.Listener() {})
                        .join());
        if (failed.getCause() instanceof WebSocketHandshakeException refused) {
            return refused.getResponse().statusCode();
        }
        throw failed;
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        boolean isJson = answer.body().startsWith("{");
        return new Answer(
                answer.statusCode(),
                isJson ? mapper.readTree(answer.body()) : mapper.nullNode(),
                answer.headers().allValues("Warning"));
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
