package dev.gantry.e2e.benchmark;

import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * Time from {@code up} to a served API and to the first RUNNING task; memory, processor and writes when idle, of both in
 * one process and of each alone.
 */
final class IdleBenchmark {

    private static final int STARTS = 3;
    private static final int TASKS = 20;
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final Duration WATCH = Duration.ofSeconds(20);
    private static final Pattern REVISION = Pattern.compile("(?m)^gantry_store_revision (\\S+)$");
    private static final String ENDPOINT = "http://127.0.0.1:16566";

    private final Path home;
    private final Engine engine;
    private final HttpClient http = HttpClient.newHttpClient();

    private IdleBenchmark(Path home, Engine engine) {
        this.home = home;
        this.engine = engine;
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-bench");
        try (Engine engine = Engine.start(home.resolve("engine"), "", "10.216.0.1/24")) {
            engine.importBusybox();
            IdleBenchmark benchmark = new IdleBenchmark(home, engine);
            benchmark.starts();
            benchmark.together();
            benchmark.apart();
        } finally {
            Command.of("rm", "-rf", home.toString()).run();
        }
    }

    /** Each with a data directory of its own, so that each makes its keys; then again with what is there. */
    private void starts() throws Exception {
        List<Double> first = new ArrayList<>();
        List<Double> again = new ArrayList<>();
        List<Double> announced = new ArrayList<>();
        for (int index = 0; index < STARTS; index++) {
            for (List<Double> served : List.of(first, again)) {
                long began = System.nanoTime();
                try (Gantry up = up("starts-" + index)) {
                    awaitServed(up);
                    served.add(seconds(began));
                    awaitAnnounced(up);
                    if (served == again) {
                        announced.add(seconds(began));
                    }
                }
            }
        }
        Figure.print("up to API ready, first time", Figure.median(first), "s");
        Figure.print("up to API ready, again", Figure.median(again), "s");
        Figure.print("up to the node's registration, again", Figure.median(announced), "s");
    }

    private void together() throws Exception {
        long began = System.nanoTime();
        try (Gantry up = up("together")) {
            awaitAnnounced(up);
            TaskRuns tasks = new TaskRuns(new Api(Gantry.environment(home.resolve("together"))));
            tasks.register();
            tasks.awaitRunning(tasks.run(1), Duration.ofMillis(1));
            Figure.print("up to the first RUNNING task, first time", seconds(began), "s");
            tasks.awaitRunning(tasks.run(TASKS - 1), Duration.ofMillis(20));
            idle("up, " + TASKS + " tasks", up, true);
            tasks.stopAll();
        }
    }

    private void apart() throws Exception {
        Path data = home.resolve("apart");
        try (Gantry server = Gantry.start(
                "server",
                home.resolve("server.log"),
                "",
                "server",
                "--data-dir",
                data.toString(),
                "--port",
                "16566",
                "--agent-port",
                "16567")) {
            server.awaitLine("ready (");
            String words = Gantry.command("token", "--data-dir", data.toString())
                    .run()
                    .must()
                    .strip();
            String token = words.substring(words.indexOf("--join ") + "--join ".length());
            try (Gantry agent = Gantry.start(
                    "agent",
                    home.resolve("agent.log"),
                    "",
                    "agent",
                    "--data-dir",
                    home + "/agent",
                    "--docker",
                    engine.address(),
                    "--join",
                    token)) {
                TaskRuns tasks = new TaskRuns(new Api(Gantry.environment(data)));
                tasks.register();
                agent.awaitLine("ready (");
                tasks.awaitNode();
                tasks.awaitRunning(tasks.run(TASKS), Duration.ofMillis(20));
                idle("server alone, " + TASKS + " tasks", server, false);
                idle("agent alone, " + TASKS + " tasks", agent, false);
                tasks.stopAll();
            }
        }
    }

    private void idle(String name, Gantry process, boolean writes) throws Exception {
        Thread.sleep(SETTLE);
        ProcessFigures figures = new ProcessFigures(process.pid());
        double revision = writes ? revision() : 0;
        double busy = figures.processorSeconds();
        long began = System.nanoTime();
        Thread.sleep(WATCH);
        double seconds = seconds(began);
        double percent = (figures.processorSeconds() - busy) / seconds * 100;
        Figure.print(name + ": resident", figures.residentMebibytes(), "MiB");
        Figure.print(name + ": processor", percent, "% of one");
        if (writes) {
            Figure.print(name + ": store writes", (revision() - revision) / seconds * 60, "1/min");
        }
    }

    private double revision() throws IOException, InterruptedException {
        Matcher found = REVISION.matcher(get("/metrics").body());
        if (!found.find()) {
            throw new IOException("the metrics have no gantry_store_revision");
        }
        return Double.parseDouble(found.group(1));
    }

    private Gantry up(String name) {
        return Gantry.start(
                "up",
                home.resolve(name + ".log"),
                "",
                "up",
                "--data-dir",
                home.resolve(name).toString(),
                "--port",
                "16566",
                "--agent-port",
                "16567",
                "--docker",
                engine.address());
    }

    private void awaitServed(Gantry up) {
        await(() -> {
            try {
                return get("/ready").statusCode() == 200;
            } catch (IOException _) {
                return up.died();
            }
        });
    }

    private static void awaitAnnounced(Gantry up) {
        await(() -> up.output().contains("ready") || up.died());
        up.awaitLine("ready (");
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60))
                .until(condition);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(ENDPOINT + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static double seconds(long beganNanos) {
        return (System.nanoTime() - beganNanos) / 1e9;
    }
}
