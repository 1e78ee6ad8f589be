package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskSet;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Task sets on the real planner. */
class TaskSetsPlanTest {

    private final RolloutWorld world = new RolloutWorld();

    @BeforeEach
    void createService() {
        world.createService(4, 100, 200);
        world.change(service -> service.toBuilder()
                .clearDeployments()
                .setExternal(true)
                .addTaskSets(set("ecs-svc/10", 100))
                .build());
    }

    @Test
    void eachTaskSetHasItsShare() {
        world.converge();
        assertThat(count("ecs-svc/10")).isEqualTo(4);
        assertThat(world.service().getTaskSets(0).getSteady()).isTrue();
        world.change(service ->
                service.toBuilder().addTaskSets(set("ecs-svc/11", 30)).build());
        world.reconcile();
        assertThat(world.service().getTaskSets(1).getSteady()).isFalse();
        world.converge();
        assertThat(count("ecs-svc/10")).isEqualTo(4);
        assertThat(count("ecs-svc/11")).as("30 percent of 4, rounded up").isEqualTo(2);
        scale(0, set -> set.setScalePercent(0));
        world.converge();
        assertThat(count("ecs-svc/10")).isZero();
        assertThat(count("ecs-svc/11")).isEqualTo(2);
        world.scaleTo(10);
        world.converge();
        assertThat(count("ecs-svc/11")).isEqualTo(3);
    }

    @Test
    void whatFellIsReplacedInItsOwnTaskSet() {
        world.converge();
        world.act(Workloads::isRunning, world::stopped);
        world.reconcile();
        assertThat(world.service().getTaskSets(0).getSteady()).isFalse();
        world.advance(Duration.ofMinutes(1));
        world.converge();
        assertThat(count("ecs-svc/10")).isEqualTo(4);
    }

    @Test
    void tasksThatNeverStartAreTriedLessAndLessOften() {
        for (int i = 0; i < 4; i++) {
            world.reconcile();
            world.place();
            world.act(RolloutWorld::isPending, world::stopped);
            world.reconcile();
        }
        assertThat(world.service().getTaskSets(0).getDeployment().getFailedTasks())
                .isPositive();
        assertThat(world.service().getTaskSets(0).getDeployment().getNotBeforeMs())
                .isGreaterThan(world.now().toEpochMilli());
    }

    @Test
    void aTaskSetThatWasDeletedGoesWithItsLastTask() {
        world.converge();
        scale(0, set -> set.setDraining(true));
        world.reconcile();
        assertThat(world.service().getTaskSetsCount()).isEqualTo(1);
        world.converge();
        assertThat(world.service().getTaskSetsList()).isEmpty();
        assertThat(world.live()).isEmpty();
    }

    @Test
    void deletingTheServiceEndsThemAll() {
        world.converge();
        world.delete();
        world.converge();
        assertThat(world.live()).isEmpty();
        assertThat(world.service().getStatus()).isEqualTo(EcsService.Status.INACTIVE);
    }

    private void scale(int index, Consumer<EcsTaskSet.Builder> change) {
        world.change(service -> {
            EcsService.Builder after = service.toBuilder();
            change.accept(after.getTaskSetsBuilder(index));
            return after.build();
        });
    }

    private static EcsTaskSet set(String id, double percent) {
        return EcsTaskSet.newBuilder()
                .setDeployment(EcsDeployment.newBuilder().setId(id).setTaskDefinitionArn("web:1"))
                .setScalePercent(percent)
                .build();
    }

    private long count(String deployment) {
        return world.count(task -> RolloutWorld.deployment(task).equals(deployment) && !Workloads.isUnwanted(task));
    }
}
