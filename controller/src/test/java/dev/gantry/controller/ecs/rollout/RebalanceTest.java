package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tasks of a service at rest move to a zone that has fewer: first some start there, then others stop. */
class RebalanceTest {

    private final RolloutWorld world = new RolloutWorld();

    @BeforeEach
    void balance() {
        world.withBalancing();
    }

    @Test
    void startsInTheEmptiestZoneAndThenStopsInTheFullest() {
        world.createService(4, 100, 200);
        world.converge();
        assertThat(on("a")).isEqualTo(4);
        world.checking(image -> assertThat(serving()).isGreaterThanOrEqualTo(4));

        world.addNode("b", "zone-2");
        world.reconcile();
        assertThat(world.live()).hasSize(6);
        assertThat(world.count(task -> !Workloads.isPlaced(task)
                        && task.getSpec()
                                .getConstraints(0)
                                .getExpression()
                                .equals("attribute:ecs.availability-zone == 'zone-2'")))
                .isEqualTo(2);
        assertThat(world.service().getRebalancing()).isTrue();
        assertThat(world.service().getSteady()).isFalse();
        settle("b");
        assertThat(on("a")).isEqualTo(2);
        assertThat(on("b")).isEqualTo(2);
        assertThat(world.service().getRebalancing()).isFalse();
        assertThat(world.service().getSteady()).isTrue();
        assertThat(world.events())
                .contains(
                        "(service web) is not AZ balanced with 4 tasks in zone-1, 0 tasks in zone-2. AZ Rebalancing in"
                                + " progress.",
                        "(service web) is AZ balanced with 2 tasks in zone-1, 2 tasks in zone-2.");
    }

    @Test
    void oneMoreThanElsewhereIsEnough() {
        world.createService(1, 100, 200);
        world.converge();
        world.addNode("b", "zone-2");
        world.reconcile();
        assertThat(world.live()).hasSize(1);
        assertThat(world.service().getRebalancing()).isFalse();
    }

    @Test
    void movesNoMoreAtOnceThanTheUpperLimitAllows() {
        world.createService(4, 100, 125);
        world.converge();
        world.addNode("b", "zone-2");
        world.checking(image -> assertThat(world.live()).hasSizeLessThanOrEqualTo(5));
        for (int i = 0; i < 4; i++) {
            settle("b");
        }
        assertThat(on("b")).isEqualTo(2);
        assertThat(on("a")).isEqualTo(2);
    }

    @Test
    void aZoneWhoseNodesTakeNoTasksIsNone() {
        world.createService(4, 100, 200);
        world.converge();
        world.addNode("b", "zone-2");
        world.drain("b", Administration.DRAINING);
        world.changeNode(
                "b", node -> node.toBuilder().setReadiness(Readiness.LOST).build());
        world.advance(Duration.ofMinutes(1));
        world.reconcile();
        world.scaleTo(5);
        world.converge();
        world.scaleTo(4);
        world.converge();
        // What was begun while it was open is given up.
        assertThat(on("b")).isZero();
        assertThat(world.live()).hasSize(4);
    }

    @Test
    void givesUpForAWhileWhereThereIsNoRoom() {
        world.createService(4, 100, 200);
        world.converge();
        world.addNode("b", "zone-2");
        world.reconcile();
        world.act(task -> !Workloads.isPlaced(task), task -> world.unplaced(task, "no room"));
        world.reconcile();
        assertThat(world.count(task -> task.getWish().getDesired() == RunState.RUN))
                .isEqualTo(4);
        world.finishStopping();
        world.reconcile();
        assertThat(world.live()).hasSize(4);
        assertThat(world.service().getSteady()).isTrue();
        assertThat(world.events()).anyMatch(text -> text.contains("is unable to AZ Rebalance"));

        world.advance(Duration.ofMinutes(10));
        world.reconcile();
        assertThat(world.live()).hasSize(6);
    }

    /** The pause after it kept the service from being looked at again, and its tasks where they were. */
    @Test
    void triesAgainAfterTasksThatCouldNotStart() {
        world.createService(2, 100, 200);
        world.converge();
        world.addNode("b", "zone-2");
        world.reconcile();
        Instant next = world.now();
        while (world.live().size() > 2) {
            world.act(task -> !Workloads.isPlaced(task), task -> world.placed(task, "b"));
            world.act(task -> task.getPlacement().getNode().equals("b"), world::stopped);
            next = world.reconcile();
        }
        assertThat(next).isBefore(world.now().plus(Duration.ofMinutes(1)));
        world.advance(Duration.between(world.now(), next));
        world.reconcile();
        settle("b");
        assertThat(on("b")).isEqualTo(1);
        assertThat(on("a")).isEqualTo(1);
    }

    @Test
    void aDeploymentEndsIt() {
        world.createService(4, 100, 200);
        world.converge();
        world.addNode("b", "zone-2");
        world.reconcile();
        world.deployNewVersion();
        world.reconcile();
        assertThat(world.service().getRebalancing()).isFalse();
        world.converge();
        assertThat(world.service().getDeployments(0).getId()).isEqualTo("ecs-svc/2");
        assertThat(world.live())
                .allMatch(task -> RolloutWorld.deployment(task.value()).equals("ecs-svc/2"));
    }

    @Test
    void servicesThatDoNotAskForItStay() {
        RolloutWorld other = new RolloutWorld();
        other.createService(4, 100, 200);
        other.converge();
        other.addNode("b", "zone-2");
        other.reconcile();
        assertThat(other.live()).hasSize(4);
    }

    /** Runs what waits on the node, and lets time pass until it has settled and others have stopped. */
    private void settle(String node) {
        world.act(task -> !Workloads.isPlaced(task), task -> world.placed(task, node));
        world.agents();
        world.reconcile();
        world.advance(Duration.ofSeconds(40));
        world.reconcile();
        world.finishStopping();
        world.reconcile();
    }

    private long on(String node) {
        return world.count(task -> task.getPlacement().getNode().equals(node));
    }

    private long serving() {
        return world.count(task -> Workloads.isRunning(task) && isWanted(task));
    }

    private static boolean isWanted(Workload task) {
        return task.getWish().getDesired() == RunState.RUN;
    }
}
