package dev.gantry.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Hosts;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One host, the embedded store, the real {@code aws} command: ports, stops, waiters, logs, exec, signatures. */
@Tag("e2e")
class OneHostTest {

    private static Hosts hosts;
    private static Fleet fleet;
    private static Aws aws;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(1);
        fleet = Fleet.start(hosts, "--settle", "1s");
        aws = fleet.aws();
    }

    @AfterAll
    static void stop() {
        fleet.close();
        hosts.close();
    }

    @Test
    void givesTwoTasksOfOneDefinitionDifferentHostPortsThatAnswer() {
        register("httpd", """
            {"name":"web","image":"%s","memory":16,"essential":true,"stopTimeout":1,
             "command":["sh","-c","echo hello from $(hostname) > /tmp/index.html; exec httpd -f -p 80 -h /tmp"],
             "portMappings":[{"containerPort":80}]}
            """);
        JsonNode started = aws.ecs("run-task", "--task-definition", "httpd", "--count", "2");
        assertThat(started.path("failures")).isEmpty();
        List<String> arns = arns(started);
        aws.command("wait", "tasks-running", "--tasks", arns.get(0), arns.get(1))
                .run()
                .must();
        List<Integer> ports = Fleet.stream(tasks(arns))
                .map(t -> t.path("containers")
                        .path(0)
                        .path("networkBindings")
                        .path(0)
                        .path("hostPort")
                        .asInt())
                .toList();
        assertThat(ports)
                .doesNotHaveDuplicates()
                .allSatisfy(port -> assertThat(port).isPositive());
        for (int port : ports) {
            String answer = Command.of(
                            "curl",
                            "-sS",
                            "--max-time",
                            "5",
                            "http://" + hosts.get(0).address() + ":" + port)
                    .run()
                    .must();
            assertThat(answer).startsWith("hello from");
        }
        arns.forEach(arn -> aws.ecs("stop-task", "--task", arn, "--reason", "enough"));
        aws.command("wait", "tasks-stopped", "--tasks", arns.get(0), arns.get(1))
                .run()
                .must();
        assertThat(Fleet.stream(tasks(arns))).allSatisfy(task -> {
            assertThat(task.path("stopCode").asText()).isEqualTo("UserInitiated");
            assertThat(task.path("stoppedReason").asText()).isEqualTo("enough");
        });
    }

    @Test
    void refusesTheSecondTaskOnAStaticHostPortAndSaysWhy() {
        register("static", """
            {"name":"web","image":"%s","memory":16,"essential":true,"stopTimeout":1,
             "command":["httpd","-f","-p","80","-h","/tmp"],
             "portMappings":[{"containerPort":80,"hostPort":18080}]}
            """);
        String first = arns(aws.ecs("run-task", "--task-definition", "static")).getFirst();
        aws.command("wait", "tasks-running", "--tasks", first).run().must();
        JsonNode second = aws.ecs("run-task", "--task-definition", "static");
        assertThat(second.path("tasks")).isEmpty();
        assertThat(second.path("failures").path(0).path("reason").asText()).isEqualTo("RESOURCE:PORTS");

        aws.ecs("create-service", "--service-name", "static", "--task-definition", "static", "--desired-count", "1");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(fleet.gantry("why", "static").run().must()).contains("18080"));
        aws.ecs("stop-task", "--task", first);
        aws.command("wait", "services-stable", "--services", "static").run().must();
        aws.ecs("delete-service", "--service", "static", "--force");
    }

    @Test
    void keepsReasonExitCodeAndLastWordsOfATaskThatFailed() {
        register("fails", """
            {"name":"main","image":"%s","memory":16,"essential":true,
             "command":["sh","-c","echo the last words; exit 3"]}
            """);
        String task = arns(aws.ecs("run-task", "--task-definition", "fails")).getFirst();
        awaitStatus(task, "STOPPED");
        JsonNode stopped = tasks(List.of(task)).path(0);
        assertThat(stopped.path("stopCode").asText()).isEqualTo("EssentialContainerExited");
        assertThat(stopped.path("stoppedReason").asText()).isEqualTo("Essential container in task exited");
        assertThat(stopped.path("containers").path(0).path("exitCode").asInt()).isEqualTo(3);
        assertThat(fleet.gantry("why", task).run().must())
                .contains("the last words")
                .contains("3");
    }

    @Test
    void namesTheImageThatCannotBePulled() {
        aws.ecs(
                "register-task-definition",
                "--family",
                "missing",
                "--container-definitions",
                "[{\"name\":\"main\",\"image\":\"127.0.0.1:9/none:1\",\"memory\":16}]");
        String task = arns(aws.ecs("run-task", "--task-definition", "missing")).getFirst();
        awaitStatus(task, "STOPPED");
        JsonNode stopped = tasks(List.of(task)).path(0);
        assertThat(stopped.path("stopCode").asText()).isEqualTo("TaskFailedToStart");
        assertThat(stopped.path("stoppedReason").asText()).startsWith("CannotPullContainerError: ");
    }

    @Test
    void readsLogsAndRunsCommandsInATask() {
        register("talks", """
            {"name":"main","image":"%s","memory":16,"essential":true,"stopTimeout":1,
             "command":["sh","-c","echo line one; echo line two; trap 'exit 0' TERM; while true; do sleep 0.1; done"]}
            """);
        String task = arns(aws.ecs("run-task", "--task-definition", "talks")).getFirst();
        awaitStatus(task, "RUNNING");
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(fleet.gantry("logs", task).run().must()).contains("line one", "line two"));
        Command.Result result = Gantry.command(
                        "exec",
                        "--data-dir",
                        fleet.controllerHome(0).toString(),
                        task,
                        "--",
                        "sh",
                        "-c",
                        "echo inside; exit 7")
                .run();
        assertThat(result.out()).contains("inside");
        assertThat(result.exit()).isEqualTo(7);
        aws.ecs("stop-task", "--task", task);
    }

    @Test
    void refusesAWrongSecretAndAnUnknownKeyAsAwsDoes() {
        Map<String, String> wrongSecret = new HashMap<>(aws.environment());
        wrongSecret.put("AWS_SECRET_ACCESS_KEY", "not-the-secret");
        assertThat(new Aws(wrongSecret).refused("list-clusters")).contains("(InvalidSignatureException)");
        Map<String, String> unknownKey = new HashMap<>(aws.environment());
        unknownKey.put("AWS_ACCESS_KEY_ID", "AKIAUNKNOWNUNKNOWN00");
        assertThat(new Aws(unknownKey).refused("list-clusters")).contains("(UnrecognizedClientException)");
    }

    private static void register(String family, String container) {
        aws.ecs(
                "register-task-definition",
                "--family",
                family,
                "--container-definitions",
                "[" + container.formatted(Engine.IMAGE) + "]");
    }

    /** The waiters, which others have tried, look every six seconds only. */
    private static void awaitStatus(String task, String status) {
        Awaitility.await(task + " to be " + status)
                .atMost(Duration.ofSeconds(60))
                .until(() ->
                        tasks(List.of(task)).path(0).path("lastStatus").asText().equals(status));
    }

    private static List<String> arns(JsonNode answer) {
        return Fleet.stream(answer.path("tasks"))
                .map(t -> t.path("taskArn").asText())
                .toList();
    }

    private static JsonNode tasks(List<String> arns) {
        String[] words = new String[arns.size() + 2];
        words[0] = "describe-tasks";
        words[1] = "--tasks";
        for (int index = 0; index < arns.size(); index++) {
            words[index + 2] = arns.get(index);
        }
        return aws.ecs(words).path("tasks");
    }
}
