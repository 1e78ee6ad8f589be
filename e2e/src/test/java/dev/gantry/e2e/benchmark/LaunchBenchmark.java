package dev.gantry.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Time from RunTask to RUNNING over the raw engine's create and start of the same container, where that time goes, and
 * tasks launched per second over the raw engine's best rate.
 */
final class LaunchBenchmark {

    private static final int WARM_UP = 5;
    private static final int LAUNCHES = 20;
    private static final int ROUNDS = 2;
    private static final int[] PARALLEL = {4, 8, 16};
    private static final Duration LOOK_OFTEN = Duration.ofMillis(10);
    private static final Duration LOOK_SELDOM = Duration.ofMillis(20);

    private final TaskRuns tasks;
    private final RawEngine raw;

    private LaunchBenchmark(TaskRuns tasks, RawEngine raw) {
        this.tasks = tasks;
        this.raw = raw;
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-bench");
        try (Engine engine = Engine.start(home.resolve("engine"), "", "10.216.0.1/24")) {
            engine.importBusybox();
            String[] words = {
                "up",
                "--data-dir",
                home + "/data",
                "--port",
                "16566",
                "--agent-port",
                "16567",
                "--docker",
                engine.address()
            };
            try (Gantry up = Gantry.start("up", home.resolve("up.log"), "", words);
                    RawEngine raw = new RawEngine(engine)) {
                up.awaitLine("ready (");
                LaunchBenchmark benchmark =
                        new LaunchBenchmark(new TaskRuns(new Api(Gantry.environment(home.resolve("data")))), raw);
                benchmark.tasks.register();
                benchmark.latency();
                benchmark.rate(8);
                benchmark.rate(64);
            }
        } finally {
            Command.of("rm", "-rf", home.toString()).run();
        }
    }

    /** Both sides by turns, so that what else the machine does hits both. */
    private void latency() throws InterruptedException {
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        Parts parts = new Parts();
        for (int index = -WARM_UP; index < LAUNCHES; index++) {
            double created = raw.launch();
            raw.removeAll();
            long began = System.nanoTime();
            long beganMs = System.currentTimeMillis();
            List<String> arns = tasks.run(1);
            double answered = (System.nanoTime() - began) / 1e6;
            JsonNode task = tasks.awaitRunning(arns, LOOK_OFTEN).getFirst();
            double running = (System.nanoTime() - began) / 1e6;
            if (index >= 0) {
                theirs.add(created);
                ours.add(running);
                parts.add(task, beganMs, answered, running);
            }
            tasks.stopAll();
        }
        String against = "raw create+start";
        Figure.print("RunTask to RUNNING, p50", Figure.median(ours), Figure.median(theirs), "ms", against);
        Figure.print(
                "RunTask to RUNNING, p99", Figure.percentile(ours, 99), Figure.percentile(theirs, 99), "ms", against);
        parts.print();
    }

    /** Where the time of one launch goes, by the task's own times. */
    private static final class Parts {

        private final List<Double> answered = new ArrayList<>();
        private final List<Double> agent = new ArrayList<>();
        private final List<Double> started = new ArrayList<>();
        private final List<Double> seen = new ArrayList<>();

        void add(JsonNode task, long beganMs, double answeredMs, double runningMs) {
            double atAgent = task.path("pullStoppedAt").asDouble() * 1000 - beganMs;
            double start = task.path("startedAt").asDouble() * 1000 - beganMs;
            answered.add(answeredMs);
            agent.add(atAgent);
            started.add(start - atAgent);
            seen.add(runningMs - start);
        }

        void print() {
            Figure.print("  of which until RunTask is answered", Figure.median(answered), "ms");
            Figure.print("  of which until the agent creates", Figure.median(agent), "ms");
            Figure.print("  of which create and start", Figure.median(started), "ms");
            Figure.print("  of which until a client sees RUNNING", Figure.median(seen), "ms");
        }
    }

    /** The best of some rounds on both sides, by turns. */
    private void rate(int count) throws Exception {
        double theirs = 0;
        double ours = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int parallel : PARALLEL) {
                if (round == 0 || count <= 8) {
                    theirs = Math.max(theirs, raw.rate(count, parallel));
                }
            }
            long began = System.nanoTime();
            tasks.awaitRunning(tasks.run(count), LOOK_SELDOM);
            ours = Math.max(ours, count / ((System.nanoTime() - began) / 1e9));
            tasks.stopAll();
        }
        Figure.print("tasks launched per second, " + count + " in flight", ours, theirs, "1/s", "raw best");
    }
}
