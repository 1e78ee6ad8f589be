package dev.gantry.e2e.cli;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A {@code gantry up} with an engine of its own, found by its clients through GANTRY_DATA_DIR. */
record OneMachine(Path home, Engine engine, Gantry up) implements AutoCloseable {

    static OneMachine start() {
        try {
            Path home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-cli");
            Engine engine = Engine.start(home.resolve("engine"), "", "10.218.0.1/24");
            engine.importBusybox();
            Gantry up = Gantry.start(
                    "up",
                    home.resolve("up.log"),
                    environment(home),
                    "deploy/gantry up --port 21566 --agent-port 21567 --allow-reset --settle 1s --docker "
                            + engine.address());
            return new OneMachine(home, engine, up.awaitLine("ready ("));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client command; its standard input is empty. */
    Command gantry(String... words) {
        return Gantry.command(words).with(environment(home));
    }

    /** A client command that goes on by itself, with its output in a file. */
    Gantry inBackground(String name, String words) {
        return Gantry.start(name, home.resolve(name + ".log"), environment(home), "deploy/gantry " + words);
    }

    /** A script that goes on by itself, with its output in a file. */
    Gantry inBackground(String name, Path script) {
        return Gantry.start(name, home.resolve(name + ".log"), withPath(), script.toString());
    }

    /** A shell line with {@code gantry} in its PATH. */
    Command shell(String shell, String line) {
        return Command.of(shell, "-c", line).with(withPath());
    }

    /** Writes a script for bash. */
    Path script(String name, String lines) {
        try {
            Path script = Files.writeString(home.resolve(name), "#!/bin/bash\n" + lines);
            return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes documents to a file of their own. */
    Path file(String name, String... documents) {
        try {
            Path file = home.resolve("documents").resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, String.join("---\n", documents));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Applies and waits until everything runs. */
    void apply(String name, String... documents) {
        gantry("apply", "-f", file(name + ".yaml", documents).toString(), "--wait")
                .run()
                .must();
    }

    /** Id of a task of the service. */
    String taskOf(String service) {
        List<String> tasks = gantry("get", "tasks", "-o", "wide")
                .run()
                .must()
                .lines()
                .filter(line -> line.contains("service:" + service + " ") && line.contains("RUNNING"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
        if (tasks.isEmpty()) {
            throw new AssertionError("no task of " + service + " runs");
        }
        return tasks.getFirst();
    }

    /** A task definition whose one container writes two lines and then waits for its end. */
    static String definition(String name, String value) {
        return """
            apiVersion: ecs.services.k8s.aws/v1alpha1
            kind: TaskDefinition
            metadata: {name: %s}
            spec:
              containerDefinitions:
                - name: main
                  image: %s
                  memory: 16
                  stopTimeout: 1
                  environment: [{name: V, value: "%s"}]
                  command: [sh, -c, "echo first; echo oops >&2; echo second; trap 'exit 0' TERM; while true; do sleep 0.1; done"]
            """.formatted(name, Engine.IMAGE, value);
    }

    static String service(String name, int count) {
        return """
            apiVersion: ecs.services.k8s.aws/v1alpha1
            kind: Service
            metadata: {name: %1$s}
            spec: {taskDefinition: %1$s, desiredCount: %2$d}
            """.formatted(name, count);
    }

    @Override
    public void close() {
        up.close();
        engine.close();
        Command.of("rm", "-rf", home.toString()).run();
    }

    private Map<String, String> withPath() {
        Map<String, String> all = new HashMap<>(environment(home));
        all.put("PATH", Gantry.root().resolve("deploy") + ":" + System.getenv("PATH"));
        return all;
    }

    private static Map<String, String> environment(Path home) {
        return Map.of("GANTRY_DATA_DIR", home.resolve("data").toString());
    }
}
