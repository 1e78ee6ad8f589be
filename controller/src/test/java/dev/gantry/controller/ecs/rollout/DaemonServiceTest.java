package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A DAEMON service on the real reconciler, while nodes come, go and change. */
class DaemonServiceTest {

    private static final Key<Workload> OTHER = Kinds.WORKLOAD.key("default", "other");

    private final RolloutWorld world = new RolloutWorld();

    @Test
    void runsOneTaskOnEachNodeAndOnEachThatJoins() {
        world.addNode("b", "zone-2");
        world.createDaemon(0);
        world.converge();
        assertThat(nodes()).containsExactlyInAnyOrder("a", "b");
        assertThat(world.service().getDesiredCount()).isEqualTo(2);
        assertThat(world.service().getSteady()).isTrue();
        assertThat(world.live()).allMatch(task -> task.value().getSpec().getDaemon());

        world.addNode("c", "zone-1");
        world.reconcile();
        assertThat(world.service().getSteady()).isFalse();
        world.converge();
        assertThat(nodes()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(world.service().getSteady()).isTrue();
    }

    @Test
    void runningTasksLeaveNodesThatNoLongerMatchTheConstraint() {
        world.withConstraint("attribute:gpu exists");
        world.changeNode("a", node -> node.toBuilder().putAttributes("gpu", "").build());
        world.addNode("b", "zone-2");
        world.createDaemon(0);
        world.converge();
        assertThat(nodes()).containsExactly("a");

        world.changeNode("a", node -> node.toBuilder().removeAttributes("gpu").build());
        world.changeNode("b", node -> node.toBuilder().putAttributes("gpu", "").build());
        world.converge();
        assertThat(nodes()).containsExactly("b");
        assertThat(world.service().getDesiredCount()).isEqualTo(1);
    }

    @Test
    void leavesADrainedNodeAfterTheLastOtherTask() {
        world.addNode("b", "zone-2");
        world.createDaemon(0);
        world.converge();
        world.write(Transaction.builder().create(OTHER, other()).build());
        world.drain("a", Administration.DRAINING);
        world.converge();
        assertThat(nodes()).containsExactlyInAnyOrder("a", "b");
        assertThat(world.service().getDesiredCount()).isEqualTo(1);

        Versioned<Workload> other = world.image().get(OTHER).orElseThrow();
        world.write(Transaction.builder()
                .update(other, Workloads.ended(other.value(), "", "", world.now()))
                .build());
        world.reconcile();
        world.agents();
        assertThat(nodes()).containsExactly("b");
    }

    @Test
    void lostNodesCountNoLongerAndSilentOnesDo() {
        world.createDaemon(0);
        world.converge();
        world.changeNode(
                "a",
                node -> node.toBuilder().setReadiness(Readiness.UNREACHABLE).build());
        world.reconcile();
        assertThat(world.service().getDesiredCount()).isEqualTo(1);
        world.changeNode(
                "a", node -> node.toBuilder().setReadiness(Readiness.LOST).build());
        world.reconcile();
        assertThat(world.service().getDesiredCount()).isZero();
    }

    @Test
    void aDeploymentReplacesTasksInPlaceWithinTheLowerLimit() {
        world.addNode("b", "zone-2");
        world.createDaemon(50);
        world.converge();
        world.deployNewVersion();
        world.checking(image -> {
            assertThat(nodes()).doesNotHaveDuplicates();
            assertThat(world.live()).hasSizeLessThanOrEqualTo(2);
            assertThat(world.count(task -> Workloads.isRunning(task) && !Workloads.isUnwanted(task)))
                    .isGreaterThanOrEqualTo(1);
        });
        world.converge();
        assertThat(world.live())
                .allMatch(task -> RolloutWorld.deployment(task.value()).equals("ecs-svc/2"));
        assertThat(nodes()).containsExactlyInAnyOrder("a", "b");
        assertThat(world.service().getSteady()).isTrue();
    }

    @Test
    void aDefinitionThatIsGoneStopsNothing() {
        world.createDaemon(0);
        world.converge();
        world.removeTaskDefinition();
        world.addNode("b", "zone-2");
        world.converge();
        assertThat(nodes()).containsExactly("a");
        assertThat(world.events())
                .contains(
                        "(service web) was unable to start a task because its task definition cannot be used: web:1.");
    }

    @Test
    void deletionStopsAll() {
        world.createDaemon(0);
        world.converge();
        world.delete();
        world.converge();
        assertThat(world.live()).isEmpty();
    }

    private List<String> nodes() {
        return world.live().stream()
                .map(task -> task.value().getPlacement().getNode())
                .filter(node -> !node.isEmpty())
                .toList();
    }

    private static Workload other() {
        return Workload.newBuilder()
                .setId("other")
                .setScope("default")
                .setOrigin(Any.pack(EcsTask.getDefaultInstance()))
                .setPlacement(Placement.newBuilder().setNode("a"))
                .setObserved(Observation.newBuilder().setPhase(Phase.RUNNING))
                .build();
    }
}
