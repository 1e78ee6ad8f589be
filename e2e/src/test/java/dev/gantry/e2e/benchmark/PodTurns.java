package dev.gantry.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Pods of deployments and tasks of ECS services in turns, of the same container, on the same nodes of paper: from the call
 * that makes them until the API says that all of them run.
 */
final class PodTurns {

    static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String RUNNING =
            "/api/v1/namespaces/default/pods?fieldSelector=status.phase%3DRunning&limit=1&labelSelector=app%3D";

    /** The first ones are for the compilers of both. */
    private static final int WARMING_TURNS = 3;

    private static final int TURNS = 2;

    private final ControlPlane plane;
    private final PaperFleet fleet;
    private final Api ecs;
    private final KubeClient kube;
    private final int count;
    private int made;

    PodTurns(ControlPlane plane, PaperFleet fleet, int count) {
        this.plane = plane;
        this.fleet = fleet;
        this.ecs = plane.api();
        this.kube = plane.kube();
        this.count = count;
    }

    /** @param processor seconds of the controller */
    private record Turn(double seconds, double processor) {

        static Turn median(List<Turn> turns) {
            return new Turn(
                    Figure.median(turns.stream().map(Turn::seconds).toList()),
                    Figure.median(turns.stream().map(Turn::processor).toList()));
        }
    }

    private interface Making {
        void run() throws Exception;
    }

    void run() throws Exception {
        JsonNode _ = ecs.call("RegisterTaskDefinition", FleetBenchmark.DEFINITION);
        Turn cold = turn(this::pods);
        Turn _ = turn(this::tasks);
        for (int turn = 1; turn < WARMING_TURNS; turn++) {
            Turn _ = turn(this::pods);
            Turn _ = turn(this::tasks);
        }
        List<Turn> pods = new ArrayList<>();
        List<Turn> tasks = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            pods.add(turn(this::pods));
            tasks.add(turn(this::tasks));
        }
        Turn pod = Turn.median(pods);
        Turn task = Turn.median(tasks);
        Figure.print(
                "pods created to Running (goal >= 0.9)",
                count / pod.seconds(),
                count / task.seconds(),
                "1/s",
                "ECS tasks to RUNNING");
        Figure.print("  the first of them, of a fresh server", count / cold.seconds(), "1/s");
        Figure.print(
                "  the controller's processor time of each",
                pod.processor() / count * 1e3,
                task.processor() / count * 1e3,
                "ms",
                "of a task");
    }

    private Turn turn(Making making) throws Exception {
        double processor = plane.figures().processorSeconds();
        long began = System.nanoTime();
        making.run();
        return new Turn((System.nanoTime() - began) / 1e9, plane.figures().processorSeconds() - processor);
    }

    private void tasks() throws Exception {
        int before = fleet.running();
        List<String> names = new ArrayList<>();
        for (int left = count; left > 0; left -= FleetBenchmark.SERVICE_MAX) {
            names.add("fleet-" + made++);
            JsonNode _ = ecs.call(
                    "CreateService",
                    FleetBenchmark.service(names.getLast(), Math.min(left, FleetBenchmark.SERVICE_MAX)));
        }
        await(before, () -> runningTasks(names) >= count);
    }

    private int runningTasks(List<String> names) throws InterruptedException {
        int running = 0;
        for (JsonNode service : ecs.call("DescribeServices", "{\"services\":[\"" + String.join("\",\"", names) + "\"]}")
                .path("services")) {
            running += service.path("runningCount").asInt();
        }
        return running;
    }

    private void pods() throws Exception {
        int before = fleet.running();
        List<String> names = new ArrayList<>();
        for (int left = count; left > 0; left -= FleetBenchmark.SERVICE_MAX) {
            names.add("fleet-" + made++);
            JsonNode _ = kube.post(
                    DEPLOYMENTS,
                    PodConvergence.deployment(names.getLast(), Math.min(left, FleetBenchmark.SERVICE_MAX)));
        }
        await(before, () -> runningPods(names) >= count);
    }

    private int runningPods(List<String> names) throws IOException {
        int running = 0;
        for (String name : names) {
            JsonNode list = kube.get(RUNNING + name);
            running += list.path("items").size()
                    + list.path("metadata").path("remainingItemCount").asInt();
        }
        return running;
    }

    /** Asking the controller takes its time, so the nodes are asked first. */
    private void await(int before, ControlPlane.Condition condition) throws Exception {
        long began = System.nanoTime();
        double _ = ControlPlane.await("to start", began, PATIENCE, () -> fleet.running() >= before + count);
        double _ = ControlPlane.await("to be told as running", began, PATIENCE, condition);
    }
}
