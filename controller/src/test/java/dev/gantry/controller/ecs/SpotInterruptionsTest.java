package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpotInterruptionsTest {

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.call(
                "RegisterTaskDefinition",
                "{'family':'far','requiresCompatibilities':['FARGATE'],'networkMode':'awsvpc','cpu':'256','memory':'512',"
                    + "'containerDefinitions':[{'name':'app','image':'busybox'}]}");
        world.call(
                "PutClusterCapacityProviders",
                "{'cluster':'default','capacityProviders':['FARGATE','FARGATE_SPOT'],'defaultCapacityProviderStrategy':[]}");
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    /** ARNs of tasks that run on the node. */
    private List<String> run(String provider, int count) throws InterruptedException {
        List<String> arns = new ArrayList<>();
        while (arns.size() < count) {
            world.call(
                            "RunTask",
                            "{'taskDefinition':'far','count':" + Math.min(10, count - arns.size())
                                    + ",'capacityProviderStrategy':[{'capacityProvider':'" + provider
                                    + "','weight':1}],'networkConfiguration':{'awsvpcConfiguration':{'subnets':['a']}}}")
                    .path("tasks")
                    .forEach(task -> arns.add(task.path("taskArn").asText()));
        }
        for (String arn : arns) {
            world.change(
                    arn,
                    task -> task.toBuilder()
                            .setPlacement(Placement.newBuilder().setNode(EcsWorld.NODE))
                            .setObserved(task.getObserved().toBuilder().setPhase(Phase.RUNNING))
                            .build());
        }
        return arns;
    }

    private JsonNode task(String arn) throws InterruptedException {
        return world.call("DescribeTasks", "{'tasks':['" + arn + "']}").at("/tasks/0");
    }

    private static String id(String arn) {
        return arn.substring(arn.lastIndexOf('/') + 1);
    }

    @Test
    void aTaskIsWarnedAsOnFargate() throws InterruptedException {
        String arn = run("FARGATE_SPOT", 1).getFirst();
        assertThat(world.spot().ofTask("default", id(arn))).containsExactly(id(arn));
        assertThat(task(arn).path("lastStatus").asText()).isEqualTo("RUNNING");
        assertThat(task(arn).path("desiredStatus").asText()).isEqualTo("STOPPED");
        assertThat(task(arn).path("stopCode").asText()).isEqualTo("SpotInterruption");
        assertThat(task(arn).path("stoppedReason").asText()).isEqualTo("Your Spot Task was interrupted.");
        assertThat(world.spot().ofTask("default", id(arn))).isEmpty();
    }

    @Test
    void whatIsNotOnSpotCapacityIsNotInterrupted() throws InterruptedException {
        String arn = run("FARGATE", 1).getFirst();
        assertThatThrownBy(() -> world.spot().ofTask("default", id(arn)))
                .hasMessageContaining("does not run on spot capacity");
        assertThatThrownBy(() -> world.spot().ofTask("default", "0".repeat(32)))
                .hasMessage("The referenced task was not found.");
        assertThatThrownBy(() -> world.spot().ofNode("default", "0".repeat(32))).hasMessageContaining("not found");
    }

    @Test
    void aNodeIsDrainedAndItsSpotTasksAreWarnedHoweverManyTheyAre() throws InterruptedException {
        List<String> spot = run("FARGATE_SPOT", 105);
        String other = run("FARGATE", 1).getFirst();
        assertThat(world.spot().ofNode("default", EcsWorld.NODE))
                .containsExactlyInAnyOrderElementsOf(
                        spot.stream().map(SpotInterruptionsTest::id).toList());
        assertThat(task(spot.getLast()).path("stopCode").asText()).isEqualTo("SpotInterruption");
        assertThat(task(other).path("desiredStatus").asText()).isEqualTo("RUNNING");
        assertThat(world.call("DescribeContainerInstances", "{'containerInstances':['" + EcsWorld.NODE + "']}")
                        .at("/containerInstances/0/status")
                        .asText())
                .isEqualTo("DRAINING");
    }
}
