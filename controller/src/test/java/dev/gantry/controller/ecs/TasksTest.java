package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Workload;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TasksTest {

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.registerWeb();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void runTaskStoresUnplacedWorkloadsAndAnswersWithThem() throws InterruptedException {
        JsonNode answer = world.call("RunTask", "{'taskDefinition':'web','count':2,'startedBy':'me'}");
        assertThat(answer.path("failures")).isEmpty();
        assertThat(answer.path("tasks")).hasSize(2);
        assertThat(answer.at("/tasks/0/lastStatus").asText()).isEqualTo("PROVISIONING");
        assertThat(answer.at("/tasks/0/group").asText()).isEqualTo("family:web");
        List<Versioned<Workload>> stored = world.store.snapshot().find(Kinds.WORKLOADS_BY_STAGE, "UNPLACED");
        assertThat(stored).hasSize(2).allSatisfy(workload -> {
            assertThat(workload.value().getSpec().getCluster()).isEqualTo("default");
            assertThat(workload.value().getSpec().getNamePrefix()).isEqualTo("ecs-web-1");
            assertThat(workload.value().getSpec().getLabelsMap())
                    .containsEntry("com.amazonaws.ecs.task-definition-family", "web")
                    .containsEntry("com.amazonaws.ecs.task-definition-version", "1")
                    .containsEntry("com.amazonaws.ecs.cluster", "default")
                    .containsKey("com.amazonaws.ecs.task-arn");
        });
    }

    @Test
    void tasksThatFitNowhereComeBackAsFailuresPerInstance() throws InterruptedException {
        world.call(
                "RegisterTaskDefinition",
                "{'family':'big','containerDefinitions':[{'name':'app','image':'busybox','memory':4096}]}");
        JsonNode answer = world.call("RunTask", "{'taskDefinition':'big','count':3}");
        assertThat(answer.path("tasks")).isEmpty();
        assertThat(answer.path("failures")).hasSize(1);
        assertThat(answer.at("/failures/0/reason").asText()).isEqualTo("RESOURCE:MEMORY");
        assertThat(answer.at("/failures/0/arn").asText())
                .isEqualTo(EcsWorld.ARNS.containerInstance("default", EcsWorld.NODE));
        assertThat(world.store.snapshot().count(Kinds.WORKLOAD)).isZero();
    }

    @Test
    void noTaskIsMadeOfADefinitionThatIsDeregisteredAtTheSameMoment() {
        world.beforeNextCommit(() -> {
            try {
                world.call("DeregisterTaskDefinition", "{'taskDefinition':'web:1'}");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThatThrownBy(() -> world.call("RunTask", "{'taskDefinition':'web:1'}"))
                .hasMessage("TaskDefinition is inactive");
        assertThat(world.store.snapshot().count(Kinds.WORKLOAD)).isZero();
    }

    @Test
    void aClientTokenMakesRunTaskHappenOnceForADay() throws InterruptedException {
        String request = "{'taskDefinition':'web','clientToken':'once'}";
        String first = world.call("RunTask", request).at("/tasks/0/taskArn").asText();
        assertThat(world.call("RunTask", request).at("/tasks/0/taskArn").asText())
                .isEqualTo(first);
        assertThatThrownBy(() -> world.call("RunTask", "{'taskDefinition':'web','clientToken':'once','count':2}"))
                .hasMessage("The clientToken was used before, for a RunTask request with other parameters.")
                .extracting("code")
                .isEqualTo("ConflictException");
        world.pass(Duration.ofHours(25));
        assertThat(world.call("RunTask", request).at("/tasks/0/taskArn").asText())
                .isNotEqualTo(first);
    }

    @Test
    void overridesReachTheWorkload() throws InterruptedException {
        world.call(
                "RunTask",
                "{'taskDefinition':'web','overrides':{'containerOverrides':[{'name':'app','command':['sleep','1'],"
                        + "'cpu':256,'environment':[{'name':'A','value':'1'}]}]}}");
        Workload stored = world.store.snapshot().list(Kinds.WORKLOAD).getFirst().value();
        assertThat(stored.getSpec().getContainers(0).getCommandList()).containsExactly("sleep", "1");
        assertThat(stored.getSpec().getContainers(0).getEnvironment(0).getKey()).isEqualTo("A");
        assertThat(stored.getSpec().getResources().getCpuUnits()).isEqualTo(256);
    }

    @Test
    void startTaskAllowsTheNamedInstanceOnly() throws InterruptedException {
        JsonNode answer = world.call(
                "StartTask",
                "{'taskDefinition':'web','containerInstances':['" + EcsWorld.NODE + "','" + "f".repeat(32) + "']}");
        assertThat(answer.path("tasks")).hasSize(1);
        assertThat(answer.at("/failures/0/reason").asText()).isEqualTo("MISSING");
        assertThat(world.store
                        .snapshot()
                        .list(Kinds.WORKLOAD)
                        .getFirst()
                        .value()
                        .getSpec()
                        .getRequiredNode())
                .isEqualTo(EcsWorld.NODE);
    }

    @Test
    void stopTaskWritesTheWishAndKeepsTheFirstReason() throws InterruptedException {
        String arn = run();
        JsonNode stopped = world.call("StopTask", "{'task':'" + arn + "','reason':'enough'}")
                .path("task");
        assertThat(stopped.path("desiredStatus").asText()).isEqualTo("STOPPED");
        assertThat(stopped.path("stopCode").asText()).isEqualTo("UserInitiated");
        JsonNode again = world.call("StopTask", "{'task':'" + arn + "'}").path("task");
        assertThat(again.path("stoppedReason").asText()).isEqualTo("enough");
    }

    @Test
    void aTaskThatStoppedOnRequestShowsTheRequestAndOneThatFellShowsWhy() throws InterruptedException {
        String asked = run();
        String fell = run();
        world.call("StopTask", "{'task':'" + asked + "'}");
        world.change(asked, task -> Workloads.ended(task, "EssentialContainerExited", "exited", world.now()));
        world.change(fell, task -> Workloads.ended(task, "EssentialContainerExited", "exited", world.now()));
        JsonNode tasks = world.call("DescribeTasks", "{'tasks':['" + asked + "','" + fell + "']}")
                .path("tasks");
        assertThat(tasks.at("/0/stopCode").asText()).isEqualTo("UserInitiated");
        assertThat(tasks.at("/0/stoppedReason").asText()).isEqualTo("Task stopped by user");
        assertThat(tasks.at("/1/stopCode").asText()).isEqualTo("EssentialContainerExited");
        assertThat(tasks.at("/1/lastStatus").asText()).isEqualTo("STOPPED");
    }

    @Test
    void unknownTasksAreFailuresWithTheirArn() throws InterruptedException {
        String id = "f".repeat(32);
        JsonNode answer = world.call("DescribeTasks", "{'tasks':['" + id + "']}");
        assertThat(answer.at("/failures/0/reason").asText()).isEqualTo("MISSING");
        assertThat(answer.at("/failures/0/arn").asText()).isEqualTo(EcsWorld.ARNS.task("default", id));
    }

    @Test
    void listTasksFiltersByWhatIsWantedOfThem() throws InterruptedException {
        String running = run();
        String stopping = run();
        world.call("StopTask", "{'task':'" + stopping + "'}");
        assertThat(arns("{}")).containsExactly(running);
        assertThat(arns("{'desiredStatus':'STOPPED'}")).containsExactly(stopping);
        assertThat(arns("{'desiredStatus':'PENDING'}")).isEmpty();
        assertThat(arns("{'family':'web'}")).containsExactly(running);
        assertThat(arns("{'family':'we'}")).isEmpty();
        assertThat(arns("{'startedBy':'somebody'}")).isEmpty();
    }

    @Test
    void listTasksByInstanceSeesPlacedTasksOnly() throws InterruptedException {
        String placed = run();
        run();
        world.change(
                placed,
                task -> task.toBuilder()
                        .setPlacement(Placement.newBuilder().setNode(EcsWorld.NODE))
                        .build());
        assertThat(arns("{'containerInstance':'" + EcsWorld.NODE + "'}")).containsExactly(placed);
    }

    @Test
    void listTasksComesInPagesThatMeetWithoutGapOrOverlap() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            run();
        }
        JsonNode first = world.call("ListTasks", "{'maxResults':3}");
        JsonNode second = world.call(
                "ListTasks",
                "{'maxResults':3,'nextToken':'" + first.path("nextToken").asText() + "'}");
        assertThat(first.path("taskArns")).hasSize(3);
        assertThat(second.path("taskArns")).hasSize(2).doesNotContainAnyElementsOf(first.path("taskArns"));
        assertThat(second.has("nextToken")).isFalse();
    }

    @Test
    void clusterCountsFollowItsTasks() throws InterruptedException {
        String running = run();
        run();
        world.change(
                running,
                task -> Workloads.observed(
                        task, Observation.newBuilder().setPhase(Phase.RUNNING).build()));
        JsonNode cluster =
                world.call("DescribeClusters", "{'include':['STATISTICS']}").at("/clusters/0");
        assertThat(cluster.path("runningTasksCount").asInt()).isEqualTo(1);
        assertThat(cluster.path("pendingTasksCount").asInt()).isEqualTo(1);
        assertThat(cluster.path("registeredContainerInstancesCount").asInt()).isEqualTo(1);
    }

    @Test
    void tagsOfDefinitionAndCallReachTheTask() throws InterruptedException {
        world.call(
                "RegisterTaskDefinition",
                "{'family':'tagged','tags':[{'key':'team','value':'a'}],"
                        + "'containerDefinitions':[{'name':'app','image':'busybox','memory':64}]}");
        String arn = world.call(
                        "RunTask",
                        "{'taskDefinition':'tagged','propagateTags':'TASK_DEFINITION','tags':[{'key':'run','value':'1'}]}")
                .at("/tasks/0/taskArn")
                .asText();
        world.call("TagResource", "{'resourceArn':'" + arn + "','tags':[{'key':'late','value':'2'}]}");
        world.call("UntagResource", "{'resourceArn':'" + arn + "','tagKeys':['run']}");
        JsonNode tags = world.call("ListTagsForResource", "{'resourceArn':'" + arn + "'}")
                .path("tags");
        assertThat(tags.findValuesAsText("key")).containsExactly("late", "team");
    }

    private String run() throws InterruptedException {
        return world.call("RunTask", "{'taskDefinition':'web'}")
                .at("/tasks/0/taskArn")
                .asText();
    }

    private List<String> arns(String input) throws InterruptedException {
        return world.call("ListTasks", input)
                .path("taskArns")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
    }
}
