package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.Health;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Protected tasks are passed over by scaling in and by deployments, until their protection ends. */
class ProtectionTest {

    private final RolloutWorld world = new RolloutWorld();

    @Test
    void scalingInStopsThoseThatAreNotProtected() {
        steady(3);
        protect("ecs-svc/1", 1, Duration.ofHours(1));
        world.scaleTo(1);
        world.reconcile();
        assertThat(protectedThatStop()).isZero();
        assertThat(wanted("ecs-svc/1")).isEqualTo(1);
        assertThat(world.events()).noneMatch(text -> text.contains("unable to scale in"));
    }

    @Test
    void scalingInWaitsForTheFirstProtectionToEndAndSaysSo() {
        steady(2);
        protect("ecs-svc/1", 2, Duration.ofMinutes(2));
        Instant end = world.now().plus(Duration.ofMinutes(2));
        world.scaleTo(1);
        assertThat(world.reconcile()).isEqualTo(end);
        assertThat(wanted("ecs-svc/1")).isEqualTo(2);
        assertThat(world.service().getSteady()).isFalse();
        assertThat(world.events())
                .endsWith("(service web) was unable to reach steady state because task set (ecs-svc/1) was unable to"
                        + " scale in. Reason: The number of protected tasks are more than the desired count of tasks.");

        world.advance(Duration.ofMinutes(2));
        world.reconcile();
        assertThat(wanted("ecs-svc/1")).isEqualTo(1);
    }

    @Test
    void aDeploymentKeepsOldProtectedTasksAndIsCompletedWhenTheirProtectionEnds() {
        steady(2);
        protect("ecs-svc/1", 1, Duration.ofHours(1));
        world.deployNewVersion();
        for (int i = 0; i < 20; i++) {
            world.reconcile();
            world.agents();
            world.advance(Duration.ofSeconds(40));
        }
        world.reconcile();
        assertThat(wanted("ecs-svc/1")).isEqualTo(1);
        assertThat(wanted("ecs-svc/2")).isEqualTo(2);
        assertThat(newest().getRolloutState()).isEqualTo(EcsDeployment.RolloutState.IN_PROGRESS);
        assertThat(world.events()).anyMatch(text -> text.contains("task set (ecs-svc/1) was unable to scale in"));

        world.advance(Duration.ofHours(1));
        world.reconcile();
        world.agents();
        world.reconcile();
        assertThat(world.live()).hasSize(2);
        assertThat(newest().getRolloutState()).isEqualTo(EcsDeployment.RolloutState.COMPLETED);
    }

    @Test
    void drainingWaitsForProtectedTasks() {
        steady(1);
        protect("ecs-svc/1", 1, Duration.ofHours(1));
        world.addNode("b", "zone-2");
        world.drain("a", Administration.DRAINING);
        for (int i = 0; i < 5; i++) {
            world.reconcile();
            world.act(task -> task.getPlacement().getNode().isEmpty(), task -> world.placed(task, "b"));
            world.agents();
            world.advance(Duration.ofSeconds(40));
        }
        assertThat(world.live()).hasSize(2);
        world.advance(Duration.ofHours(1));
        world.reconcile();
        world.agents();
        assertThat(world.live())
                .extracting(task -> task.value().getPlacement().getNode())
                .containsExactly("b");
    }

    @Test
    void aTaskWhoseHealthChecksFailIsReplacedThoughItIsProtected() {
        world.withHealthChecks();
        world.createService(1, 100, 200);
        world.reconcile();
        world.run();
        world.act(task -> true, task -> world.healthy(task, Health.HEALTHY));
        protect("ecs-svc/1", 1, Duration.ofHours(1));
        world.act(task -> true, task -> world.healthy(task, Health.UNHEALTHY));
        world.reconcile();
        world.run();
        world.act(task -> task.getProtectedUntilMs() == 0, task -> world.healthy(task, Health.HEALTHY));
        world.reconcile();
        assertThat(protectedThatStop()).isEqualTo(1);
    }

    @Test
    void deletingTheServiceStopsProtectedTasks() {
        steady(2);
        protect("ecs-svc/1", 2, Duration.ofHours(1));
        world.delete();
        world.reconcile();
        assertThat(protectedThatStop()).isEqualTo(2);
    }

    private void steady(int desired) {
        world.createService(desired, 100, 200);
        world.converge();
        assertThat(world.service().getSteady()).isTrue();
    }

    private void protect(String deployment, int count, Duration time) {
        long until = world.now().plus(time).toEpochMilli();
        world.live().stream()
                .map(task -> task.value())
                .filter(task -> RolloutWorld.deployment(task).equals(deployment))
                .limit(count)
                .map(Workload::getId)
                .forEach(id -> world.act(
                        task -> task.getId().equals(id),
                        task -> task.toBuilder().setProtectedUntilMs(until).build()));
    }

    private long protectedThatStop() {
        return world.count(
                task -> task.getProtectedUntilMs() > 0 && task.getWish().getDesired() == RunState.STOP);
    }

    private long wanted(String deployment) {
        return world.count(task -> RolloutWorld.deployment(task).equals(deployment)
                && task.getWish().getDesired() == RunState.RUN);
    }

    private EcsDeployment newest() {
        return world.service().getDeployments(0);
    }
}
