package dev.gantry.e2e.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** One {@code gantry up} on an engine of its own, in the machine's own network. */
final class OneNode implements AutoCloseable {

    static final int PORT = 20566;
    static final int AGENT_PORT = 20567;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final AtomicInteger families = new AtomicInteger();
    private final Path home;
    private final Engine engine;
    private final Gantry up;
    private final Api api;

    private OneNode(Path home, Engine engine, Gantry up) {
        this.home = home;
        this.engine = engine;
        this.up = up;
        this.api = new Api(Gantry.environment(home.resolve("data")));
    }

    /** @param options of {@code gantry up} beside addresses and directories */
    static OneNode start(String... options) {
        try {
            Path home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-node");
            Engine engine = Engine.start(home.resolve("engine"), "", "10.217.0.1/24");
            try {
                engine.importBusybox();
                return new OneNode(home, engine, up(home, engine, options));
            } catch (RuntimeException | AssertionError e) {
                engine.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Gantry up(Path home, Engine engine, String... options) {
        List<String> words = new ArrayList<>(List.of("up", "--data-dir", home + "/data"));
        words.addAll(List.of("--port", String.valueOf(PORT), "--agent-port", String.valueOf(AGENT_PORT)));
        words.addAll(List.of("--docker", engine.address()));
        words.addAll(Arrays.asList(options));
        return Gantry.start("up", home.resolve("up.log"), "", words.toArray(String[]::new))
                .awaitLine("ready (");
    }

    Engine engine() {
        return engine;
    }

    Gantry up() {
        return up;
    }

    Api api() {
        return api;
    }

    /** Registers a definition, runs it once, and gives the task's ARN. */
    String run(String definition) {
        JsonNode answer = tryToRun(definition);
        if (!answer.path("failures").isEmpty()) {
            throw new AssertionError(answer.toString());
        }
        return answer.path("tasks").path(0).path("taskArn").asText();
    }

    /** RunTask's answer, whatever it is. */
    JsonNode tryToRun(String definition) {
        String family = "family-" + families.incrementAndGet();
        call(
                "RegisterTaskDefinition",
                "{\"family\":\"" + family + "\"," + definition.replace("IMAGE", Engine.IMAGE) + "}");
        String network = definition.contains("\"awsvpc\"")
                ? ",\"networkConfiguration\":{\"awsvpcConfiguration\":{\"subnets\":[\"subnet-1\"]}}"
                : "";
        return call("RunTask", "{\"taskDefinition\":\"" + family + "\"" + network + "}");
    }

    JsonNode call(String operation, String input) {
        try {
            return api.call(operation, input);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    JsonNode task(String arn) {
        return call("DescribeTasks", "{\"tasks\":[\"" + arn + "\"]}")
                .path("tasks")
                .path(0);
    }

    static String status(JsonNode task) {
        return task.path("lastStatus").asText();
    }

    JsonNode running(String arn) {
        return awaitTask(arn, task -> {
            if (status(task).equals("STOPPED")) {
                throw new AssertionError("the task stopped: " + task.toPrettyString());
            }
            return status(task).equals("RUNNING");
        });
    }

    JsonNode stopped(String arn) {
        return awaitTask(arn, task -> status(task).equals("STOPPED"));
    }

    JsonNode awaitTask(String arn, Predicate<JsonNode> wanted) {
        return awaitTask(arn, PATIENCE, wanted);
    }

    JsonNode awaitTask(String arn, Duration patience, Predicate<JsonNode> wanted) {
        Callable<JsonNode> look = () -> task(arn);
        return Awaitility.await("task " + arn + "; logs in " + home)
                .atMost(patience)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(look, wanted);
    }

    void stop(String arn) {
        call("StopTask", "{\"task\":\"" + arn + "\",\"reason\":\"enough\"}");
    }

    static JsonNode container(JsonNode task, String name) {
        for (JsonNode container : task.path("containers")) {
            if (container.path("name").asText().equals(name)) {
                return container;
            }
        }
        throw new AssertionError("no container " + name + " in " + task.toPrettyString());
    }

    static String id(JsonNode task, String name) {
        return container(task, name).path("runtimeId").asText();
    }

    /** What the container wrote. */
    String log(JsonNode task, String name) {
        Command.Result result = engine.docker("logs", id(task, name)).run();
        return result.must() + result.err();
    }

    /** What the engine says of the container. */
    JsonNode inspect(JsonNode task, String name) {
        return inspect(id(task, name));
    }

    JsonNode inspect(String id) {
        try {
            return JSON.readTree(engine.docker("inspect", id).run().must()).path(0);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** A client command against this node's controller. */
    Command gantry(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data-dir", home + "/data"));
        return Gantry.command(all.toArray(String[]::new));
    }

    /** The container instance as it is described. */
    JsonNode instance() {
        return call("DescribeContainerInstances", "{\"containerInstances\":[\"" + instanceArn() + "\"]}")
                .path("containerInstances")
                .path(0);
    }

    String instanceArn() {
        return call("ListContainerInstances", "{}")
                .path("containerInstanceArns")
                .path(0)
                .asText();
    }

    Path home() {
        return home;
    }

    @Override
    public void close() {
        up.close();
        engine.close();
        Command.of("rm", "-rf", home.toString()).run();
    }
}
