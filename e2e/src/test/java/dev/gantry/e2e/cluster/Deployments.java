package dev.gantry.e2e.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** What tests do with services, in the words of the {@code aws} command. */
record Deployments(Aws aws) {

    /** Registers a definition of one container that sleeps, and answers its ARN. */
    String register(String family, String containerExtras) {
        String container = """
            [{"name":"main","image":"%s","memory":16,"cpu":10,"essential":true,"stopTimeout":2,
              "command":["/bin/sh","-c","trap 'exit 0' TERM; while true; do sleep 0.1; done"]%s}]
            """.formatted(Engine.IMAGE, containerExtras);
        return aws.ecs("register-task-definition", "--family", family, "--container-definitions", container)
                .path("taskDefinition")
                .path("taskDefinitionArn")
                .asText();
    }

    void create(String service, String definition, int desired, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "create-service",
                "--service-name",
                service,
                "--task-definition",
                definition,
                "--desired-count",
                String.valueOf(desired)));
        words.addAll(List.of(more));
        aws.ecs(words.toArray(String[]::new));
    }

    /** What the waiter {@code services-stable} waits for, which looks every 15 seconds only. */
    void awaitStable(String service) {
        Awaitility.await(service + " to be stable")
                .atMost(Duration.ofMinutes(4))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    JsonNode found = describe(service);
                    return found.path("deployments").size() == 1
                            && found.path("runningCount").asInt()
                                    == found.path("desiredCount").asInt();
                });
    }

    JsonNode describe(String service) {
        return aws.ecs("describe-services", "--services", service)
                .path("services")
                .path(0);
    }

    List<JsonNode> runningTasks(String service) {
        JsonNode arns = aws.ecs("list-tasks", "--service-name", service, "--desired-status", "RUNNING")
                .path("taskArns");
        if (arns.isEmpty()) {
            return List.of();
        }
        List<String> words = new ArrayList<>(List.of("describe-tasks", "--tasks"));
        arns.forEach(arn -> words.add(arn.asText()));
        JsonNode tasks = aws.ecs(words.toArray(String[]::new)).path("tasks");
        return Fleet.stream(tasks)
                .filter(t -> t.path("lastStatus").asText().equals("RUNNING"))
                .toList();
    }

    List<JsonNode> awaitRunning(String service, int count, Duration atMost) {
        Awaitility.await(count + " running tasks of " + service)
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> runningTasks(service).size() == count);
        return runningTasks(service);
    }

    /** Deletes the service and waits until nothing of it runs. */
    void delete(String service) {
        aws.ecs("delete-service", "--service", service, "--force");
        Awaitility.await(service + " to be gone")
                .atMost(Duration.ofSeconds(60))
                .until(() -> describe(service).path("status").asText().equals("INACTIVE"));
    }
}
