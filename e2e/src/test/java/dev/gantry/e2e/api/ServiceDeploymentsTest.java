package dev.gantry.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Hosts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Service deployments and revisions with the real {@code aws} command: history, rollback, strategies, pauses. */
@Tag("e2e")
class ServiceDeploymentsTest {

    private static final Duration TIME = Duration.ofSeconds(60);
    private static final String NO_SUCH =
            "arn:aws:ecs:us-east-1:000000000000:service-deployment/default/none/" + "AAAAAAAAAAAAAAAAAAAAA";

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
    void tellsOfEachAttemptAndOfWhatItWentTo() {
        String first = register("history", "1");
        String second = register("history", "2");
        create("history", first, 1);
        String one = await("history", "SUCCESSFUL");
        aws.command("wait", "services-stable", "--services", "history").run().must();
        aws.ecs("update-service", "--service", "history", "--task-definition", second);
        String two = await("history", "SUCCESSFUL");
        assertThat(two).isNotEqualTo(one);

        JsonNode deployment = describe(two);
        assertThat(deployment.path("startedAt").asText()).isNotEmpty();
        assertThat(deployment.path("finishedAt").asText()).isNotEmpty();
        assertThat(deployment
                        .path("targetServiceRevision")
                        .path("runningTaskCount")
                        .asInt())
                .isEqualTo(1);
        assertThat(deployment.path("sourceServiceRevisions").path(0).path("arn").asText())
                .isEqualTo(
                        describe(one).path("targetServiceRevision").path("arn").asText());
        assertThat(list("history")).containsExactly(two, one);
        assertThat(list("history", "--status", "STOPPED", "IN_PROGRESS")).isEmpty();
        assertThat(list("history", "--created-at", "before=2001-01-01T00:00:00Z"))
                .isEmpty();
        assertThat(list("history", "--max-results", "1")).containsExactly(two);
        String token = aws.ecs("list-service-deployments", "--service", "history", "--max-results", "1")
                .path("nextToken")
                .asText();
        assertThat(list("history", "--max-results", "1", "--next-token", token)).containsExactly(one);

        String arn = deployment.path("targetServiceRevision").path("arn").asText();
        Awaitility.await("the image's digest").atMost(TIME).untilAsserted(() -> {
            JsonNode revision = aws.ecs("describe-service-revisions", "--service-revision-arns", arn)
                    .path("serviceRevisions")
                    .path(0);
            assertThat(revision.path("taskDefinition").asText()).isEqualTo(second);
            assertThat(revision.path("containerImages").path(0).path("image").asText())
                    .isEqualTo(Engine.IMAGE);
            assertThat(revision.path("containerImages")
                            .path(0)
                            .path("imageDigest")
                            .asText())
                    .startsWith("sha256:");
        });
        delete("history");
    }

    @Test
    void refusesWhatIsNotThereInTheWordsOfAws() {
        assertThat(aws.refused("stop-service-deployment", "--service-deployment-arn", inRegion(NO_SUCH)))
                .contains("(ServiceDeploymentNotFoundException)");
        assertThat(aws.refused(
                        "continue-service-deployment",
                        "--service-deployment-arn",
                        inRegion(NO_SUCH),
                        "--hook-id",
                        "none"))
                .contains("(ServiceDeploymentNotFoundException)");
        assertThat(aws.refused("stop-service-deployment", "--service-deployment-arn", "none"))
                .contains("(InvalidParameterException)");
        assertThat(aws.refused("describe-service-deployments", "--service-deployment-arns", "none"))
                .contains("(InvalidParameterException)");
        assertThat(aws.refused("describe-service-revisions", "--service-revision-arns", "none"))
                .contains("(InvalidParameterException)");
        assertThat(aws.refused("list-service-deployments", "--service", "none")).contains("(ServiceNotFoundException)");
        assertThat(aws.refused("list-service-deployments", "--service", "none", "--cluster", "none"))
                .contains("(ClusterNotFoundException)");
        assertThat(aws.ecs("describe-service-deployments", "--service-deployment-arns", inRegion(NO_SUCH))
                        .path("failures")
                        .path(0)
                        .path("reason")
                        .asText())
                .isEqualTo("MISSING");
    }

    @Test
    void goesBackOnRequestToTheTasksThatStillRun() {
        String good = register("back", "1");
        String bad = register("back", "127.0.0.1:9/none:1", "2");
        create("back", good, 2);
        await("back", "SUCCESSFUL");
        List<String> before = tasks("back");
        aws.ecs("update-service", "--service", "back", "--task-definition", bad);
        String arn = await("back", "IN_PROGRESS");
        aws.ecs("stop-service-deployment", "--service-deployment-arn", arn, "--stop-type", "ROLLBACK");
        await("back", "ROLLBACK_SUCCESSFUL");

        JsonNode deployment = describe(arn);
        assertThat(deployment.path("rollback").path("serviceRevisionArn").asText())
                .isEqualTo(deployment
                        .path("sourceServiceRevisions")
                        .path(0)
                        .path("arn")
                        .asText());
        assertThat(tasks("back")).containsExactlyInAnyOrderElementsOf(before);
        assertThat(service("back").path("taskDefinition").asText()).isEqualTo(good);
        aws.command("wait", "services-stable", "--services", "back").run().must();
        assertThat(aws.refused("stop-service-deployment", "--service-deployment-arn", arn))
                .contains("(ConflictException)")
                .contains("ROLLBACK_SUCCESSFUL");
        delete("back");
    }

    @Test
    void theCircuitBreakerIsSeenInTheDeployment() {
        String good = register("breaker", "1");
        String bad = register("breaker", "127.0.0.1:9/none:1", "2");
        create(
                "breaker",
                good,
                1,
                "--deployment-configuration",
                "deploymentCircuitBreaker={enable=true,rollback=true}");
        await("breaker", "SUCCESSFUL");
        aws.ecs("update-service", "--service", "breaker", "--task-definition", bad);
        JsonNode breaker = describe(await("breaker", "ROLLBACK_SUCCESSFUL")).path("deploymentCircuitBreaker");
        assertThat(breaker.path("status").asText()).isEqualTo("TRIGGERED");
        assertThat(breaker.path("failureCount").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(breaker.path("threshold").asInt()).isEqualTo(3);
        delete("breaker");
    }

    @Test
    void blueAndGreenWaitForAPersonBetweenThem() {
        String first = register("bluegreen", "1");
        String second = register("bluegreen", "2");
        create(
                "bluegreen",
                first,
                1,
                "--deployment-configuration",
                "{\"strategy\":\"BLUE_GREEN\",\"bakeTimeInMinutes\":0,\"lifecycleHooks\":[{\"targetType\":\"PAUSE\","
                        + "\"lifecycleStages\":[\"POST_TEST_TRAFFIC_SHIFT\"],"
                        + "\"timeoutConfiguration\":{\"timeoutInMinutes\":30,\"action\":\"ROLLBACK\"}}]}");
        proceed("bluegreen");
        await("bluegreen", "SUCCESSFUL");
        List<String> blue = tasks("bluegreen");

        aws.ecs("update-service", "--service", "bluegreen", "--task-definition", second);
        String arn = proceedNot("bluegreen");
        assertThat(tasks("bluegreen")).hasSize(2).containsAll(blue);
        JsonNode paused = describe(arn);
        assertThat(paused.path("lifecycleStage").asText()).isEqualTo("POST_TEST_TRAFFIC_SHIFT");
        assertThat(paused.path("targetServiceRevision")
                        .path("requestedTestTrafficWeight")
                        .asDouble())
                .isEqualTo(100.0);
        assertThat(aws.refused("continue-service-deployment", "--service-deployment-arn", arn, "--hook-id", "another"))
                .contains("(InvalidParameterException)");
        proceed("bluegreen");
        await("bluegreen", "SUCCESSFUL");
        Awaitility.await("the old revision to go")
                .atMost(TIME)
                .untilAsserted(() -> assertThat(tasks("bluegreen")).hasSize(1).doesNotContainAnyElementsOf(blue));
        delete("bluegreen");
    }

    @Test
    void refusesAlarmsAndHooksThatThereAreNone() {
        String definition = register("refused", "1");
        assertThat(aws.refused(
                        "create-service",
                        "--service-name",
                        "refused",
                        "--task-definition",
                        definition,
                        "--desired-count",
                        "1",
                        "--deployment-configuration",
                        "alarms={alarmNames=[errors],enable=true,rollback=true}"))
                .contains("(InvalidParameterException)")
                .contains("The following alarms do not exist: errors.");
        assertThat(aws.refused(
                        "create-service",
                        "--service-name",
                        "refused",
                        "--task-definition",
                        definition,
                        "--desired-count",
                        "1",
                        "--deployment-configuration",
                        "{\"strategy\":\"CANARY\",\"lifecycleHooks\":[{\"hookTargetArn\":\"arn:aws:lambda:::f\","
                                + "\"lifecycleStages\":[\"POST_SCALE_UP\"]}]}"))
                .contains("(UnsupportedFeatureException)");
    }

    private static String register(String family, String version) {
        return register(family, Engine.IMAGE, version);
    }

    private static String register(String family, String image, String version) {
        String container = """
            [{"name":"main","image":"%s","memory":16,"essential":true,"stopTimeout":1,
              "environment":[{"name":"V","value":"%s"}],
              "command":["/bin/sh","-c","trap 'exit 0' TERM; while true; do sleep 0.1; done"]}]
            """.formatted(image, version);
        return aws.ecs("register-task-definition", "--family", family, "--container-definitions", container)
                .path("taskDefinition")
                .path("taskDefinitionArn")
                .asText();
    }

    private static void create(String service, String definition, int desired, String... more) {
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

    /** Waits until the newest deployment of the service is in the status; answers its ARN. */
    private static String await(String service, String status) {
        Awaitility.await("the deployment of " + service + " to be " + status)
                .atMost(TIME)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> describe(current(service)).path("status").asText().equals(status));
        return current(service);
    }

    /** Waits until the newest deployment pauses; answers its ARN. */
    private static String proceedNot(String service) {
        Awaitility.await("the deployment of " + service + " to pause")
                .atMost(TIME)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> !hook(service).isEmpty());
        return current(service);
    }

    /** Waits for the pause, and continues. */
    private static void proceed(String service) {
        String arn = proceedNot(service);
        aws.ecs("continue-service-deployment", "--service-deployment-arn", arn, "--hook-id", hook(service));
    }

    private static String hook(String service) {
        return Fleet.stream(describe(current(service)).path("lifecycleHookDetails"))
                .filter(hook -> hook.path("status").asText().equals("AWAITING_ACTION"))
                .map(hook -> hook.path("hookId").asText())
                .findFirst()
                .orElse("");
    }

    private static String current(String service) {
        return service(service).path("currentServiceDeployment").asText();
    }

    private static JsonNode service(String service) {
        return aws.ecs("describe-services", "--services", service)
                .path("services")
                .path(0);
    }

    private static JsonNode describe(String arn) {
        return aws.ecs("describe-service-deployments", "--service-deployment-arns", arn)
                .path("serviceDeployments")
                .path(0);
    }

    private static List<String> list(String service, String... more) {
        List<String> words = new ArrayList<>(List.of("list-service-deployments", "--service", service));
        words.addAll(List.of(more));
        return Fleet.stream(aws.ecs(words.toArray(String[]::new)).path("serviceDeployments"))
                .map(one -> one.path("serviceDeploymentArn").asText())
                .toList();
    }

    private static List<String> tasks(String service) {
        return Fleet.stream(aws.ecs("list-tasks", "--service-name", service).path("taskArns"))
                .map(JsonNode::asText)
                .toList();
    }

    private static void delete(String service) {
        aws.ecs("delete-service", "--service", service, "--force");
        aws.command("wait", "services-inactive", "--services", service).run().must();
    }

    /** The ARN in the account and region of this Gantry. */
    private static String inRegion(String arn) {
        String[] ours =
                aws.ecs("list-clusters").path("clusterArns").path(0).asText().split(":", -1);
        return arn.replace("us-east-1:000000000000", ours[3] + ":" + ours[4]);
    }
}
