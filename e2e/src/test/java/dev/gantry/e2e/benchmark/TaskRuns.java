package dev.gantry.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Runs, awaits and stops tasks of one definition, as a client of the API. */
final class TaskRuns {

    private static final int RUN_MAX = 10;
    private static final int DESCRIBE_MAX = 100;

    private final Api api;

    TaskRuns(Api api) {
        this.api = api;
    }

    void register() throws InterruptedException {
        api.call("RegisterTaskDefinition", """
            {"family":"bench","containerDefinitions":[{"name":"main","image":"%s","memory":16,"cpu":1,
             "stopTimeout":2,"command":["/bin/sh","-c","%s"]}]}
            """.formatted(Engine.IMAGE, RawEngine.COMMAND[2]));
    }

    void awaitNode() throws InterruptedException {
        while (api.call("ListContainerInstances", "{\"status\":\"ACTIVE\"}")
                .path("containerInstanceArns")
                .isEmpty()) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** ARNs of so many new tasks. */
    List<String> run(int count) throws InterruptedException {
        List<String> arns = new ArrayList<>();
        while (arns.size() < count) {
            int more = Math.min(RUN_MAX, count - arns.size());
            JsonNode answer = api.call("RunTask", "{\"taskDefinition\":\"bench\",\"count\":%d}".formatted(more));
            if (!answer.path("failures").isEmpty()) {
                throw new AssertionError(answer.toString());
            }
            answer.path("tasks").forEach(task -> arns.add(task.path("taskArn").asText()));
        }
        return arns;
    }

    /**
     * Waits until all of them run.
     *
     * @param pause between two looks: short for the time of one, long for the rate of many, because looking takes the
     *     same processors
     */
    List<JsonNode> awaitRunning(List<String> arns, Duration pause) throws InterruptedException {
        List<JsonNode> running = new ArrayList<>();
        List<String> left = new ArrayList<>(arns);
        while (!left.isEmpty()) {
            for (JsonNode task : describe(left)) {
                String status = task.path("lastStatus").asText();
                if (status.equals("STOPPED")) {
                    throw new AssertionError(task.toString());
                }
                if (status.equals("RUNNING") && left.remove(task.path("taskArn").asText())) {
                    running.add(task);
                }
            }
            if (!left.isEmpty()) {
                LockSupport.parkNanos(pause.toNanos());
            }
        }
        return running;
    }

    void stopAll() throws InterruptedException {
        List<String> arns = new ArrayList<>();
        api.call("ListTasks", "{}").path("taskArns").forEach(arn -> arns.add(arn.asText()));
        for (String arn : arns) {
            api.call("StopTask", "{\"task\":\"" + arn + "\"}");
        }
        List<String> left = new ArrayList<>(arns);
        while (!left.isEmpty()) {
            for (JsonNode task : describe(left)) {
                if (task.path("lastStatus").asText().equals("STOPPED")) {
                    left.remove(task.path("taskArn").asText());
                }
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private JsonNode describe(List<String> arns) throws InterruptedException {
        String list =
                arns.stream().limit(DESCRIBE_MAX).map(arn -> '"' + arn + '"').collect(Collectors.joining(","));
        return api.call("DescribeTasks", "{\"tasks\":[" + list + "]}").path("tasks");
    }
}
