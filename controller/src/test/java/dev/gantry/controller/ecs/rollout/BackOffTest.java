package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Workloads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How fast a service tries again whose tasks fail. */
class BackOffTest {

    private final RolloutWorld world = new RolloutWorld();

    @Test
    void triesATaskThatNeverRunsMoreAndMoreSeldom() {
        world.createService(1, 100, 200);
        assertThat(pauses(14, task -> {})).startsWith(0L, 1L, 2L, 4L, 8L).endsWith(512L, 900L, 900L, 900L);
        assertThat(world.service().getDeployments(0).getFailedTasks()).isEqualTo(14);
        assertThat(world.events())
                .filteredOn("(service web) is unable to consistently start tasks successfully."::equals)
                .hasSize(1);
    }

    @Test
    void countsEachFailedTaskOnceAndAWaveOfThemAsOneSetback() {
        world.createService(10, 100, 200);
        world.reconcile();
        world.act(task -> true, world::stopped);
        world.reconcile();
        assertThat(world.service().getDeployments(0).getFailedTasks()).isEqualTo(10);
        assertThat(world.service().getDeployments(0).getSetbacks()).isEqualTo(1);
        assertThat(world.live()).hasSize(10);

        world.advance(Duration.ofMinutes(10));
        world.reconcile();
        assertThat(world.service().getDeployments(0).getFailedTasks()).isEqualTo(10);
    }

    @Test
    void countsMoreFailuresThanFitIntoOneTransaction() {
        world.createService(80, 100, 200);
        world.reconcile();
        world.act(task -> true, world::stopped);
        world.reconcile();
        assertThat(world.service().getDeployments(0).getFailedTasks()).isEqualTo(80);
    }

    @Test
    void aTaskThatRunsLongEnoughEndsTheRow() {
        world.createService(1, 100, 200);
        pauses(5, task -> {});
        world.run();
        world.reconcile();
        assertThat(world.service().getDeployments(0).getFailedTasks()).isZero();

        world.advance(Duration.ofSeconds(10));
        world.act(task -> true, world::stopped);
        world.reconcile();
        assertThat(world.service().getDeployments(0).getSetbacks()).isZero();
        assertThat(world.live()).hasSize(1);
    }

    @Test
    void triesATaskThatRunsOnlyForMomentsAtLeastEveryMinute() {
        world.createService(1, 100, 200);
        assertThat(pauses(12, task -> {
                    world.run();
                    world.advance(Duration.ofSeconds(3));
                }))
                .startsWith(0L, 1L, 2L, 4L)
                .endsWith(60L, 60L, 60L);
        assertThat(world.service().getDeployments(0).getFailedTasks()).isZero();
    }

    @Test
    void aPauseEndsAlthoughTheClockIsSetBack() {
        world.createService(1, 100, 200);
        for (int attempt = 0; attempt < 6; attempt++) {
            world.reconcile();
            world.act(task -> true, world::stopped);
            world.reconcile();
            world.advance(Duration.ofMinutes(1));
        }
        world.reconcile();
        world.act(task -> true, world::stopped);
        world.reconcile();
        assertThat(world.live()).isEmpty();
        world.advance(Duration.ofHours(-1));
        world.reconcile();
        world.advance(Duration.ofMinutes(15));
        world.reconcile();
        assertThat(world.live()).hasSize(1);
    }

    @Test
    void anotherVersionIsTriedAtOnce() {
        world.createService(1, 100, 200);
        pauses(8, task -> {});
        world.act(task -> true, world::stopped);
        world.reconcile();
        assertThat(world.live()).isEmpty();
        world.deployNewVersion();
        world.reconcile();
        assertThat(world.live()).hasSize(1);
    }

    @Test
    void aTaskThatAUserStoppedIsNoSetback() {
        world.createService(1, 100, 200);
        for (int i = 0; i < 5; i++) {
            world.reconcile();
            world.act(
                    task -> true,
                    task -> world.stopped(Workloads.stop(task, "UserInitiated", "Task stopped by user", world.now())));
            world.reconcile();
            assertThat(world.live()).hasSize(1);
        }
        assertThat(world.service().getDeployments(0).getFailedTasks()).isZero();
    }

    /** Seconds from the end of each task to the start of the next. */
    private List<Long> pauses(int failures, Consumer<RolloutWorld> life) {
        List<Long> pauses = new ArrayList<>();
        world.reconcile();
        for (int i = 0; i < failures; i++) {
            life.accept(world);
            world.act(task -> true, world::stopped);
            long ended = world.now().getEpochSecond();
            world.reconcile();
            while (world.live().isEmpty()) {
                world.advance(Duration.ofSeconds(1));
                world.reconcile();
            }
            pauses.add(world.now().getEpochSecond() - ended);
        }
        return pauses;
    }
}
