package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The rolling update of the ECS developer guide, step by step, with the limits checked at every revision.
 */
class RolloutStepsTest {

    private final RolloutWorld world = new RolloutWorld();

    @ParameterizedTest
    @CsvSource({
        "50, 100, 2, 4, stop 2 old|start 2 new|stop 2 old|start 2 new",
        "100, 150, 4, 6, start 2 new|stop 2 old|start 2 new|stop 2 old",
        "100, 200, 4, 8, start 4 new|stop 4 old",
        "75, 125, 3, 5, stop 1 old+start 1 new|start 1 new|stop 2 old|start 2 new|stop 1 old",
        "0, 100, 0, 4, stop 4 old|start 4 new",
    })
    void rollsOutInTheStepsThatTheLimitsAllow(int minimum, int maximum, int lower, int upper, String steps) {
        world.createService(4, minimum, maximum);
        world.converge();
        assertThat(world.service().getSteady()).isTrue();

        world.deployNewVersion();
        world.checking(image -> {
            assertThat(world.live()).hasSizeLessThanOrEqualTo(upper);
            assertThat(healthy()).isGreaterThanOrEqualTo(lower);
        });
        List<String> seen = rollOut();

        assertThat(String.join("|", seen)).isEqualTo(steps);
        assertThat(world.service().getDeploymentsList())
                .extracting(EcsDeployment::getId, EcsDeployment::getRolloutState)
                .containsExactly(tuple("ecs-svc/2", EcsDeployment.RolloutState.COMPLETED));
        assertThat(world.events())
                .endsWith(
                        "(service web) (deployment ecs-svc/2) deployment completed.",
                        "(service web) has reached a steady state.");
    }

    /**
     * What happens whenever something can, until nothing does: agents act at once, and settling
     * takes its time.
     */
    private List<String> rollOut() {
        List<String> steps = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            long oldBefore = wanted("ecs-svc/1");
            long newBefore = wanted("ecs-svc/2");
            world.reconcile();
            List<String> step = new ArrayList<>();
            if (wanted("ecs-svc/1") < oldBefore) {
                step.add("stop " + (oldBefore - wanted("ecs-svc/1")) + " old");
            }
            if (wanted("ecs-svc/2") > newBefore) {
                step.add("start " + (wanted("ecs-svc/2") - newBefore) + " new");
            }
            if (step.isEmpty()) {
                world.advance(Duration.ofSeconds(40));
            } else {
                steps.add(String.join("+", step));
            }
            world.agents();
        }
        return steps;
    }

    private long wanted(String deployment) {
        return world.count(task -> RolloutWorld.deployment(task).equals(deployment)
                && task.getWish().getDesired() == RunState.RUN);
    }

    private long healthy() {
        return world.count(task -> Workloads.isRunning(task)
                && task.getWish().getDesired() == RunState.RUN
                && (RolloutWorld.deployment(task).equals("ecs-svc/1") || hasSettled(task)));
    }

    private boolean hasSettled(Workload task) {
        return task.getObserved().getStartedAtMs() + 40_000 <= world.now().toEpochMilli();
    }
}
