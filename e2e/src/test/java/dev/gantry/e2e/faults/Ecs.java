package dev.gantry.e2e.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** What these tests do with tasks and services, by calls that are made again and again where they wait for something. */
record Ecs(Api api) {

    static final Duration PATIENCE = Duration.ofSeconds(90);

    /** A container that runs until it is asked to stop. */
    static final String IDLE = container("trap 'exit 0' TERM; while true; do sleep 0.1; done", "");

    /** @param extras more members of the container definition, each with a comma before it */
    static String container(String script, String extras) {
        return """
            {"name":"main","image":"%s","memory":16,"cpu":1,"essential":true,"stopTimeout":2,
             "command":["/bin/sh","-c","%s"]%s}\
            """.formatted(Engine.IMAGE, script, extras);
    }

    JsonNode call(String operation, String input, Object... values) {
        try {
            return api.call(operation, values.length == 0 ? input : input.formatted(values));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Registers a definition and answers its ARN. */
    String register(String family, String containers) {
        return call(
                        "RegisterTaskDefinition",
                        "{\"family\":\"" + family + "\",\"containerDefinitions\":[" + containers + "]}")
                .path("taskDefinition")
                .path("taskDefinitionArn")
                .asText();
    }

    /** @param extras more members of the request, each with a comma before it */
    void create(String service, String definition, int desired, String extras) {
        call("CreateService", """
            {"serviceName":"%s","taskDefinition":"%s","desiredCount":%d%s}\
            """, service, definition, desired, extras);
    }

    /** @param change members of the request, each with a comma before it */
    void update(String service, String change) {
        call("UpdateService", "{\"service\":\"" + service + "\"" + change + "}");
    }

    void delete(String service) {
        call("DeleteService", "{\"service\":\"%s\",\"force\":true}", service);
        await(service + " to be gone", () -> liveTasks(service).isEmpty());
    }

    JsonNode service(String name) {
        return call("DescribeServices", "{\"services\":[\"%s\"]}", name)
                .path("services")
                .path(0);
    }

    /** ARNs of started tasks, of a request that places all that it asks for. */
    List<String> run(String definition, int count, String extras) {
        JsonNode answer = call("RunTask", "{\"taskDefinition\":\"%s\",\"count\":%d%s}", definition, count, extras);
        if (!answer.path("failures").isEmpty()) {
            throw new AssertionError(answer.toString());
        }
        return Fleet.stream(answer.path("tasks"))
                .map(task -> task.path("taskArn").asText())
                .toList();
    }

    void stop(String arn) {
        call("StopTask", "{\"task\":\"%s\",\"reason\":\"enough\"}", arn);
    }

    JsonNode task(String arn) {
        return call("DescribeTasks", "{\"tasks\":[\"%s\"]}", arn).path("tasks").path(0);
    }

    static String status(JsonNode task) {
        return task.path("lastStatus").asText();
    }

    static boolean isRunning(JsonNode task) {
        return status(task).equals("RUNNING");
    }

    /** Tasks that are wanted and not stopped. */
    List<JsonNode> liveTasks(String service) {
        return tasks("\"serviceName\":\"" + service + "\",\"desiredStatus\":\"RUNNING\"");
    }

    List<JsonNode> runningTasks(String service) {
        return liveTasks(service).stream().filter(Ecs::isRunning).toList();
    }

    List<JsonNode> tasks(String filter) {
        List<String> arns = new ArrayList<>();
        call("ListTasks", "{" + filter + "}").path("taskArns").forEach(arn -> arns.add("\"" + arn.asText() + "\""));
        if (arns.isEmpty()) {
            return List.of();
        }
        JsonNode answer = call("DescribeTasks", "{\"tasks\":[" + String.join(",", arns) + "]}");
        return Fleet.stream(answer.path("tasks")).toList();
    }

    Set<String> arns(String service) {
        return runningTasks(service).stream()
                .map(task -> task.path("taskArn").asText())
                .collect(Collectors.toSet());
    }

    List<JsonNode> nodes() {
        List<String> arns = new ArrayList<>();
        call("ListContainerInstances", "{}")
                .path("containerInstanceArns")
                .forEach(arn -> arns.add("\"" + arn.asText() + "\""));
        if (arns.isEmpty()) {
            return List.of();
        }
        JsonNode answer =
                call("DescribeContainerInstances", "{\"containerInstances\":[" + String.join(",", arns) + "]}");
        return Fleet.stream(answer.path("containerInstances")).toList();
    }

    long connectedNodes() {
        return nodes().stream()
                .filter(node -> node.path("agentConnected").asBoolean())
                .count();
    }

    void awaitNodes(int count) {
        await(count + " connected nodes", () -> connectedNodes() == count);
    }

    void awaitRunning(String service, int count) {
        await(count + " running tasks of " + service, () -> {
            List<JsonNode> live = liveTasks(service);
            return live.size() == count && live.stream().allMatch(Ecs::isRunning);
        });
    }

    void awaitTask(String arn, String what, Predicate<JsonNode> wanted) {
        await("task " + arn + " to be " + what, () -> wanted.test(task(arn)));
    }

    void awaitStatus(String arn, String status) {
        awaitTask(arn, status, task -> status(task).equals(status));
    }

    /** Until it is so; what goes wrong on the way is part of the trouble. */
    static void await(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(condition::getAsBoolean);
    }
}
