package dev.gantry.e2e.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.gantry.controller.aws.SigV4;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.store.Backend;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Transaction;
import dev.gantry.store.embedded.EmbeddedBackend;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Requests per second and p99, signed and checked: reads beside a handler of Vert.x that does nothing, durable writes
 * beside what the store alone commits at the same concurrency. Requests are signed before they are measured.
 */
final class ApiBenchmark {

    private static final int PORT = EtcdProcess.freePort();
    private static final int CONNECTIONS = 16;
    private static final int REQUESTS = 8_000;
    private static final int ROUNDS_MIN = 8;
    private static final int ROUNDS_MAX = 16;

    /** A server whose compiler still works gets faster by more than this from one round to the next. */
    private static final double FASTER = 1.03;

    private static final int FAMILIES = 100;
    private static final int VALUE_BYTES = 1_024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> environment;

    private ApiBenchmark(Map<String, String> environment) {
        this.environment = environment;
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-bench");
        Path data = home.resolve("data");
        addNode(data.resolve("store"));
        String[] words = {
            "server",
            "--data-dir",
            data.toString(),
            "--port",
            "" + PORT,
            "--agent-port",
            "" + EtcdProcess.freePort(),
            "--kube-port",
            "0",
            "--unreachable-after",
            "30m",
            "--lost-after",
            "60m"
        };
        try (Gantry server = Gantry.start("server", home.resolve("server.log"), "", words)) {
            server.awaitLine("ready (");
            new ApiBenchmark(Gantry.environment(data)).run(home);
        } finally {
            Command.of("rm", "-rf", home.toString()).run();
        }
    }

    private void run(Path home) throws Exception {
        List<byte[]> describeClusters = signed(1, _ -> request("DescribeClusters", "{}"));
        List<byte[]> register = signed(REQUESTS, index -> request("RegisterTaskDefinition", definition(index)));
        List<byte[]> run = signed(REQUESTS / 4, _ -> request("RunTask", "{\"taskDefinition\":\"f0\"}"));
        load(PORT, register.subList(0, FAMILIES));
        Load trivial = trivial(describeClusters);
        // What was compiled by the calls before the measurement would otherwise be compiled in it.
        load(PORT, repeated(describeClusters, REQUESTS));
        print("DescribeClusters", load(PORT, repeated(describeClusters, REQUESTS)), trivial, "trivial Vert.x");
        Load fresh = settled(register);
        double before = commitsPerSecond(home.resolve("before"));
        Load registered = load(PORT, register);
        double store = (before + commitsPerSecond(home.resolve("after"))) / 2;
        print("RegisterTaskDefinition", registered, new Load(store, List.of()), "store's commits");
        printFresh(fresh, registered);
        requirePlaceable();
        Load freshRuns = settled(run);
        Load runs = load(PORT, run);
        print("RunTask", runs, new Load(store, List.of()), "store's commits");
        printFresh(freshRuns, runs);
        String tenTasks = tenTasks();
        List<byte[]> describeTasks = signed(1, _ -> request("DescribeTasks", tenTasks));
        load(PORT, repeated(describeTasks, REQUESTS / 2));
        print("DescribeTasks of 10", load(PORT, repeated(describeTasks, REQUESTS / 2)), trivial, "trivial Vert.x");
    }

    /**
     * Sends them until the server has compiled what they need, which takes it half of its time for the first hundred
     * thousand; gives how the first of them went.
     */
    private static Load settled(List<byte[]> requests) throws Exception {
        Load first = load(PORT, requests);
        double best = first.perSecond();
        for (int round = 1; round < ROUNDS_MAX; round++) {
            double now = load(PORT, requests).perSecond();
            if (round >= ROUNDS_MIN && now < best * FASTER) {
                break;
            }
            best = Math.max(best, now);
        }
        return first;
    }

    private static void printFresh(Load fresh, Load settled) {
        Figure.print("  the first of them, of a fresh server", fresh.perSecond(), settled.perSecond(), "1/s", "later");
    }

    /** What tasks can be placed on, and will wait on: no agent is behind it. */
    private static void addNode(Path store) throws Exception {
        Node node = Node.newBuilder()
                .setId("0123456789abcdef0123456789abcdef")
                .setReadiness(Readiness.READY)
                .setInfo(NodeInfo.newBuilder()
                        .setName("paper")
                        .setCluster("default")
                        .setCapacity(
                                Resources.newBuilder().setCpuUnits(100_000_000).setMemoryBytes(1L << 50)))
                .build();
        Files.createDirectories(store);
        try (Backend backend = EmbeddedBackend.open(store);
                ImageStore image = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES)) {
            Commit commit = image.commit(Transaction.builder()
                    .create(Kinds.NODE.key("", node.getId()), node)
                    .build());
            if (!(commit instanceof Commit.Committed)) {
                throw new AssertionError(commit.toString());
            }
        }
    }

    private static String definition(int index) {
        return "{\"family\":\"f%d\",\"containerDefinitions\":[{\"name\":\"main\",\"image\":\"busybox\",\"memory\":16}]}"
                .formatted(index % FAMILIES);
    }

    /** Otherwise refusals would be measured, which write nothing. */
    private void requirePlaceable() throws IOException {
        JsonNode answer = call("RunTask", "{\"taskDefinition\":\"f0\"}");
        if (answer.path("tasks").isEmpty()) {
            throw new AssertionError("no task can be placed: " + answer);
        }
    }

    private String tenTasks() throws IOException {
        return "{\"tasks\":" + call("ListTasks", "{\"maxResults\":10}").path("taskArns") + "}";
    }

    private JsonNode call(String operation, String input) throws IOException {
        try (LeanClient client = new LeanClient(PORT)) {
            return JSON.readTree(client.exchange(request(operation, input)));
        }
    }

    private static List<byte[]> signed(int count, IntFunction<byte[]> request) {
        return IntStream.range(0, count).mapToObj(request).toList();
    }

    private static List<byte[]> repeated(List<byte[]> requests, int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> requests.get(index % requests.size()))
                .toList();
    }

    private byte[] request(String operation, String input) {
        byte[] body = input.getBytes(UTF_8);
        URI endpoint = URI.create("http://127.0.0.1:" + PORT);
        Map<String, String> headers = new HashMap<>();
        headers.put("X-Amz-Target", "AmazonEC2ContainerServiceV20141113." + operation);
        headers.put("Content-Type", "application/x-amz-json-1.1");
        SigV4.Credentials credentials = new SigV4.Credentials(
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                null);
        headers.putAll(SigV4.sign(
                SigV4.Request.to(endpoint, "POST", headers, body),
                credentials,
                new SigV4.Scope(environment.getOrDefault("AWS_REGION", ""), "ecs"),
                Instant.now()));
        StringBuilder head = new StringBuilder("POST / HTTP/1.1\r\nHost: " + endpoint.getRawAuthority() + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n").append(input);
        return head.toString().getBytes(UTF_8);
    }

    private record Load(double perSecond, List<Double> millis) {}

    private static Load trivial(List<byte[]> requests) throws Exception {
        try (TrivialServer server = TrivialServer.start()) {
            load(server.port(), repeated(requests, REQUESTS));
            return load(server.port(), repeated(requests, REQUESTS));
        }
    }

    private static Load load(int port, List<byte[]> requests) throws Exception {
        List<Callable<List<Double>>> clients = new ArrayList<>();
        for (int client = 0; client < CONNECTIONS; client++) {
            int first = client;
            clients.add(() -> send(port, requests, first));
        }
        long began = System.nanoTime();
        List<Double> millis = all(clients).stream().flatMap(List::stream).toList();
        return new Load(requests.size() / ((System.nanoTime() - began) / 1e9), millis);
    }

    private static List<Double> send(int port, List<byte[]> requests, int first) throws Exception {
        List<Double> millis = new ArrayList<>();
        try (LeanClient client = new LeanClient(port)) {
            for (int index = first; index < requests.size(); index += CONNECTIONS) {
                long began = System.nanoTime();
                byte[] _ = client.exchange(requests.get(index));
                millis.add((System.nanoTime() - began) / 1e6);
            }
        }
        return millis;
    }

    /** Of the embedded store without anything around it, with as many callers and values as large. */
    private static double commitsPerSecond(Path directory) throws Exception {
        try (Backend backend = EmbeddedBackend.open(directory)) {
            commit(backend, REQUESTS / 4, "warm");
            long began = System.nanoTime();
            commit(backend, REQUESTS / 2, "measured");
            return REQUESTS / 2 / ((System.nanoTime() - began) / 1e9);
        }
    }

    private static void commit(Backend backend, int count, String name) throws Exception {
        ByteString value = ByteString.copyFrom(new byte[VALUE_BYTES]);
        List<Callable<Integer>> callers = new ArrayList<>();
        for (int caller = 0; caller < CONNECTIONS; caller++) {
            int first = caller;
            callers.add(() -> {
                for (int index = first; index < count; index += CONNECTIONS) {
                    String path = name + "/" + index;
                    Backend.Result _ = backend.commit(
                            new Backend.Request(Map.of(path, 0L), Map.of(path, Optional.of(value)), Map.of()));
                }
                return first;
            });
        }
        List<Integer> _ = all(callers);
    }

    private static <T> List<T> all(List<Callable<T>> calls) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
            for (Future<T> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
        }
        return results;
    }

    private static void print(String name, Load ours, Load theirs, String against) {
        String title = name + ", " + CONNECTIONS + " connections";
        Figure.print(title, ours.perSecond(), theirs.perSecond(), "1/s", against);
        Figure.print(name + ", p50", Figure.median(ours.millis()), "ms");
        Figure.print(name + ", p99", Figure.percentile(ours.millis(), 99), "ms");
    }
}
