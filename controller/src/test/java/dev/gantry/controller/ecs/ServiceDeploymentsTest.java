package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceDeployment.Hook;
import dev.gantry.proto.EcsServiceDeployment.Stage;
import dev.gantry.proto.EcsServiceDeployment.Status;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceDeploymentsTest {

    private static final String NO_SUCH =
            "arn:aws:ecs:eu-central-1:000000000000:service-deployment/default/site/AAAAAAAAAAAAAAAAAAAAA";

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.registerWeb();
        world.registerWeb();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void aServiceNamesItsDeploymentAndRevisionFromTheStart() throws InterruptedException {
        JsonNode service = create("");
        assertThat(service.path("currentServiceDeployment").asText())
                .matches("arn:aws:ecs:eu-central-1:000000000000:service-deployment/default/site/[A-Za-z0-9_-]{21}");
        String digits = service.at("/deployments/0/id").asText().substring("ecs-svc/".length());
        assertThat(service.at("/currentServiceRevisions/0/arn").asText())
                .isEqualTo("arn:aws:ecs:eu-central-1:000000000000:service-revision/default/site/" + digits);
        assertThat(service.at("/currentServiceRevisions/0/requestedTaskCount").asInt())
                .isEqualTo(2);

        JsonNode deployment = describe(service.path("currentServiceDeployment").asText());
        assertThat(deployment.path("status").asText()).isEqualTo("PENDING");
        assertThat(deployment.path("serviceArn")).isEqualTo(service.path("serviceArn"));
        assertThat(deployment.path("targetServiceRevision").path("arn"))
                .isEqualTo(service.at("/currentServiceRevisions/0/arn"));
        assertThat(deployment.path("sourceServiceRevisions")).isEmpty();
        assertThat(deployment.at("/deploymentConfiguration/strategy").asText()).isEqualTo("ROLLING");
        assertThat(deployment.at("/deploymentCircuitBreaker/status").asText()).isEqualTo("DISABLED");
        assertThat(deployment.has("lifecycleStage")).isFalse();
    }

    @Test
    void anUpdateThatStartsADeploymentHasTheRevisionBeforeAsItsSource() throws InterruptedException {
        JsonNode before = create("");
        JsonNode after = update("'forceNewDeployment':true");
        JsonNode deployment = describe(after.path("currentServiceDeployment").asText());
        assertThat(deployment.at("/sourceServiceRevisions/0/arn"))
                .isEqualTo(before.at("/currentServiceRevisions/0/arn"));
        assertThat(update("'desiredCount':3").path("currentServiceDeployment"))
                .as("scaling starts no deployment")
                .isEqualTo(after.path("currentServiceDeployment"));
    }

    @Test
    void aRevisionShowsWhatWasAskedForThen() throws InterruptedException {
        JsonNode service = create("");
        String arn = service.at("/currentServiceRevisions/0/arn").asText();
        update("'taskDefinition':'web:1','placementConstraints':[{'type':'distinctInstance'}]");
        JsonNode answer = world.call("DescribeServiceRevisions", "{'serviceRevisionArns':['" + arn + "']}");
        assertThat(answer.path("failures")).isEmpty();
        JsonNode revision = answer.at("/serviceRevisions/0");
        assertThat(revision.path("taskDefinition").asText()).endsWith("web:2");
        assertThat(revision.path("launchType").asText()).isEqualTo("EC2");
        assertThat(revision.path("createdAt").asDouble()).isPositive();
        assertThat(revision.at("/containerImages/0/containerName").asText()).isEqualTo("app");
        assertThat(revision.at("/containerImages/0/image").asText()).isEqualTo("busybox");
        assertThat(revision.at("/containerImages/0").has("imageDigest")).isFalse();
    }

    @Test
    void whatIsNotThereIsAFailureAndWhatIsNoArnIsRefused() throws InterruptedException {
        JsonNode answer = world.call("DescribeServiceDeployments", "{'serviceDeploymentArns':['" + NO_SUCH + "']}");
        assertThat(answer.at("/failures/0/reason").asText()).isEqualTo("MISSING");
        assertThat(answer.path("serviceDeployments")).isEmpty();
        assertRefused(
                () -> world.call("DescribeServiceDeployments", "{'serviceDeploymentArns':['site']}"),
                "InvalidParameterException",
                "is not the ARN of a service deployment");
        assertRefused(
                () -> world.call("DescribeServiceDeployments", "{'serviceDeploymentArns':[]}"),
                "InvalidParameterException",
                "serviceDeploymentArns cannot be empty.");
        assertRefused(
                () -> world.call("DescribeServiceRevisions", "{'serviceRevisionArns':['" + NO_SUCH + "']}"),
                "InvalidParameterException",
                "is not the ARN of a service revision");
    }

    @Test
    void listsTheNewestFirstPageByPage() throws InterruptedException {
        List<String> made = new ArrayList<>();
        made.add(create("").path("currentServiceDeployment").asText());
        for (int i = 0; i < 4; i++) {
            world.pass(Duration.ofSeconds(1));
            made.add(update("'forceNewDeployment':true")
                    .path("currentServiceDeployment")
                    .asText());
        }
        List<String> listed = new ArrayList<>();
        String token = "";
        do {
            JsonNode page =
                    world.call("ListServiceDeployments", "{'service':'site','maxResults':2%s}".formatted(token));
            page.path("serviceDeployments")
                    .forEach(one -> listed.add(one.path("serviceDeploymentArn").asText()));
            token = page.has("nextToken")
                    ? ",'nextToken':'" + page.path("nextToken").asText() + "'"
                    : "";
        } while (!token.isEmpty());
        assertThat(listed).isEqualTo(made.reversed());
    }

    @Test
    void listsByStatusAndTime() throws InterruptedException {
        create("");
        world.pass(Duration.ofMinutes(1));
        change(record -> record.toBuilder().setStatus(Status.SUCCESSFUL).build());
        String second = update("'forceNewDeployment':true")
                .path("currentServiceDeployment")
                .asText();
        assertThat(list("'status':['PENDING']")).containsExactly(second);
        assertThat(list("'status':['SUCCESSFUL','PENDING']")).hasSize(2);
        assertThat(list("'status':['STOPPED']")).isEmpty();
        long now = world.now().getEpochSecond();
        assertThat(list("'createdAt':{'after':%d}".formatted(now - 30))).containsExactly(second);
        assertThat(list("'createdAt':{'before':%d}".formatted(now - 30)))
                .hasSize(1)
                .doesNotContain(second);
    }

    @Test
    void listingNeedsAServiceThatIsThere() {
        assertRefused(
                () -> world.call("ListServiceDeployments", "{'service':'none'}"),
                "ServiceNotFoundException",
                "Service not found.");
        assertRefused(
                () -> world.call("ListServiceDeployments", "{'service':'site','cluster':'none'}"),
                "ClusterNotFoundException",
                "Cluster not found.");
    }

    @Test
    void onlyTheNewestDeploymentsAreRemembered() throws InterruptedException {
        create("");
        for (int i = 0; i < 120; i++) {
            change(record -> record.toBuilder().setStatus(Status.SUCCESSFUL).build());
            complete();
            world.pass(Duration.ofSeconds(1));
            update("'forceNewDeployment':true");
        }
        assertThat(world.store.snapshot().list(Kinds.ECS_SERVICE_DEPLOYMENT, "default/site"))
                .hasSize(100);
        assertThat(world.store.snapshot().list(Kinds.ECS_SERVICE_REVISION, "default/site"))
                .hasSizeBetween(100, 102);
    }

    @Test
    void stoppingAsksThePlannerOnce() throws InterruptedException {
        String arn = create("").path("currentServiceDeployment").asText();
        String ask = "{'serviceDeploymentArn':'" + arn + "','stopType':'ABORT'}";
        assertThat(world.call("StopServiceDeployment", ask)
                        .path("serviceDeploymentArn")
                        .asText())
                .isEqualTo(arn);
        assertThat(describe(arn).path("status").asText()).isEqualTo("STOP_REQUESTED");
        assertThat(world.call("StopServiceDeployment", ask)
                        .path("serviceDeploymentArn")
                        .asText())
                .isEqualTo(arn);
    }

    @Test
    void goingBackIsWhatStopMeansUnlessItSaysOtherwise() throws InterruptedException {
        create("");
        complete();
        String arn = update("'forceNewDeployment':true")
                .path("currentServiceDeployment")
                .asText();
        world.call("StopServiceDeployment", "{'serviceDeploymentArn':'" + arn + "'}");
        assertThat(describe(arn).path("status").asText()).isEqualTo("ROLLBACK_REQUESTED");
    }

    @Test
    void whatCannotBeStoppedIsAConflict() throws InterruptedException {
        String arn = create("").path("currentServiceDeployment").asText();
        assertRefused(
                () -> world.call("StopServiceDeployment", "{'serviceDeploymentArn':'" + arn + "'}"),
                "ConflictException",
                "no completed service revision to go back to");
        change(record -> record.toBuilder().setStatus(Status.SUCCESSFUL).build());
        assertRefused(
                () -> world.call("StopServiceDeployment", "{'serviceDeploymentArn':'" + arn + "','stopType':'ABORT'}"),
                "ConflictException",
                "cannot be stopped because it is SUCCESSFUL");
        assertRefused(
                () -> world.call("StopServiceDeployment", "{'serviceDeploymentArn':'" + NO_SUCH + "'}"),
                "ServiceDeploymentNotFoundException",
                "Service deployment not found.");
    }

    @Test
    void continuesAHookThatAwaitsIt() throws InterruptedException {
        String arn = create("").path("currentServiceDeployment").asText();
        change(record -> record.toBuilder()
                .setStatus(Status.IN_PROGRESS)
                .setStage(Stage.PRE_PRODUCTION_TRAFFIC_SHIFT)
                .addHooks(Hook.newBuilder()
                        .setId("hook-1")
                        .setStage(Stage.PRE_PRODUCTION_TRAFFIC_SHIFT)
                        .setExpiresAtMs(1))
                .build());
        JsonNode paused = describe(arn);
        assertThat(paused.path("lifecycleStage").asText()).isEqualTo("POST_TEST_TRAFFIC_SHIFT");
        assertThat(paused.at("/lifecycleHookDetails/0/status").asText()).isEqualTo("AWAITING_ACTION");
        assertThat(paused.at("/lifecycleHookDetails/0/timeoutAction").asText()).isEqualTo("ROLLBACK");
        assertRefused(() -> proceed(arn, "hook-2", ""), "InvalidParameterException", "has no lifecycle hook");
        proceed(arn, "hook-1", "");
        assertThat(describe(arn).at("/lifecycleHookDetails/0/status").asText()).isEqualTo("SUCCEEDED");
        proceed(arn, "hook-1", ",'action':'CONTINUE'");
        assertRefused(
                () -> proceed(arn, "hook-1", ",'action':'ROLLBACK'"),
                "InvalidParameterException",
                "does not await an action: it is SUCCEEDED");
        assertRefused(
                () -> proceed(NO_SUCH, "hook-1", ""), "ServiceDeploymentNotFoundException", "deployment not found");
    }

    @Test
    void checksWhatAStrategyNeeds() {
        refusedConfiguration("'strategy':'BLUE_GREEN'", "bakeTimeInMinutes is required");
        refusedConfiguration("'strategy':'BLUE_GREEN','bakeTimeInMinutes':1441", "must be between 0 and 1440");
        refusedConfiguration("'linearConfiguration':{'stepPercent':10.0}", "only valid with the deployment strategy");
        refusedConfiguration(
                "'strategy':'LINEAR','linearConfiguration':{'stepPercent':2.9}", "stepPercent must be a multiple");
        refusedConfiguration(
                "'strategy':'CANARY','canaryConfiguration':{'canaryPercent':5.05}", "canaryPercent must be a multiple");
        refusedConfiguration(
                "'lifecycleHooks':[{'targetType':'PAUSE','lifecycleStages':['POST_SCALE_UP']}]",
                "lifecycleHooks are only valid");
        refusedConfiguration(
                "'strategy':'CANARY','lifecycleHooks':[{'targetType':'PAUSE',"
                        + "'lifecycleStages':['TEST_TRAFFIC_SHIFT']}]",
                "not valid in the lifecycle stage TEST_TRAFFIC_SHIFT");
        refusedConfiguration(
                "'alarms':{'alarmNames':['errors'],'enable':true,'rollback':true}",
                "The following alarms do not exist: errors.");
        assertRefused(
                () -> create(",'deploymentConfiguration':{'strategy':'CANARY','lifecycleHooks':[{"
                        + "'hookTargetArn':'arn:aws:lambda:x','lifecycleStages':['POST_SCALE_UP']}]}"),
                "UnsupportedFeatureException",
                "Use hooks with the target type PAUSE.");
    }

    @Test
    void whatBelongsToAnotherStrategyIsNotKept() throws InterruptedException {
        create(",'deploymentConfiguration':{'strategy':'LINEAR','linearConfiguration':{'stepPercent':20.0},"
                + "'lifecycleHooks':[{'targetType':'PAUSE','lifecycleStages':['POST_SCALE_UP']}]}");
        JsonNode service = update("'deploymentConfiguration':{'strategy':'ROLLING'}");
        assertThat(service.path("deploymentConfiguration").has("linearConfiguration"))
                .isFalse();
        assertThat(service.path("deploymentConfiguration").path("lifecycleHooks"))
                .isEmpty();
    }

    private void refusedConfiguration(String configuration, String message) {
        assertRefused(
                () -> create(",'deploymentConfiguration':{" + configuration + "}"),
                "InvalidParameterException",
                message);
    }

    private JsonNode create(String more) throws InterruptedException {
        return world.call("CreateService", "{'serviceName':'site','taskDefinition':'web','desiredCount':2" + more + "}")
                .path("service");
    }

    private JsonNode update(String change) throws InterruptedException {
        return world.call("UpdateService", "{'service':'site'," + change + "}").path("service");
    }

    private JsonNode describe(String arn) throws InterruptedException {
        return world.call("DescribeServiceDeployments", "{'serviceDeploymentArns':['" + arn + "']}")
                .at("/serviceDeployments/0");
    }

    private void proceed(String arn, String hook, String action) throws InterruptedException {
        world.call(
                "ContinueServiceDeployment",
                "{'serviceDeploymentArn':'%s','hookId':'%s'%s}".formatted(arn, hook, action));
    }

    private List<String> list(String filter) throws InterruptedException {
        List<String> arns = new ArrayList<>();
        world.call("ListServiceDeployments", "{'service':'site'," + filter + "}")
                .path("serviceDeployments")
                .forEach(one -> arns.add(one.path("serviceDeploymentArn").asText()));
        return arns;
    }

    /** Changes the newest record as the planner would. */
    private void change(UnaryOperator<EcsServiceDeployment> change) throws InterruptedException {
        Versioned<EcsServiceDeployment> record = world.store
                .snapshot()
                .get(DeploymentNames.current(service().value()).orElseThrow())
                .orElseThrow();
        world.commit(Transaction.builder()
                .update(record, change.apply(record.value()))
                .build());
    }

    /** Completes the newest deployment as the planner would. */
    private void complete() throws InterruptedException {
        EcsDeployment completed = service().value().getDeployments(0).toBuilder()
                .setRolloutState(EcsDeployment.RolloutState.COMPLETED)
                .build();
        EcsService after = service().value().toBuilder()
                .clearDeployments()
                .addDeployments(completed)
                .build();
        world.commit(Transaction.builder().update(service(), after).build());
    }

    private Versioned<EcsService> service() {
        return world.store
                .snapshot()
                .get(Kinds.ECS_SERVICE.key("default", "site"))
                .orElseThrow();
    }

    private static void assertRefused(ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AwsException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
