package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.ecs.compile.ServiceTasks;
import dev.gantry.controller.ecs.compile.TaskCompiler;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Event;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Workload;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServicesTest {

    private static final String CREATE =
            "{'serviceName':'site','taskDefinition':'web','desiredCount':2,'tags':[{'key':'team','value':'a'}],"
                    + "'propagateTags':'SERVICE'}";

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
    void aNewServiceHasOnePrimaryDeploymentOfTheNewestRevision() throws InterruptedException {
        JsonNode service = world.call("CreateService", CREATE).path("service");
        assertThat(service.path("status").asText()).isEqualTo("ACTIVE");
        assertThat(service.path("taskDefinition").asText()).endsWith("task-definition/web:2");
        assertThat(service.path("deployments")).hasSize(1);
        assertThat(service.at("/deployments/0/status").asText()).isEqualTo("PRIMARY");
        assertThat(service.at("/deployments/0/rolloutState").asText()).isEqualTo("IN_PROGRESS");
        String id = service.at("/deployments/0/id").asText();
        assertThat(id).matches("ecs-svc/[0-9]{19}");
        assertThat(service.at("/deployments/0/rolloutStateReason").asText())
                .isEqualTo("ECS deployment " + id + " in progress.");
        assertThat(service.at("/deploymentConfiguration/maximumPercent").asInt())
                .isEqualTo(200);
        assertThat(service.at("/deploymentConfiguration/minimumHealthyPercent").asInt())
                .isEqualTo(100);
    }

    @Test
    void creatingTheSameServiceAgainAnswersWithIt() throws InterruptedException {
        JsonNode first = world.call("CreateService", CREATE);
        assertThat(world.call("CreateService", CREATE)).isEqualTo(first);
    }

    @Test
    void scalingStartsNoDeployment() throws InterruptedException {
        world.call("CreateService", CREATE);
        JsonNode service = update("'desiredCount':5");
        assertThat(service.path("desiredCount").asInt()).isEqualTo(5);
        assertThat(service.path("deployments")).hasSize(1);
        assertThat(service.at("/deployments/0/desiredCount").asInt()).isEqualTo(5);
    }

    @Test
    void aNewDefinitionOrForcePutsADeploymentInFront() throws InterruptedException {
        JsonNode created = world.call("CreateService", CREATE).path("service");
        JsonNode updated = update("'taskDefinition':'web:1'");
        assertThat(updated.path("deployments")).hasSize(2);
        assertThat(updated.path("taskDefinition").asText()).endsWith("web:1");
        assertThat(updated.at("/deployments/1/status").asText()).isEqualTo("ACTIVE");
        assertThat(updated.at("/deployments/1/id")).isEqualTo(created.at("/deployments/0/id"));
        assertThat(update("'taskDefinition':'web:1'").path("deployments")).hasSize(2);
        assertThat(update("'forceNewDeployment':true").path("deployments")).hasSize(3);
    }

    @Test
    void aDaemonServiceHasNoDesiredCountOfItsOwnAndIsDeletedWithoutForce() throws InterruptedException {
        JsonNode service = world.call(
                        "CreateService", "{'serviceName':'site','taskDefinition':'web','schedulingStrategy':'DAEMON'}")
                .path("service");
        assertThat(service.path("schedulingStrategy").asText()).isEqualTo("DAEMON");
        assertThat(service.path("desiredCount").asInt()).isZero();
        assertThat(service.at("/deploymentConfiguration/maximumPercent").asInt())
                .isEqualTo(100);
        assertThat(service.at("/deploymentConfiguration/minimumHealthyPercent").asInt())
                .isZero();
        Versioned<EcsService> record = world.store
                .snapshot()
                .get(Kinds.ECS_SERVICE.key("default", "site"))
                .orElseThrow();
        world.commit(Transaction.builder()
                .update(record, record.value().toBuilder().setDesiredCount(3).build())
                .build());
        assertThat(update("'forceNewDeployment':true").path("desiredCount").asInt())
                .isEqualTo(3);
        assertThatThrownBy(() -> update("'desiredCount':1"))
                .hasMessage("The daemon scheduling strategy does not support a desired count for services. Remove the"
                        + " desired count value and try again");
        assertThat(world.call("DeleteService", "{'service':'site'}")
                        .at("/service/status")
                        .asText())
                .isEqualTo("DRAINING");
    }

    @Test
    void zonesAreBalancedUnlessTheServiceCannotHaveIt() throws InterruptedException {
        assertThat(balancing("'serviceName':'one'")).isEqualTo("ENABLED");
        assertThat(
                        balancing(
                                "'serviceName':'two','deploymentConfiguration':{'maximumPercent':100,'minimumHealthyPercent':0}"))
                .isEqualTo("DISABLED");
        assertThat(balancing("'serviceName':'three','placementStrategy':[{'type':'binpack','field':'cpu'}]"))
                .isEqualTo("DISABLED");
        assertThatThrownBy(() -> balancing(
                        "'serviceName':'four','availabilityZoneRebalancing':'ENABLED','launchType':'EXTERNAL'"))
                .hasMessage("Availability Zone rebalancing does not support the EXTERNAL launch type. Change it, or set"
                        + " availabilityZoneRebalancing to DISABLED, and try again.");
        assertThat(world.call(
                                "UpdateService",
                                "{'service':'one','deploymentConfiguration':{'maximumPercent':100,'minimumHealthyPercent':0}}")
                        .at("/service/availabilityZoneRebalancing")
                        .asText())
                .isEqualTo("DISABLED");
    }

    private String balancing(String service) throws InterruptedException {
        return world.call("CreateService", "{'taskDefinition':'web','desiredCount':1," + service + "}")
                .at("/service/availabilityZoneRebalancing")
                .asText();
    }

    @Test
    void anUpdateChangesOnlyWhatItNames() throws InterruptedException {
        world.call("CreateService", CREATE);
        JsonNode service = update("'deploymentConfiguration':{'minimumHealthyPercent':50},"
                + "'placementStrategy':[{'type':'spread','field':'host'}]");
        assertThat(service.at("/deploymentConfiguration/maximumPercent").asInt())
                .isEqualTo(200);
        assertThat(service.at("/deploymentConfiguration/minimumHealthyPercent").asInt())
                .isEqualTo(50);
        assertThat(service.at("/placementStrategy/0/field").asText()).isEqualTo("instanceId");
        assertThat(service.path("desiredCount").asInt()).isEqualTo(2);
    }

    @Test
    void newPlacementHoldsForTheNextTaskOfTheRunningDeployment() throws InterruptedException {
        world.call("CreateService", CREATE);
        update("'placementConstraints':[{'type':'distinctInstance'}]");
        Workload task = task("1");
        assertThat(task.getSpec().getConstraintsCount()).isEqualTo(1);
    }

    @Test
    void tasksOfAServiceBelongToItAndCarryItsDeployment() throws InterruptedException {
        JsonNode service = world.call("CreateService", CREATE).path("service");
        Workload task = task("1");
        assertThat(task.getOwner()).isEqualTo("ecs-service/default/site");
        assertThat(task.getSpec().getGroup()).isEqualTo("service:site");
        world.commit(Transaction.builder()
                .create(Kinds.WORKLOAD.key("default", task.getId()), task)
                .build());
        JsonNode shown = world.call("DescribeTasks", "{'tasks':['" + task.getId() + "'],'include':['TAGS']}")
                .at("/tasks/0");
        assertThat(shown.path("startedBy")).isEqualTo(service.at("/deployments/0/id"));
        assertThat(shown.at("/tags/0/key").asText()).isEqualTo("team");
        assertThat(world.call("ListTasks", "{'serviceName':'site'}").path("taskArns"))
                .hasSize(1);
    }

    @Test
    void countsAreTakenFromTheTasksOfEachDeployment() throws InterruptedException {
        world.call("CreateService", CREATE);
        Workload running = Workloads.observed(
                task("1"), Observation.newBuilder().setPhase(Phase.RUNNING).build());
        Workload pending = task("2");
        world.commit(Transaction.builder()
                .create(Kinds.WORKLOAD.key("default", running.getId()), running)
                .create(Kinds.WORKLOAD.key("default", pending.getId()), pending)
                .build());
        JsonNode service = update("'forceNewDeployment':true");
        assertThat(service.path("runningCount").asInt()).isEqualTo(1);
        assertThat(service.path("pendingCount").asInt()).isEqualTo(1);
        assertThat(service.at("/deployments/0/runningCount").asInt()).isZero();
        assertThat(service.at("/deployments/1/runningCount").asInt()).isEqualTo(1);
        assertThat(service.at("/deployments/1/desiredCount").asInt()).isEqualTo(2);
    }

    @Test
    void eventsAreShownNewestFirstAndAtMostAHundred() throws InterruptedException {
        world.call("CreateService", CREATE);
        for (int number = 0; number < 101; number++) {
            String name = String.format(Locale.ROOT, "%019d", number);
            Event event = Event.newBuilder()
                    .setId(name)
                    .setAtMs(world.now().toEpochMilli() + number)
                    .setText("event " + number)
                    .build();
            world.commit(Transaction.builder()
                    .create(Kinds.EVENT.key("ecs-service/default/site", name), event)
                    .build());
        }
        JsonNode events = describe().path("events");
        assertThat(events).hasSize(100);
        assertThat(events.at("/0/message").asText()).isEqualTo("event 100");
    }

    @Test
    void eventsOfAnEarlierServiceOfTheSameNameAreNotShown() throws InterruptedException {
        Event old = Event.newBuilder()
                .setAtMs(world.now().toEpochMilli() - 1)
                .setText("old")
                .build();
        world.commit(Transaction.builder()
                .create(Kinds.EVENT.key("ecs-service/default/site", "0"), old)
                .build());
        world.call("CreateService", CREATE);
        assertThat(describe().path("events")).isEmpty();
    }

    @Test
    void aClusterIsNotDeletedAroundAServiceThatIsCreatedAtTheSameMoment() throws InterruptedException {
        world.call("CreateCluster", "{'clusterName':'two'}");
        world.beforeNextCommit(() -> {
            try {
                world.call(
                        "CreateService",
                        "{'cluster':'two','serviceName':'web','taskDefinition':'web','desiredCount':1}");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThatThrownBy(() -> world.call("DeleteCluster", "{'cluster':'two'}"))
                .hasMessage("The Cluster cannot be deleted while Services are active.");
        assertThat(world.call("DescribeClusters", "{'clusters':['two']}")
                        .at("/clusters/0/status")
                        .asText())
                .isEqualTo("ACTIVE");
    }

    @Test
    void aDeletedServiceDrainsAndLeavesTheListAtOnce() throws InterruptedException {
        world.call("CreateService", CREATE);
        JsonNode deleted =
                world.call("DeleteService", "{'service':'site','force':true}").path("service");
        assertThat(deleted.path("status").asText()).isEqualTo("DRAINING");
        assertThat(deleted.path("desiredCount").asInt()).isZero();
        assertThat(world.call("ListServices", "{}").path("serviceArns")).isEmpty();
        assertThat(describe().path("status").asText()).isEqualTo("DRAINING");
    }

    @Test
    void servicesAreFoundByNameAndByArnAndMissingOnesNamed() throws InterruptedException {
        world.call("CreateService", CREATE);
        String arn = EcsWorld.ARNS.service("default", "site");
        JsonNode answer = world.call("DescribeServices", "{'services':['site','" + arn + "','none']}");
        assertThat(answer.path("services")).hasSize(2);
        assertThat(answer.at("/failures/0/arn").asText()).isEqualTo(EcsWorld.ARNS.service("default", "none"));
        assertThat(answer.at("/failures/0/reason").asText()).isEqualTo("MISSING");
    }

    private JsonNode update(String members) throws InterruptedException {
        return world.call("UpdateService", "{'service':'site'," + members + "}").path("service");
    }

    private JsonNode describe() throws InterruptedException {
        return world.call("DescribeServices", "{'services':['site']}").at("/services/0");
    }

    @Test
    void laterTasksOfADeploymentAreAsIfEachWasMadeFromTheDefinition() throws InterruptedException {
        world.call("CreateService", CREATE);
        ServiceTasks tasks = new ServiceTasks(new EcsLookup(EcsWorld.ARNS), new TaskCompiler(EcsWorld.ARNS));
        Workload _ = task(tasks, "0");
        assertThat(task(tasks, "1")).isEqualTo(task("1"));
    }

    @Test
    void anUpdatedServiceMakesNoTasksOfItsOldDefinition() throws InterruptedException {
        world.call("CreateService", CREATE);
        ServiceTasks tasks = new ServiceTasks(new EcsLookup(EcsWorld.ARNS), new TaskCompiler(EcsWorld.ARNS));
        Workload _ = task(tasks, "0");
        JsonNode _ = update("'forceNewDeployment':true,'enableExecuteCommand':true");
        assertThat(task(tasks, "1")).isEqualTo(task("1"));
    }

    private Workload task(String lastDigit) {
        return task(new ServiceTasks(new EcsLookup(EcsWorld.ARNS), new TaskCompiler(EcsWorld.ARNS)), lastDigit);
    }

    private Workload task(ServiceTasks tasks, String lastDigit) {
        Versioned<EcsService> service = world.store
                .snapshot()
                .get(Kinds.ECS_SERVICE.key("default", "site"))
                .orElseThrow();
        return tasks.task(
                        world.store.snapshot(),
                        service,
                        service.value().getDeployments(0),
                        "e".repeat(31) + lastDigit,
                        world.now())
                .orElseThrow();
    }
}
