package dev.gantry.e2e.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Gantry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gantry up --simulate} as a test suite uses it: with the real {@code aws} command, and without Docker. */
@Tag("e2e")
class SimulatedNodesTest {

    private static final int PORT = 21566;

    @TempDir
    private Path home;

    private Gantry up(String... options) {
        List<String> words = new ArrayList<>(List.of("up", "--simulate", "--data-dir", home + "/data"));
        words.addAll(List.of("--port", String.valueOf(PORT), "--agent-port", String.valueOf(PORT + 1)));
        words.addAll(List.of("--kube-port", String.valueOf(PORT + 2)));
        words.addAll(List.of(options));
        return Gantry.start("up", home.resolve("up.log"), "", words.toArray(String[]::new))
                .awaitLine("ready (");
    }

    private Map<String, String> environment() {
        return Gantry.environment(home.resolve("data"));
    }

    @Test
    void aSuiteRunsServicesAndTasksWithoutAnEngine() throws Exception {
        try (Gantry up = up("--count", "3", "--start-time", "200ms")) {
            assertThat(up.output()).contains("3 simulated, each with 4 CPUs and 8192 MiB");
            Aws aws = new Aws(environment());
            aws.ecs(
                    "register-task-definition",
                    "--family",
                    "web",
                    "--requires-compatibilities",
                    "FARGATE",
                    "--network-mode",
                    "awsvpc",
                    "--cpu",
                    "256",
                    "--memory",
                    "512",
                    "--container-definitions",
                    "[{\"name\":\"web\",\"image\":\"no.such.registry/web:1\"}]");
            aws.ecs(
                    "create-service",
                    "--service-name",
                    "web",
                    "--task-definition",
                    "web",
                    "--desired-count",
                    "5",
                    "--launch-type",
                    "FARGATE",
                    "--network-configuration",
                    "awsvpcConfiguration={subnets=[subnet-1]}");
            aws.ecs("wait", "services-stable", "--services", "web");
            Api api = new Api(environment());
            JsonNode service = api.call("DescribeServices", "{\"services\":[\"web\"]}")
                    .path("services")
                    .path(0);
            assertThat(service.path("runningCount").asInt()).isEqualTo(5);
            aws.ecs(
                    "register-task-definition",
                    "--family",
                    "batch",
                    "--container-definitions",
                    "[{\"name\":\"main\",\"image\":\"batch\",\"memory\":16,\"command\":[\"sh\",\"-c\",\"sleep 1; exit"
                            + " 3\"]}]");
            String task = aws.ecs("run-task", "--task-definition", "batch")
                    .path("tasks")
                    .path(0)
                    .path("taskArn")
                    .asText();
            aws.ecs("wait", "tasks-stopped", "--tasks", task);
            JsonNode stopped = task(api, task);
            assertThat(stopped.path("stopCode").asText()).isEqualTo("EssentialContainerExited");
            assertThat(stopped.path("containers").path(0).path("exitCode").asInt())
                    .isEqualTo(3);
        }
    }

    @Test
    void whatRanEndsWithTheProcessAndServicesReplaceIt() throws Exception {
        try (Gantry up = up()) {
            Api api = new Api(environment());
            api.call(
                    "RegisterTaskDefinition",
                    "{\"family\":\"web\",\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\",\"memory\":16}]}");
            api.call("CreateService", "{\"serviceName\":\"web\",\"taskDefinition\":\"web\",\"desiredCount\":1}");
            String before = awaitRunning(api);
            up.kill().restart();
            up.awaitLine("ready (");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> task(api, before).path("lastStatus").asText().equals("STOPPED"));
            assertThat(task(api, before)
                            .path("containers")
                            .path(0)
                            .path("reason")
                            .asText())
                    .contains("the engine no longer has this container");
            assertThat(awaitRunning(api)).isNotEqualTo(before);
        }
    }

    @Test
    void startsFailAsOftenAsTheyShall() throws Exception {
        try (Gantry up = up("--failure-rate", "1", "--seed", "7")) {
            assertThat(up.output()).contains("failure rate 1.0, seed 7");
            Api api = new Api(environment());
            api.call(
                    "RegisterTaskDefinition",
                    "{\"family\":\"web\",\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\",\"memory\":16}]}");
            String task = api.call("RunTask", "{\"taskDefinition\":\"web\"}")
                    .path("tasks")
                    .path(0)
                    .path("taskArn")
                    .asText();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> task(api, task).path("lastStatus").asText().equals("STOPPED"));
            assertThat(task(api, task).path("stopCode").asText()).isEqualTo("TaskFailedToStart");
            assertThat(task(api, task).path("stoppedReason").asText())
                    .startsWith("CannotStartContainerError: ")
                    .contains("simulated with a failure rate of 1.0");
        }
    }

    @Test
    void spotCapacityThatIsTakenBackIsReplaced() throws Exception {
        try (Gantry up = up("--count", "2")) {
            Api api = new Api(environment());
            api.call(
                    "PutClusterCapacityProviders",
                    "{\"cluster\":\"default\",\"capacityProviders\":[\"FARGATE_SPOT\"],"
                        + "\"defaultCapacityProviderStrategy\":[{\"capacityProvider\":\"FARGATE_SPOT\",\"weight\":1}]}");
            api.call(
                    "RegisterTaskDefinition",
                    "{\"family\":\"web\",\"requiresCompatibilities\":[\"FARGATE\"],\"networkMode\":\"awsvpc\",\"cpu\":\"256\","
                        + "\"memory\":\"512\",\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"web\"}]}");
            api.call(
                    "CreateService",
                    "{\"serviceName\":\"web\",\"taskDefinition\":\"web\",\"desiredCount\":1,\"networkConfiguration\":"
                            + "{\"awsvpcConfiguration\":{\"subnets\":[\"subnet-1\"]}}}");
            String arn = awaitRunning(api);
            String id = arn.substring(arn.lastIndexOf('/') + 1);
            String said = Gantry.command("interrupt", id, "--data-dir", home + "/data")
                    .run()
                    .must();
            assertThat(said).isEqualTo("task/" + id + " interrupted\n");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> task(api, arn).path("lastStatus").asText().equals("STOPPED"));
            assertThat(task(api, arn).path("stopCode").asText()).isEqualTo("SpotInterruption");
            assertThat(task(api, arn).path("stoppedReason").asText()).isEqualTo("Your Spot Task was interrupted.");
            assertThat(awaitRunning(api)).isNotEqualTo(arn);
        }
    }

    @Test
    void moreNodesJoinByATokenOfAsManyUses() throws Exception {
        try (Gantry up = up()) {
            String said = Gantry.command("token", "--uses", "20", "--data-dir", home + "/data")
                    .run()
                    .must();
            Matcher token = Pattern.compile("GANTRY1-\\S+").matcher(said);
            assertThat(token.find()).as(said).isTrue();
            Gantry agent = Gantry.start(
                    "agent",
                    home.resolve("agent.log"),
                    "",
                    "agent",
                    "--simulate",
                    "--count",
                    "20",
                    "--name",
                    "more",
                    "--join",
                    token.group(),
                    "--data-dir",
                    home + "/agents");
            try (agent) {
                agent.awaitLine("ready (");
                Api api = new Api(environment());
                Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> instances(api) == 21);
            }
        }
    }

    private static int instances(Api api) throws InterruptedException {
        return api.call("ListContainerInstances", "{\"filter\":\"attribute:gantry.simulated == true\"}")
                .path("containerInstanceArns")
                .size();
    }

    /** The service's one task, once it runs. */
    private static String awaitRunning(Api api) {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> running(api), arn -> !arn.isEmpty());
    }

    private static String running(Api api) throws InterruptedException {
        String arn = api.call("ListTasks", "{\"serviceName\":\"web\",\"desiredStatus\":\"RUNNING\"}")
                .path("taskArns")
                .path(0)
                .asText();
        boolean runs =
                !arn.isEmpty() && task(api, arn).path("lastStatus").asText().equals("RUNNING");
        return runs ? arn : "";
    }

    private static JsonNode task(Api api, String arn) throws InterruptedException {
        return api.call("DescribeTasks", "{\"tasks\":[\"" + arn + "\"]}")
                .path("tasks")
                .path(0);
    }
}
