package dev.gantry.e2e.cli;

import static dev.gantry.e2e.cli.OneMachine.definition;
import static dev.gantry.e2e.cli.OneMachine.service;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Gantry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code gantry events} beside what {@code aws} does, with a real engine and a controller that is killed. */
@Tag("e2e")
class EventsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static OneMachine machine;
    private static Aws aws;

    @BeforeAll
    static void start() {
        machine = OneMachine.start();
        aws = new Aws(Gantry.environment(machine.home().resolve("data")));
    }

    @AfterAll
    static void stop() {
        machine.close();
    }

    @Test
    void tellsTheLifeOfATaskAndOfAServiceInEventBridgesEnvelope() {
        machine.apply("web", definition("web", "1"), service("web", 1));
        String task = aws.ecs("run-task", "--task-definition", "web")
                .at("/tasks/0/taskArn")
                .asText();
        aws.ecs("wait", "tasks-running", "--tasks", task);
        aws.ecs("stop-task", "--task", task, "--reason", "enough");
        aws.ecs("wait", "tasks-stopped", "--tasks", task);
        await(
                "the end of the task",
                () -> !of(task).isEmpty() && status(of(task).getLast()).equals("STOPPED"));

        List<JsonNode> life = of(task);
        assertThat(life.stream()
                        .map(event -> event.at("/detail/version").asLong())
                        .toList())
                .isEqualTo(counted(life.size()));
        assertThat(life)
                .extracting(EventsTest::status)
                .startsWith("PROVISIONING", "PENDING")
                .contains("RUNNING");
        JsonNode end = life.getLast();
        assertThat(end.path("detail-type").asText()).isEqualTo("ECS Task State Change");
        assertThat(end.path("source").asText()).isEqualTo("aws.ecs");
        assertThat(end.at("/detail/stoppedReason").asText()).isEqualTo("enough");
        assertThat(end.at("/detail/stoppedAt").asText()).endsWith("Z");
        JsonNode described = aws.ecs("describe-tasks", "--tasks", task).at("/tasks/0");
        for (String member :
                List.of("taskDefinitionArn", "containerInstanceArn", "group", "cpu", "memory", "version")) {
            assertThat(end.at("/detail/" + member)).as(member).isEqualTo(described.path(member));
        }
        List<JsonNode> all = events("--type", "service");
        assertThat(all)
                .extracting(event -> event.at("/detail/eventName").asText())
                .contains("TASKS_STARTED", "SERVICE_STEADY_STATE");
        assertThat(events("--type", "deployment"))
                .extracting(event -> event.at("/detail/eventName").asText())
                .contains("SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_COMPLETED");
        assertThat(events("--type", "node"))
                .extracting(event -> event.at("/detail/agentConnected").asBoolean())
                .contains(true);
        assertThat(machine.gantry("events", "--type", "ECS Tasks").run().exit()).isEqualTo(3);
        assertThat(machine.gantry("events", "--tail", "5", "-A").run().must()).hasLineCount(5);
    }

    @Test
    void goesOnThroughAKilledControllerWithoutTellingAnythingTwice() {
        machine.apply("kept", definition("kept", "1"), service("kept", 1));
        try (Gantry follow = machine.inBackground("events", "events -f --since 1h -o json")) {
            follow.awaitLine("ecs-svc/");
            machine.up().kill().restart();
            machine.up().awaitLine("ready (");
            aws.ecs("update-service", "--service", "kept", "--desired-count", "2");
            aws.ecs("wait", "services-stable", "--services", "kept");
            follow.awaitLine("\"desiredCount\":2");
            await(
                    "both to be steady",
                    () -> events("--type", "service").stream()
                                    .filter(event -> event.at("/detail/eventName")
                                            .asText()
                                            .equals("SERVICE_STEADY_STATE"))
                                    .filter(event ->
                                            event.at("/resources/0").asText().endsWith("/kept"))
                                    .count()
                            == 2);
            List<String> kept =
                    events().stream().map(event -> event.path("id").asText()).toList();
            await("all of them to be followed", () -> follow.output().contains(kept.getLast()));
            List<String> followed = follow.output()
                    .lines()
                    .filter(line -> line.startsWith("{"))
                    .map(line -> read(line).path("id").asText())
                    .toList();
            assertThat(followed).doesNotHaveDuplicates().containsAll(kept);
        }
        Map<String, Long> versions = new HashMap<>();
        for (JsonNode event : events("--type", "task")) {
            long version = event.at("/detail/version").asLong();
            Long before = versions.put(event.at("/detail/taskArn").asText(), version);
            assertThat(version).isGreaterThan(before == null ? 0 : before);
        }
    }

    private static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(60)).until(condition);
    }

    private static List<JsonNode> of(String task) {
        return events("--type", "task").stream()
                .filter(event -> event.at("/resources/0").asText().equals(task))
                .toList();
    }

    private static List<JsonNode> events(String... words) {
        List<String> all = new ArrayList<>(List.of("events", "--since", "1h", "-o", "json"));
        all.addAll(List.of(words));
        return machine.gantry(all.toArray(String[]::new))
                .run()
                .must()
                .lines()
                .map(EventsTest::read)
                .toList();
    }

    private static String status(JsonNode event) {
        return event.at("/detail/lastStatus").asText();
    }

    private static List<Long> counted(int most) {
        return java.util.stream.LongStream.rangeClosed(1, most).boxed().toList();
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }
}
