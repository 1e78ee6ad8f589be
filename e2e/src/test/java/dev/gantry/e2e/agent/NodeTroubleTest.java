package dev.gantry.e2e.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Registry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The agent and the engine are killed, frozen and taken away; the tasks go on. The last test takes the node out. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodeTroubleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String IDLE = """
        "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,"stopTimeout":2,
         "command":["sh","-c","trap 'exit 0' TERM; while true; do sleep 0.1; done"]}]
        """;

    private static OneNode node;
    private static String restarting;

    @BeforeAll
    static void start() {
        node = OneNode.start();
        // Its policy restarts what ran for a minute at least, so it begins first and is looked at last.
        restarting = node.run("""
            "containerDefinitions":[
             {"name":"policy","image":"IMAGE","memory":16,"essential":true,"stopTimeout":1,
              "command":["sh","-c","sleep 63; exit 7"],
              "restartPolicy":{"enabled":true,"restartAttemptPeriod":60}},
             {"name":"ignored","image":"IMAGE","memory":16,"essential":false,"stopTimeout":1,
              "command":["sh","-c","sleep 63; exit 8"],
              "restartPolicy":{"enabled":true,"ignoredExitCodes":[8],"restartAttemptPeriod":60}}]
            """);
        // The tests compare what runs with what ran: its containers must not start in between.
        node.running(restarting);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    @Order(1)
    void adoptsItsContainersWhenItWasKilled() {
        String arn = node.run(IDLE);
        String ends = node.run(IDLE);
        JsonNode before = node.running(arn);
        String idOfTheEnding = OneNode.id(node.running(ends), "main");
        Map<String, String> starts = starts();
        node.up().kill();
        assertThat(starts()).isEqualTo(starts);
        node.engine().docker("kill", idOfTheEnding).run().must();
        node.up().restart();
        node.up().awaitLine("ready (");
        // What happened meanwhile is reported, so this is after the agent has looked around.
        assertThat(OneNode.container(node.stopped(ends), "main")
                        .path("exitCode")
                        .asInt())
                .isEqualTo(137);
        JsonNode after = node.running(arn);
        assertThat(OneNode.id(after, "main")).isEqualTo(OneNode.id(before, "main"));
        assertThat(after.path("startedAt")).isEqualTo(before.path("startedAt"));
        starts.remove(idOfTheEnding);
        assertThat(starts()).isEqualTo(starts);
        node.stop(arn);
        node.stopped(arn);
    }

    @Test
    @Order(2)
    void goesOnWhenTheEngineIsKilledAndComesBack() throws Exception {
        String arn = node.run(IDLE);
        String ends = node.run(IDLE);
        node.running(arn);
        String idOfTheEnding = OneNode.id(node.running(ends), "main");
        long pidOfTheEnding =
                node.inspect(idOfTheEnding).path("State").path("Pid").asLong();
        Map<String, String> starts = starts();
        node.engine().kill();
        assertThat(Command.of("kill", "-KILL", String.valueOf(pidOfTheEnding))
                        .run()
                        .exit())
                .isZero();
        node.engine().restart();
        // The stop that nobody saw, and one after the return.
        assertThat(node.stopped(ends).path("stopCode").asText()).isEqualTo("EssentialContainerExited");
        starts.remove(idOfTheEnding);
        assertThat(starts()).isEqualTo(starts);
        assertThat(OneNode.status(node.task(arn))).isEqualTo("RUNNING");
        String late = node.run(IDLE);
        node.running(late);
        node.engine().docker("kill", OneNode.id(node.task(arn), "main")).run().must();
        assertThat(OneNode.container(node.stopped(arn), "main").path("exitCode").asInt())
                .isEqualTo(137);
        node.stop(late);
        node.stopped(late);
    }

    @Test
    @Order(3)
    void reportsNothingDeadWhileTheEngineIsFrozen() {
        String arn = node.run(IDLE);
        node.running(arn);
        Map<String, String> starts = starts();
        node.engine().freeze();
        try {
            Awaitility.await()
                    .during(Duration.ofSeconds(20))
                    .atMost(Duration.ofSeconds(25))
                    .untilAsserted(() -> {
                        assertThat(OneNode.status(node.task(arn))).isEqualTo("RUNNING");
                        assertThat(node.instance().path("agentConnected").asBoolean())
                                .isTrue();
                    });
            node.stop(arn);
        } finally {
            node.engine().thaw();
        }
        JsonNode stopped = node.stopped(arn);
        assertThat(stopped.path("stoppedReason").asText()).isEqualTo("enough");
        assertThat(OneNode.container(stopped, "main").path("exitCode").asInt()).isZero();
        starts.remove(OneNode.id(stopped, "main"));
        assertThat(starts()).isEqualTo(starts);
    }

    @Test
    @Order(4)
    void usesTheLocalImageWhenItsRegistryIsGone() throws Exception {
        String image = "127.0.0.1:20590/team/tool:1";
        String definition = """
            "containerDefinitions":[{"name":"main","image":"%s","memory":16,"command":["true"]}]
            """.formatted(image);
        try (Registry registry = Registry.start(node.home().resolve("registry"), 20590)) {
            node.engine().docker("tag", Engine.IMAGE, image).run().must();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> node.engine().docker("push", image).run().exit() == 0);
            node.engine().docker("rmi", image).run().must();
            JsonNode pulled = node.stopped(node.run(definition));
            assertThat(OneNode.container(pulled, "main").path("exitCode").asInt())
                    .isZero();
            assertThat(OneNode.container(pulled, "main").path("imageDigest").asText())
                    .startsWith("sha256:");
            assertThat(pulled.path("pullStoppedAt").asDouble())
                    .isGreaterThan(pulled.path("pullStartedAt").asDouble());
        }
        String second = node.run(definition);
        assertThat(OneNode.container(node.stopped(second), "main")
                        .path("exitCode")
                        .asInt())
                .isZero();
        assertThat(node.gantry("why", second).run().must())
                .contains("Image " + image + ": the local one serves, because its registry failed");
        JsonNode unknown = node.stopped(node.run(definition.replace("tool:1", "tool:2")));
        assertThat(unknown.path("stopCode").asText()).isEqualTo("TaskFailedToStart");
        assertThat(unknown.path("stoppedReason").asText())
                .startsWith("CannotPullContainerError: Error response from daemon: ");
    }

    @Test
    @Order(5)
    void restartsWhatItsPolicySays() {
        JsonNode task = node.awaitTask(
                restarting,
                Duration.ofSeconds(80),
                seen -> OneNode.container(seen, "ignored").path("exitCode").asInt(-1) == 8
                        && node.inspect(seen, "policy")
                                .path("State")
                                .path("Running")
                                .asBoolean()
                        && starts().get(OneNode.id(seen, "policy")) != null
                        && lateStart(seen));
        assertThat(OneNode.status(task)).isEqualTo("RUNNING");
        node.stop(restarting);
        node.stopped(restarting);
    }

    private static boolean lateStart(JsonNode task) {
        String first = task.path("startedAt").asText();
        java.time.Instant now = java.time.Instant.parse(
                node.inspect(task, "policy").path("State").path("StartedAt").asText());
        return now.toEpochMilli() / 1000.0 > Double.parseDouble(first) + 55;
    }

    @Test
    @Order(6)
    void takesNoNewTasksWhileItDrainsAndKeepsStandaloneOnes() {
        String arn = node.run(IDLE);
        node.running(arn);
        state("DRAINING");
        JsonNode answer = node.tryToRun(IDLE);
        assertThat(answer.path("failures").path(0).path("reason").asText()).isEqualTo("INACTIVE");
        assertThat(OneNode.status(node.task(arn))).isEqualTo("RUNNING");
        state("ACTIVE");
        String again = node.run(IDLE);
        node.running(again);
        for (String task : List.of(arn, again)) {
            node.stop(task);
            node.stopped(task);
        }
    }

    private static void state(String wanted) {
        JsonNode answer = node.call(
                "UpdateContainerInstancesState",
                "{\"containerInstances\":[\"" + node.instanceArn() + "\"],\"status\":\"" + wanted + "\"}");
        assertThat(answer.path("containerInstances").path(0).path("status").asText())
                .isEqualTo(wanted);
    }

    @Test
    @Order(7)
    void endsItsTasksWhenItIsDeregisteredByForceAndComesBackAsAnotherNode() {
        String arn = node.run(IDLE);
        String id = OneNode.id(node.running(arn), "main");
        JsonNode gone = node.call(
                "DeregisterContainerInstance", "{\"containerInstance\":\"" + node.instanceArn() + "\",\"force\":true}");
        assertThat(gone.path("containerInstance").path("status").asText()).isEqualTo("INACTIVE");
        JsonNode task = node.stopped(arn);
        assertThat(task.path("stoppedReason").asText()).isEqualTo("Container instance deregistration forced by user");
        assertThat(task.path("stopCode").asText()).isEqualTo("UserInitiated");
        // As with ECS, its containers are nobody's business any more and run on; the machine comes back as another
        // node.
        assertThat(starts()).containsKey(id);
        node.up().stop();
        node.up().restart();
        node.up().awaitLine("ready (");
        assertThat(node.instanceArn())
                .isNotEmpty()
                .isNotEqualTo(gone.path("containerInstance")
                        .path("containerInstanceArn")
                        .asText());
        node.running(node.run(IDLE));
        assertThat(starts()).containsKey(id);
    }

    /** When each running container started, by its id. */
    private static Map<String, String> starts() {
        Map<String, String> starts = new TreeMap<>();
        for (String id : node.engine().containers("dev.gantry.workload", false)) {
            starts.put(id, node.inspect(id).path("State").path("StartedAt").asText());
        }
        return starts;
    }
}
