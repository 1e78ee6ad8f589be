package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Hosts;
import dev.gantry.e2e.bed.ShellImage;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Managed daemons on two machines, and instances of agents that are not Gantry's, with the real {@code aws} command. */
@Tag("e2e")
class DaemonsTest {

    private static final Duration TIME = Duration.ofSeconds(90);

    private static Hosts hosts;
    private static Fleet fleet;
    private static Aws aws;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(2);
        hosts.all().parallelStream().forEach(host -> ShellImage.on(host.engine()));
        fleet = Fleet.start(hosts, "--settle", "1s");
        aws = fleet.aws();
        aws.ecs(
                "put-cluster-capacity-providers",
                "--cluster",
                "default",
                "--capacity-providers",
                "FARGATE",
                "--default-capacity-provider-strategy",
                "[]");
    }

    @AfterAll
    static void stop() {
        if (hosts != null) {
            fleet.close();
            hosts.close();
        }
    }

    @Test
    void runOnEachMachineAreExchangedAndGo() {
        String first = register("watch", running("0.1"));
        JsonNode made = aws.ecs(
                "create-daemon",
                "--daemon-name",
                "watch",
                "--daemon-task-definition-arn",
                "watch:1",
                "--capacity-provider-arns",
                "FARGATE",
                "--deployment-configuration",
                "drainPercent=50.0");
        String daemon = made.path("daemonArn").asText();
        awaitDeployment(made, "SUCCESSFUL");
        assertThat(tasks())
                .hasSize(2)
                .extracting(task -> task.path("group").asText())
                .containsOnly("daemon:watch");
        assertThat(tasks())
                .extracting(task -> task.path("containerInstanceArn").asText())
                .doesNotHaveDuplicates();
        assertThat(aws.ecs("list-daemons").findValuesAsText("daemonArn")).containsExactly(daemon);

        String second = register("watch", running("0.2"));
        JsonNode updated = update(daemon, "watch");
        awaitDeployment(updated, "SUCCESSFUL");
        assertThat(tasks())
                .extracting(task -> task.path("taskDefinitionArn").asText())
                .containsOnly(second);

        register("watch", "\"/no/such/program\"");
        JsonNode failing = update(daemon, "watch:3");
        awaitDeployment(failing, "ROLLBACK_SUCCESSFUL");
        assertThat(tasks())
                .hasSize(2)
                .extracting(task -> task.path("taskDefinitionArn").asText())
                .containsOnly(second);
        JsonNode shown = aws.ecs("describe-daemon", "--daemon-arn", daemon).path("daemon");
        assertThat(shown.at("/currentRevisions/0/totalRunningCount").asInt()).isEqualTo(2);
        assertThat(aws.ecs("list-daemon-deployments", "--daemon-arn", daemon).path("daemonDeployments"))
                .hasSize(3);
        String revision = shown.at("/currentRevisions/0/arn").asText();
        assertThat(aws.ecs("describe-daemon-revisions", "--daemon-revision-arns", revision)
                        .at("/daemonRevisions/0/daemonTaskDefinitionArn")
                        .asText())
                .isEqualTo(second);

        assertThat(aws.ecs("delete-daemon-task-definition", "--daemon-task-definition", first)
                        .path("daemonTaskDefinitionArn")
                        .asText())
                .isEqualTo(first);
        assertThat(aws.ecs("list-daemon-task-definitions", "--family", "watch").findValuesAsText("arn"))
                .hasSize(2)
                .doesNotContain(first);
        Awaitility.await("no daemon to run the definition")
                .atMost(TIME)
                .until(() -> aws.ecs("describe-daemon-task-definition", "--daemon-task-definition", first)
                        .at("/daemonTaskDefinition/status")
                        .asText()
                        .equals("DELETED"));
        assertThat(aws.ecs("delete-daemon", "--daemon-arn", daemon)
                        .path("status")
                        .asText())
                .isEqualTo("DELETE_IN_PROGRESS");
        Awaitility.await("the daemon to go")
                .atMost(TIME)
                .until(() -> aws.ecs("list-daemons").path("daemonSummariesList").isEmpty());
        assertThat(tasks()).isEmpty();
    }

    @Test
    void areRefusedInTheWordsOfAws() {
        String definition = register("refused", running("1"));
        String account = definition.substring(0, definition.indexOf("daemon-task-definition"));
        String noDaemon = account + "daemon/default/none";
        for (String operation : List.of("describe-daemon", "delete-daemon", "list-daemon-deployments")) {
            assertThat(aws.refused(operation, "--daemon-arn", noDaemon)).contains("(DaemonNotFoundException)");
            assertThat(aws.refused(operation, "--daemon-arn", account + "daemon/none/none"))
                    .contains("(ClusterNotFoundException)");
        }
        assertThat(refusedUpdate(noDaemon, definition)).contains("(DaemonNotFoundException)");
        assertThat(refusedUpdate("none", definition)).contains("(InvalidParameterException)");
        assertThat(refusedCreate("refused:9", "FARGATE")).contains("(ClientException)");
        assertThat(refusedCreate(definition, "FARGATE_SPOT")).contains("(InvalidParameterException)");
        assertThat(aws.refused("list-daemons", "--cluster-arn", "none")).contains("(ClusterNotFoundException)");
        assertThat(aws.refused("list-daemons", "--next-token", "none")).contains("(InvalidParameterException)");
        assertThat(aws.refused("describe-daemon-deployments", "--daemon-deployment-arns", "none"))
                .contains("(InvalidParameterException)");
        assertThat(aws.refused("describe-daemon-revisions", "--daemon-revision-arns", "none"))
                .contains("(InvalidParameterException)");
        for (String operation : List.of("describe-daemon-task-definition", "delete-daemon-task-definition")) {
            assertThat(aws.refused(operation, "--daemon-task-definition", "none:1"))
                    .contains("(ClientException)");
            assertThat(aws.refused(operation, "--daemon-task-definition", account + "task-definition/none:1"))
                    .contains("(InvalidParameterException)");
        }
        assertThat(aws.refused("list-daemon-task-definitions", "--next-token", "none"))
                .contains("(InvalidParameterException)");
        assertThat(aws.refused(
                        "register-daemon-task-definition", "--family", "a b", "--container-definitions", "image=i"))
                .contains("(ClientException)");
    }

    @Test
    void anInstanceOfAnotherAgentIsKnownAndNotUsed() {
        String instance = aws.ecs(
                        "register-container-instance",
                        "--total-resources",
                        "name=CPU,type=INTEGER,integerValue=64000",
                        "name=MEMORY,type=INTEGER,integerValue=64000",
                        "--version-info",
                        "agentVersion=1.105.1")
                .at("/containerInstance/containerInstanceArn")
                .asText();
        JsonNode shown = aws.ecs("describe-container-instances", "--container-instances", instance)
                .at("/containerInstances/0");
        assertThat(shown.path("agentConnected").asBoolean(true)).isFalse();
        assertThat(aws.ecs("discover-poll-endpoint", "--container-instance", instance)
                        .path("endpoint")
                        .asText())
                .startsWith("http");
        assertThat(aws.refused("discover-poll-endpoint", "--container-instance", "0".repeat(32)))
                .contains("(InvalidParameterException)");
        for (String operation : List.of("submit-task-state-change", "submit-container-state-change")) {
            assertThat(aws.refused(operation, "--task", "0".repeat(32), "--status", "RUNNING"))
                    .contains("(InvalidParameterException)");
            assertThat(aws.refused(operation, "--cluster", "none", "--task", "0".repeat(32)))
                    .contains("(ClusterNotFoundException)");
        }
        assertThat(aws.refused("submit-attachment-state-changes", "--attachments", "attachmentArn=a,status=ATTACHED"))
                .contains("(InvalidParameterException)");
        aws.ecs("deregister-container-instance", "--container-instance", instance);
    }

    /** @param command as elements of an array */
    private static String register(String family, String command) {
        String container = """
            [{"name":"main","image":"%s","memory":16,"essential":true,"stopTimeout":1,"command":[%s]}]
            """.formatted(ShellImage.NAME, command);
        return aws.ecs("register-daemon-task-definition", "--family", family, "--container-definitions", container)
                .path("daemonTaskDefinitionArn")
                .asText();
    }

    private static String running(String seconds) {
        return "\"sh\",\"-c\",\"trap 'exit 0' TERM; while true; do sleep " + seconds + "; done\"";
    }

    private static JsonNode update(String daemon, String definition) {
        return aws.ecs(
                "update-daemon",
                "--daemon-arn",
                daemon,
                "--daemon-task-definition-arn",
                definition,
                "--capacity-provider-arns",
                "FARGATE");
    }

    private static String refusedUpdate(String daemon, String definition) {
        return aws.refused(
                "update-daemon",
                "--daemon-arn",
                daemon,
                "--daemon-task-definition-arn",
                definition,
                "--capacity-provider-arns",
                "FARGATE");
    }

    private static String refusedCreate(String definition, String provider) {
        return aws.refused(
                "create-daemon",
                "--daemon-name",
                "refused",
                "--daemon-task-definition-arn",
                definition,
                "--capacity-provider-arns",
                provider);
    }

    private static void awaitDeployment(JsonNode answer, String status) {
        String arn = answer.path("deploymentArn").asText();
        Awaitility.await("deployment " + arn + " to be " + status)
                .atMost(TIME)
                .until(() -> aws.ecs("describe-daemon-deployments", "--daemon-deployment-arns", arn)
                        .at("/daemonDeployments/0/status")
                        .asText()
                        .equals(status));
    }

    private static List<JsonNode> tasks() {
        JsonNode arns = aws.ecs("list-tasks").path("taskArns");
        if (arns.isEmpty()) {
            return List.of();
        }
        String[] words = new String[2 + arns.size()];
        words[0] = "describe-tasks";
        words[1] = "--tasks";
        for (int i = 0; i < arns.size(); i++) {
            words[2 + i] = arns.path(i).asText();
        }
        return Fleet.stream(aws.ecs(words).path("tasks"))
                .filter(task -> task.path("lastStatus").asText().equals("RUNNING"))
                .toList();
    }
}
