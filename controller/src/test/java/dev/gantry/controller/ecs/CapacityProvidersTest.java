package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.ecs.capacity.CapacityReconciler;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.CapacityScaling;
import dev.gantry.proto.Node;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CapacityProvidersTest {

    private static final String GROUP =
            "arn:aws:autoscaling:eu-central-1:000000000000:autoScalingGroup:1:autoScalingGroupName/attic";
    private static final String CREATE =
            "{'name':'attic','autoScalingGroupProvider':{'autoScalingGroupArn':'" + GROUP + "'%s}}";
    private static final String SCALED = ",'managedScaling':{'status':'ENABLED','targetCapacity':100}";
    private static final String FARGATE =
            "'networkConfiguration':{'awsvpcConfiguration':{'subnets':['a'],'assignPublicIp':'ENABLED'}}";

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.registerWeb();
        world.call(
                "RegisterTaskDefinition",
                "{'family':'far','requiresCompatibilities':['FARGATE'],'networkMode':'awsvpc','cpu':'256','memory':'512',"
                    + "'containerDefinitions':[{'name':'app','image':'busybox'}]}");
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void aProviderIsMadeWithDefaultsFoundChangedAndDeleted() throws InterruptedException {
        JsonNode made =
                world.call("CreateCapacityProvider", CREATE.formatted("")).path("capacityProvider");
        assertThat(made.path("status").asText()).isEqualTo("ACTIVE");
        assertThat(made.at("/autoScalingGroupProvider/managedScaling/status").asText())
                .isEqualTo("DISABLED");
        assertThat(made.at("/autoScalingGroupProvider/managedScaling/targetCapacity")
                        .asInt())
                .isEqualTo(100);
        assertThatThrownBy(() -> world.call("CreateCapacityProvider", CREATE.formatted("")))
                .hasMessageStartingWith("The specified capacity provider already exists.");
        world.call(
                "UpdateCapacityProvider",
                "{'name':'attic','autoScalingGroupProvider':{'managedScaling':{'status':'ENABLED','targetCapacity':80}}}");
        JsonNode found = world.call("DescribeCapacityProviders", "{'capacityProviders':['attic','none']}");
        assertThat(found.at("/capacityProviders/0/autoScalingGroupProvider/managedScaling/targetCapacity")
                        .asInt())
                .isEqualTo(80);
        assertThat(found.at("/capacityProviders/0/updateStatus").asText()).isEqualTo("UPDATE_COMPLETE");
        assertThat(found.at("/failures/0/reason").asText()).isEqualTo("MISSING");
        assertThat(world.call("DescribeCapacityProviders", "{}").findValuesAsText("name"))
                .containsExactly("FARGATE", "FARGATE_SPOT", "attic");
        JsonNode deleted = world.call("DeleteCapacityProvider", "{'capacityProvider':'attic'}");
        assertThat(deleted.at("/capacityProvider/status").asText()).isEqualTo("INACTIVE");
        assertThat(world.call("CreateCapacityProvider", CREATE.formatted(""))
                        .at("/capacityProvider/status")
                        .asText())
                .isEqualTo("ACTIVE");
    }

    @Test
    void aGroupHasOneProvider() throws InterruptedException {
        world.call("CreateCapacityProvider", CREATE.formatted(""));
        assertThatThrownBy(() -> world.call(
                        "CreateCapacityProvider",
                        "{'name':'other','autoScalingGroupProvider':{'autoScalingGroupArn':'attic'}}"))
                .hasMessageStartingWith("The specified Auto Scaling group ARN is already being used");
    }

    @Test
    void whatAClusterOrServiceUsesCanNeitherBeDeletedNorTakenAway() throws InterruptedException {
        useAttic("");
        assertThatThrownBy(() -> world.call("DeleteCapacityProvider", "{'capacityProvider':'attic'}"))
                .hasMessageContaining("it is associated with cluster: default.");
        world.call(
                "CreateService",
                "{'serviceName':'site','taskDefinition':'web','desiredCount':1,"
                        + "'capacityProviderStrategy':[{'capacityProvider':'attic','weight':1}]}");
        assertThatThrownBy(() -> put("", ""))
                .hasMessage("The specified capacity provider is in use and cannot be removed from the cluster.");
    }

    @Test
    void nodesAndTasksShowTheirProvider() throws InterruptedException {
        useAttic(SCALED);
        pool("attic");
        JsonNode node = world.call("DescribeContainerInstances", "{'containerInstances':['" + EcsWorld.NODE + "']}");
        assertThat(node.at("/containerInstances/0/capacityProviderName").asText())
                .isEqualTo("attic");
        JsonNode task = world.call(
                        "RunTask",
                        "{'taskDefinition':'web','capacityProviderStrategy':[{'capacityProvider':'attic','weight':1}]}")
                .at("/tasks/0");
        assertThat(task.path("capacityProviderName").asText()).isEqualTo("attic");
        assertThat(task.path("launchType").asText()).isEqualTo("EC2");
        assertThat(constraint(task)).isEqualTo("attribute:gantry.pool == 'attic'");
    }

    @Test
    void theDefaultStrategyHoldsWhereNothingIsSaidAndCountsAreShared() throws InterruptedException {
        world.call("CreateCapacityProvider", CREATE.formatted(SCALED));
        world.call(
                "CreateCapacityProvider",
                "{'name':'cellar','autoScalingGroupProvider':{'autoScalingGroupArn':'cellar','managedScaling':{'status':'ENABLED'}}}");
        put("'attic','cellar'", "{'capacityProvider':'attic','base':1},{'capacityProvider':'cellar','weight':1}");
        JsonNode run = world.call("RunTask", "{'taskDefinition':'web','count':3}");
        assertThat(run.path("tasks").findValuesAsText("capacityProviderName"))
                .containsExactly("attic", "cellar", "cellar");
        JsonNode service = world.call("CreateService", "{'serviceName':'site','taskDefinition':'web','desiredCount':1}")
                .path("service");
        assertThat(service.has("launchType")).isFalse();
        assertThat(service.at("/capacityProviderStrategy/1/capacityProvider").asText())
                .isEqualTo("cellar");
        assertThat(world.call("RunTask", "{'taskDefinition':'web','launchType':'EC2'}")
                        .at("/tasks/0")
                        .has("capacityProviderName"))
                .isFalse();
    }

    @Test
    void tasksWaitForCapacityThatIsManagedAndAreRefusedElsewhere() throws InterruptedException {
        world.call(
                "RegisterTaskDefinition",
                "{'family':'huge','containerDefinitions':[{'name':'app','image':'busybox','memory':4096}]}");
        useAttic(SCALED);
        String run = "{'taskDefinition':'huge','capacityProviderStrategy':[{'capacityProvider':'attic','weight':1}]}";
        JsonNode waiting = world.call("RunTask", run);
        assertThat(waiting.path("failures")).isEmpty();
        assertThat(waiting.at("/tasks/0/lastStatus").asText()).isEqualTo("PROVISIONING");
        world.call(
                "UpdateCapacityProvider",
                "{'name':'attic','autoScalingGroupProvider':{'managedScaling':{'status':'DISABLED'}}}");
        JsonNode refused = world.call("RunTask", run);
        assertThat(refused.path("tasks")).isEmpty();
        assertThat(refused.at("/failures/0/reason").asText()).isEqualTo("EMPTY CAPACITY PROVIDER");
        pool("attic");
        assertThat(world.call("RunTask", run).at("/failures/0/reason").asText()).isEqualTo("RESOURCE:MEMORY");
    }

    @Test
    void noMoreTasksWaitThanTheQuotaSays() throws InterruptedException {
        world.call(
                "RegisterTaskDefinition",
                "{'family':'huge','containerDefinitions':[{'name':'app','image':'busybox','memory':4096}]}");
        useAttic(SCALED);
        String run =
                "{'taskDefinition':'huge','count':10,'capacityProviderStrategy':[{'capacityProvider':'attic','weight':1}]}";
        for (int i = 0; i < 50; i++) {
            world.call("RunTask", run);
        }
        assertThatThrownBy(() -> world.call("RunTask", run))
                .hasMessageContaining("500 tasks in the PROVISIONING state");
    }

    @Test
    void aStrategyNeedsAWeightOneTypeAndOneBase() throws InterruptedException {
        useAttic("");
        put("'attic','FARGATE'", "");
        assertThatThrownBy(() -> world.call(
                        "RunTask",
                        "{'taskDefinition':'web','capacityProviderStrategy':[{'capacityProvider':'attic'}]}"))
                .hasMessageStartingWith("There are no capacity providers with a weight value greater than zero");
        assertThatThrownBy(() -> world.call(
                        "RunTask",
                        "{'taskDefinition':'web','capacityProviderStrategy':[{'capacityProvider':'attic','weight':1},"
                                + "{'capacityProvider':'FARGATE','weight':1}]}"))
                .hasMessageContaining("cannot contain a mix of capacity providers");
        assertThatThrownBy(() -> world.call(
                        "RunTask",
                        "{'taskDefinition':'web','capacityProviderStrategy':[{'capacityProvider':'attic','base':1},"
                                + "{'capacityProvider':'FARGATE','base':1}]}"))
                .hasMessageContaining("a base for one capacity provider only");
    }

    @Test
    void anotherStrategyNeedsANewDeployment() throws InterruptedException {
        useAttic("");
        world.call("CreateService", "{'serviceName':'site','taskDefinition':'web','desiredCount':1}");
        String change = "{'service':'site','capacityProviderStrategy':[{'capacityProvider':'attic','weight':1}]%s}";
        assertThatThrownBy(() -> world.call("UpdateService", change.formatted("")))
                .hasMessageEndingWith("you must force a new deployment.");
        JsonNode service = world.call("UpdateService", change.formatted(",'forceNewDeployment':true"))
                .path("service");
        assertThat(service.path("deployments")).hasSize(2);
        assertThat(service.has("launchType")).isFalse();
        assertThat(world.call("UpdateService", "{'service':'site','desiredCount':2}")
                        .at("/service/capacityProviderStrategy/0/capacityProvider")
                        .asText())
                .isEqualTo("attic");
    }

    @Test
    void theNeedOfAGroupIsWrittenDown() throws InterruptedException {
        useAttic(SCALED);
        assertThat(scaling().getReservationPercent()).isEqualTo(100);
        world.call(
                "RunTask",
                "{'taskDefinition':'web','count':2,'capacityProviderStrategy':[{'capacityProvider':'attic','weight':1}]}");
        assertThat(scaling().getReservationPercent()).isEqualTo(200);
        assertThat(scaling().getDesired()).isEqualTo(1);
        pool("attic");
        assertThat(scaling().getRegistered()).isEqualTo(1);
        assertThat(scaling().getDesired()).isEqualTo(1);
        world.pass(Duration.ofMinutes(1));
        put("'attic'", "");
        assertThat(scaling().getNeeded()).isEqualTo(1);
    }

    @Test
    void theStatisticsOfAClusterTellFargateFromItsInstances() throws InterruptedException {
        world.registerWeb();
        JsonNode _ = world.call("RunTask", "{'taskDefinition':'far','launchType':'FARGATE'," + FARGATE + "}");
        JsonNode _ = world.call("RunTask", "{'taskDefinition':'web','count':2}");
        JsonNode _ = world.call(
                "CreateService",
                "{'serviceName':'far','taskDefinition':'far','desiredCount':1,'launchType':'FARGATE'," + FARGATE + "}");
        assertThat(world.call("DescribeClusters", "{'include':['STATISTICS']}")
                        .at("/clusters/0/statistics")
                        .valueStream()
                        .map(one -> one.path("name").asText() + " "
                                + one.path("value").asText()))
                .containsExactly(
                        "runningEC2TasksCount 0",
                        "runningFargateTasksCount 0",
                        "pendingEC2TasksCount 2",
                        "pendingFargateTasksCount 1",
                        "activeEC2ServiceCount 0",
                        "activeFargateServiceCount 1",
                        "drainingEC2ServiceCount 0",
                        "drainingFargateServiceCount 0");
    }

    @Test
    void fargateTasksGoWhereItIsOfferedAndShowTheirPlatform() throws InterruptedException {
        JsonNode task = world.call("RunTask", "{'taskDefinition':'far','launchType':'FARGATE'," + FARGATE + "}")
                .at("/tasks/0");
        assertThat(task.path("launchType").asText()).isEqualTo("FARGATE");
        assertThat(task.path("platformVersion").asText()).isEqualTo("1.4.0");
        assertThat(task.path("platformFamily").asText()).isEqualTo("Linux");
        assertThat(task.at("/ephemeralStorage/sizeInGiB").asInt()).isEqualTo(20);
        assertThat(task.path("cpu").asText()).isEqualTo("256");
        assertThat(constraint(task))
                .isEqualTo("attribute:gantry.fargate in [true, on-demand] or (attribute:gantry.fargate !exists and"
                        + " attribute:gantry.pool !exists)");
        assertThat(world.call(
                                "DescribeTasks",
                                "{'tasks':['" + task.path("taskArn").asText() + "']}")
                        .at("/tasks/0")
                        .has("containerInstanceArn"))
                .isFalse();
        JsonNode service = world.call(
                        "CreateService",
                        "{'serviceName':'far','taskDefinition':'far','desiredCount':1,'launchType':'FARGATE'," + FARGATE
                                + "}")
                .path("service");
        assertThat(service.path("platformVersion").asText()).isEqualTo("LATEST");
        assertThat(service.path("platformFamily").asText()).isEqualTo("Linux");
    }

    @Test
    void fargateRefusesWhatItDoesNotOffer() {
        assertThatThrownBy(() -> world.call(
                        "RunTask",
                        "{'taskDefinition':'far','launchType':'FARGATE','platformVersion':'9.9'," + FARGATE + "}"))
                .hasMessage("The specified platform version does not exist.");
        assertThatThrownBy(() -> world.call(
                        "RunTask",
                        "{'taskDefinition':'far','launchType':'FARGATE','placementStrategy':[{'type':'random'}],"
                                + FARGATE + "}"))
                .hasMessage("Placement constraints and strategies are not supported with FARGATE launch type.");
        assertThatThrownBy(() -> world.call(
                        "RunTask",
                        "{'taskDefinition':'far','launchType':'FARGATE','overrides':{'memory':'4096'}," + FARGATE
                                + "}"))
                .hasMessageStartingWith("No Fargate configuration exists for given values: 256 CPU, 4096 memory.");
    }

    private void useAttic(String more) throws InterruptedException {
        world.call("CreateCapacityProvider", CREATE.formatted(more));
        put("'attic'", "");
    }

    private void put(String providers, String strategy) throws InterruptedException {
        world.call(
                "PutClusterCapacityProviders",
                "{'cluster':'default','capacityProviders':[" + providers + "],'defaultCapacityProviderStrategy':["
                        + strategy + "]}");
    }

    private void pool(String name) throws InterruptedException {
        world.call(
                "PutAttributes",
                "{'attributes':[{'name':'gantry.pool','value':'" + name
                        + "','targetType':'container-instance','targetId':'" + EcsWorld.NODE + "'}]}");
        Versioned<Node> node =
                world.store.snapshot().get(Kinds.NODE.key("", EcsWorld.NODE)).orElseThrow();
        assertThat(node.value().getAttributesOrThrow(Provider.POOL)).isEqualTo(name);
    }

    private CapacityScaling scaling() throws InterruptedException {
        Outcome outcome =
                new CapacityReconciler().reconcile(world.store.snapshot(), Provider.key("attic"), world.now());
        for (Transaction write : outcome.writes()) {
            world.commit(write);
        }
        return world.store
                .snapshot()
                .get(Provider.key("attic"))
                .orElseThrow()
                .value()
                .getScaling();
    }

    private String constraint(JsonNode task) {
        String arn = task.path("taskArn").asText();
        return world.store
                .snapshot()
                .get(Kinds.WORKLOAD.key("default", arn.substring(arn.lastIndexOf('/') + 1)))
                .orElseThrow()
                .value()
                .getSpec()
                .getConstraints(0)
                .getExpression();
    }
}
