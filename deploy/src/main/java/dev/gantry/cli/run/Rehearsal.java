package dev.gantry.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gantry.agent.run.NodeAgent;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.client.Settings;
import dev.gantry.cli.client.Wire;
import dev.gantry.cli.servers.AgentOptions;
import dev.gantry.cli.servers.ServerOptions;
import dev.gantry.cli.servers.StoreChoice;
import dev.gantry.cli.servers.UpOptions;
import dev.gantry.controller.Controller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Everything that {@code up} starts, once, with an engine of paper: what is loaded and run here is found loaded and
 * known when it is started in earnest.
 */
final class Rehearsal {

    private static final int CALLS = 200;
    private static final Duration DAYS = Duration.ofDays(7);

    private static final String ENGINE = """
        {"MemTotal":1000000000,"NCPU":1,"CgroupDriver":"none","ApiVersion":"1.44","Version":"25","Arch":"amd64"}\
        """;

    private Rehearsal() {}

    static void perform() throws InterruptedException {
        try {
            Path directory = Files.createTempDirectory("gantry-rehearsal");
            HttpServer engine = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            engine.createContext("/", Rehearsal::answer);
            engine.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            engine.start();
            try {
                perform(directory, engine.getAddress().getPort());
            } finally {
                engine.stop(0);
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void perform(Path directory, int enginePort) throws IOException, InterruptedException {
        Logs.begin(directory);
        UpOptions options = options(directory, "tcp://127.0.0.1:" + enginePort);
        try (Running running = new Running()) {
            Controller controller = Processes.startController(options.server(), running);
            for (NodeAgent agent : Processes.startLocalAgents(options, controller, running)) {
                running.awaitUntil(() -> controller.isReady(agent.nodeId()), "the rehearsal's node");
            }
            use(controller);
        }
    }

    private static void use(Controller controller) throws InterruptedException {
        EcsClient ecs = new EcsClient(new Wire(
                new Settings(
                        URI.create(controller.endpoints().apiUrl()),
                        "us-east-1",
                        "",
                        controller.identity().root().accessKeyId(),
                        controller.identity().root().secretAccessKey(),
                        null,
                        null,
                        "default"),
                Clock.systemUTC()));
        ObjectNode definition = EcsClient.input().put("family", "paper");
        definition
                .putArray("containerDefinitions")
                .addObject()
                .put("name", "main")
                .put("image", "paper")
                .put("memory", 16);
        JsonNode _ = ecs.call("RegisterTaskDefinition", definition);
        JsonNode tasks = ecs.call("RunTask", EcsClient.input().put("taskDefinition", "paper"))
                .path("tasks");
        ObjectNode named = EcsClient.input();
        named.putArray("tasks").add(tasks.path(0).path("taskArn").asText("paper"));
        for (int call = 0; call < CALLS; call++) {
            JsonNode _ = ecs.call("DescribeTasks", named);
        }
        for (String operation : List.of("ListTasks", "ListServices", "ListContainerInstances", "DescribeClusters")) {
            JsonNode _ = ecs.call(operation, EcsClient.input());
        }
    }

    private static UpOptions options(Path directory, String engine) {
        ServerOptions server = new ServerOptions(
                directory,
                "127.0.0.1",
                0,
                0,
                0,
                null,
                0,
                new StoreChoice.Embedded(),
                ServerOptions.Auth.sigv4,
                "us-east-1",
                "000000000000",
                null,
                null,
                "default",
                List.of(),
                false,
                null,
                new ServerOptions.Timing(Duration.ofSeconds(40), Duration.ofSeconds(15), Duration.ofSeconds(30), DAYS));
        return new UpOptions(
                server,
                new AgentOptions(
                        directory,
                        null,
                        engine,
                        "paper",
                        "default",
                        Map.of(),
                        List.of(),
                        AgentOptions.Permissions.NONE,
                        0,
                        0,
                        null),
                () -> {});
    }

    /** An engine that has nothing: the task's image cannot be pulled, and the task stops. */
    private static void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.endsWith("/events")) {
            // Nothing ever happens: the answer has no end.
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().flush();
            return;
        }
        boolean isKnown =
                Stream.of("/info", "/version", "/json").anyMatch(path::endsWith) && !path.contains("/images/");
        String body = path.endsWith("/containers/json") ? "[]" : isKnown ? ENGINE : "{\"message\":\"only paper\"}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(isKnown ? 200 : 404, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
