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

/** Where tasks run, with the real {@code aws} command on two machines: providers, Fargate, daemons, protection, zones. */
@Tag("e2e")
class CapacityTest {

    private static final String CONTAINER = """
        "containerDefinitions":[{"name":"main","image":"%s","essential":true,"stopTimeout":2%s,
         "command":["sh","-c","trap 'exit 0' TERM; while true; do sleep 0.1; done"]}]\
        """;

    private static Hosts hosts;
    private static Fleet fleet;
    private static Aws aws;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(2);
        hosts.all().parallelStream().forEach(host -> ShellImage.on(host.engine()));
        fleet = Fleet.start(hosts, "--settle", "1s");
        aws = fleet.aws();
        register("{\"family\":\"idle\"," + CONTAINER.formatted(ShellImage.NAME, ",\"memory\":16,\"cpu\":10") + "}");
        register("{\"family\":\"far\",\"requiresCompatibilities\":[\"FARGATE\"],\"networkMode\":\"awsvpc\","
                + "\"cpu\":\"256\",\"memory\":\"512\"," + CONTAINER.formatted(ShellImage.NAME, "") + "}");
    }

    @AfterAll
    static void stop() {
        if (hosts != null) {
            fleet.close();
            hosts.close();
        }
    }

    @Test
    void tasksOfACapacityProviderWaitForItsFirstMachine() {
        JsonNode made = aws.ecs(
                "create-capacity-provider",
                "--name",
                "attic",
                "--auto-scaling-group-provider",
                "autoScalingGroupArn=attic,managedScaling={status=ENABLED,targetCapacity=100}");
        assertThat(made.at("/capacityProvider/status").asText()).isEqualTo("ACTIVE");
        assertThat(aws.refused(
                        "create-capacity-provider",
                        "--name",
                        "attic",
                        "--auto-scaling-group-provider",
                        "autoScalingGroupArn=other"))
                .contains("(InvalidParameterException)")
                .contains("already exists");
        assertThat(aws.refused(
                        "create-capacity-provider",
                        "--name",
                        "aws-attic",
                        "--auto-scaling-group-provider",
                        "autoScalingGroupArn=other"))
                .contains("name is invalid");
        put("attic", "FARGATE", "FARGATE_SPOT");
        String task = aws.ecs(
                        "run-task",
                        "--task-definition",
                        "idle",
                        "--capacity-provider-strategy",
                        "capacityProvider=attic,weight=1")
                .at("/tasks/0/taskArn")
                .asText();
        assertThat(task(task).path("lastStatus").asText()).isEqualTo("PROVISIONING");
        assertThat(fleet.gantry("why", task).run().must()).contains("attribute:gantry.pool == 'attic'");

        String node = nodes().getFirst();
        aws.ecs(
                "put-attributes",
                "--attributes",
                "name=gantry.pool,value=attic,targetType=container-instance,targetId=" + node);
        await(() -> assertThat(task(task).path("lastStatus").asText()).isEqualTo("RUNNING"));
        assertThat(task(task).path("capacityProviderName").asText()).isEqualTo("attic");
        assertThat(aws.ecs("describe-container-instances", "--container-instances", node)
                        .at("/containerInstances/0/capacityProviderName")
                        .asText())
                .isEqualTo("attic");
        assertThat(aws.refused(
                        "put-cluster-capacity-providers",
                        "--cluster",
                        "default",
                        "--capacity-providers",
                        "FARGATE",
                        "--default-capacity-provider-strategy",
                        "[]"))
                .contains("(ResourceInUseException)");
        assertThat(aws.refused("delete-capacity-provider", "--capacity-provider", "attic"))
                .contains("associated with cluster: default");
        aws.ecs("stop-task", "--task", task);
        await(() -> assertThat(task(task).path("lastStatus").asText()).isEqualTo("STOPPED"));
        assertThat(aws.ecs(
                                "update-capacity-provider",
                                "--name",
                                "attic",
                                "--auto-scaling-group-provider",
                                "managedScaling={status=ENABLED,targetCapacity=50}")
                        .at("/capacityProvider/autoScalingGroupProvider/managedScaling/targetCapacity")
                        .asInt())
                .isEqualTo(50);
        put("FARGATE", "FARGATE_SPOT");
        assertThat(aws.ecs("delete-capacity-provider", "--capacity-provider", "attic")
                        .at("/capacityProvider/status")
                        .asText())
                .isEqualTo("INACTIVE");
        assertThat(aws.refused("delete-capacity-provider", "--capacity-provider", "attic"))
                .contains("does not exist");
        aws.ecs("delete-attributes", "--attributes", "name=gantry.pool,targetType=container-instance,targetId=" + node);
    }

    @Test
    void runsFargateTasksOnItsOwnMachines() {
        String network = "awsvpcConfiguration={subnets=[subnet-1],assignPublicIp=ENABLED}";
        String task = aws.ecs(
                        "run-task",
                        "--task-definition",
                        "far",
                        "--launch-type",
                        "FARGATE",
                        "--network-configuration",
                        network)
                .at("/tasks/0/taskArn")
                .asText();
        await(() -> assertThat(task(task).path("lastStatus").asText()).isEqualTo("RUNNING"));
        JsonNode shown = task(task);
        assertThat(shown.path("platformVersion").asText()).isEqualTo("1.4.0");
        assertThat(shown.path("platformFamily").asText()).isEqualTo("Linux");
        assertThat(shown.path("memory").asText()).isEqualTo("512");
        assertThat(shown.has("containerInstanceArn")).isFalse();
        aws.ecs("stop-task", "--task", task);
        assertThat(aws.refused(
                        "run-task",
                        "--task-definition",
                        "far",
                        "--launch-type",
                        "FARGATE",
                        "--platform-version",
                        "7",
                        "--network-configuration",
                        network))
                .contains("(PlatformUnknownException)");
        assertThat(aws.refused("run-task", "--task-definition", "idle", "--launch-type", "FARGATE"))
                .contains("Task definition does not support launch_type FARGATE.");
    }

    @Test
    void aDaemonRunsOnceOnEachMachineAndLeavesADrainedOne() {
        aws.ecs(
                "create-service",
                "--service-name",
                "watch",
                "--task-definition",
                "idle",
                "--scheduling-strategy",
                "DAEMON");
        await(() -> assertThat(service("watch").path("runningCount").asInt()).isEqualTo(2));
        assertThat(service("watch").path("desiredCount").asInt()).isEqualTo(2);
        String node = nodes().getFirst();
        aws.ecs("update-container-instances-state", "--container-instances", node, "--status", "DRAINING");
        await(() -> assertThat(service("watch").path("runningCount").asInt()).isEqualTo(1));
        aws.ecs("update-container-instances-state", "--container-instances", node, "--status", "ACTIVE");
        await(() -> assertThat(service("watch").path("runningCount").asInt()).isEqualTo(2));
        assertThat(aws.refused("update-service", "--service", "watch", "--desired-count", "1"))
                .contains("The daemon scheduling strategy does not support a desired count for services.");
        assertThat(aws.refused(
                        "create-service",
                        "--service-name",
                        "other",
                        "--task-definition",
                        "idle",
                        "--scheduling-strategy",
                        "DAEMON",
                        "--placement-strategy",
                        "type=random"))
                .contains("The daemon scheduling strategy does not support placement strategies.");
        aws.ecs("delete-service", "--service", "watch");
        await(() -> assertThat(service("watch").path("status").asText()).isEqualTo("INACTIVE"));
    }

    @Test
    void scalingInSparesAProtectedTask() {
        aws.ecs("create-service", "--service-name", "queue", "--task-definition", "idle", "--desired-count", "2");
        await(() -> assertThat(service("queue").path("runningCount").asInt()).isEqualTo(2));
        String kept = aws.ecs("list-tasks", "--service-name", "queue")
                .at("/taskArns/0")
                .asText();
        JsonNode changed = aws.ecs(
                "update-task-protection",
                "--cluster",
                "default",
                "--tasks",
                kept,
                "--protection-enabled",
                "--expires-in-minutes",
                "5");
        assertThat(changed.at("/protectedTasks/0/protectionEnabled").asBoolean())
                .isTrue();
        aws.ecs("update-service", "--service", "queue", "--desired-count", "1");
        await(() -> assertThat(service("queue").path("runningCount").asInt()).isEqualTo(1));
        assertThat(task(kept).path("lastStatus").asText()).isEqualTo("RUNNING");
        assertThat(aws.ecs("get-task-protection", "--cluster", "default", "--tasks", kept)
                        .at("/protectedTasks/0/protectionEnabled")
                        .asBoolean())
                .isTrue();
        assertThat(aws.refused(
                        "update-task-protection",
                        "--cluster",
                        "default",
                        "--tasks",
                        kept,
                        "--protection-enabled",
                        "--expires-in-minutes",
                        "3000"))
                .contains("expiresInMinutes must be between 1 and 2880");
        assertThat(aws.refused("get-task-protection", "--cluster", "none", "--tasks", kept))
                .contains("(ClusterNotFoundException)");
        assertThat(aws.ecs("get-task-protection", "--cluster", "default", "--tasks", "0".repeat(32))
                        .at("/failures/0/reason")
                        .asText())
                .isEqualTo("MISSING");
        aws.ecs("delete-service", "--service", "queue", "--force");
        await(() -> assertThat(service("queue").path("status").asText()).isEqualTo("INACTIVE"));
    }

    private static void register(String definition) {
        aws.ecs("register-task-definition", "--cli-input-json", definition);
    }

    private static void put(String... providers) {
        aws.ecs(
                "put-cluster-capacity-providers",
                "--cluster",
                "default",
                "--capacity-providers",
                "[\"" + String.join("\",\"", providers) + "\"]",
                "--default-capacity-provider-strategy",
                "[]");
    }

    private static JsonNode task(String arn) {
        return aws.ecs("describe-tasks", "--tasks", arn).at("/tasks/0");
    }

    private static JsonNode service(String name) {
        return aws.ecs("describe-services", "--services", name).at("/services/0");
    }

    private static List<String> nodes() {
        return Fleet.stream(aws.ecs("list-container-instances").path("containerInstanceArns"))
                .map(JsonNode::asText)
                .sorted()
                .toList();
    }

    private static void await(Runnable holds) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(holds::run);
    }
}
