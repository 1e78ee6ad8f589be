package dev.gantry.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.apply.Action;
import dev.gantry.cli.apply.Applier;
import dev.gantry.cli.apply.Document;
import dev.gantry.cli.apply.DocumentReader;
import dev.gantry.cli.apply.DocumentReader.Source;
import dev.gantry.cli.apply.Planner;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.client.EcsClient.Describe;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code gantry up --demo}: deploys the web service of the examples and prints the address at which it answers. */
public final class Demo {

    private static final Duration DEADLINE = Duration.ofSeconds(90);
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final EcsClient ecs;
    private final Engine engine;
    private final String cluster;
    private final Console console;

    /** @param docker engine to import the image into; null: DOCKER_HOST or the usual socket */
    public Demo(EcsClient ecs, @Nullable String docker, String cluster, Console console) {
        this.ecs = ecs;
        this.engine = Engine.of(docker, console.environment());
        this.cluster = cluster;
        this.console = console;
    }

    public void run() throws InterruptedException {
        if (DemoImage.ensure(engine, DemoImage.TAG)) {
            console.note("demo: made the image " + DemoImage.REPOSITORY + " of this machine's busybox");
        }
        List<Document> documents = documents();
        Applier applier = new Applier(ecs);
        for (Action action : Planner.plan(documents, applier.read(documents, false), "", false)) {
            applier.perform(action);
            console.note("demo: " + action.id() + " " + action.verb());
        }
        String url = url(documents.getLast().id().name());
        console.out().println("demo: the web service answers at " + url);
        console.out().flush();
    }

    private List<Document> documents() {
        Path folder = Path.of(System.getProperty("gantry.home", "deploy"), "examples", "web");
        try (java.util.stream.Stream<Path> files = Files.list(folder)) {
            List<Source> sources = new ArrayList<>();
            for (Path file : files.filter(each -> each.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                sources.add(new Source(file.toString(), Files.readString(file)));
            }
            return DocumentReader.read(sources, cluster).ecs().stream()
                    .sorted(java.util.Comparator.comparing(Document::kind))
                    .toList();
        } catch (IOException e) {
            throw new Failure(
                    Exit.ERROR,
                    "cannot read the demo in " + folder,
                    String.valueOf(e.getMessage()),
                    "unpack Gantry again");
        }
    }

    private String url(String service) throws InterruptedException {
        Instant end = console.clock().instant().plus(DEADLINE);
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            while (console.clock().instant().isBefore(end)) {
                for (String url : urls(service)) {
                    if (answers(http, url)) {
                        return url;
                    }
                }
                Thread.sleep(INTERVAL);
            }
        }
        throw new Failure(
                Exit.TIMEOUT,
                "the demo's service does not answer after " + DEADLINE.toSeconds() + " s",
                lastEvent(service),
                "gantry why service/" + service);
    }

    private List<String> urls(String service) throws InterruptedException {
        ObjectNode input = EcsClient.input().put("cluster", cluster);
        List<String> arns = ecs.list("ListTasks", input.deepCopy().put("serviceName", service), "taskArns");
        List<String> urls = new ArrayList<>();
        for (JsonNode task : ecs.describe(Describe.TASKS, input, arns)) {
            for (JsonNode container : task.path("containers")) {
                port(container).ifPresent(port -> urls.add("http://127.0.0.1:" + port + "/"));
            }
        }
        return urls;
    }

    private static Optional<Integer> port(JsonNode container) {
        int port = container.path("networkBindings").path(0).path("hostPort").asInt(0);
        return port > 0 ? Optional.of(port) : Optional.empty();
    }

    private static boolean answers(HttpClient http, String url) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            // Not yet: the container has its port before its server listens.
            return false;
        }
    }

    private String lastEvent(String service) throws InterruptedException {
        List<JsonNode> found =
                ecs.describe(Describe.SERVICES, EcsClient.input().put("cluster", cluster), List.of(service));
        return found.isEmpty()
                ? "the service is gone"
                : found.getFirst().path("events").path(0).path("message").asText("");
    }
}
