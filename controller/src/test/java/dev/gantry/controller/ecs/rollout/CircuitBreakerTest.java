package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsDeployment.RolloutState;
import dev.gantry.proto.EcsServiceDeployment.Status;
import dev.gantry.proto.Health;
import dev.gantry.proto.Workload;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private final RolloutWorld world = new RolloutWorld();

    @Test
    void tripsAtHalfTheDesiredCountButNotBefore3NorAfter200() {
        assertThat(CircuitBreaker.threshold(0)).isEqualTo(3);
        assertThat(CircuitBreaker.threshold(1)).isEqualTo(3);
        assertThat(CircuitBreaker.threshold(25)).isEqualTo(13);
        assertThat(CircuitBreaker.threshold(400)).isEqualTo(200);
        assertThat(CircuitBreaker.threshold(5000)).isEqualTo(200);
    }

    @Test
    void goesBackToTheLastCompletedDeploymentWhenTasksFailToStart() {
        world.withCircuitBreaker(true);
        world.createService(2, 100, 200);
        world.converge();
        world.deployNewVersion();
        breakTasksOf("ecs-svc/2");

        assertThat(world.count(Workloads::isRunning)).as("what served goes on").isEqualTo(2);
        assertThat(world.events())
                .containsSubsequence(
                        "(service web) (deployment ecs-svc/2) deployment failed: tasks failed to start.",
                        "(service web) rolling back to (deployment ecs-svc/1).",
                        "(service web) (deployment ecs-svc/1) deployment completed.");
        assertThat(world.service().getDocumentJson().toStringUtf8()).contains("\"taskDefinition\":\"web:1\"");
        assertThat(world.service().getDeploymentsList()).singleElement().satisfies(deployment -> {
            assertThat(deployment.getId()).as("tasks that still run are kept").isEqualTo("ecs-svc/1");
            assertThat(deployment.getRolloutState()).isEqualTo(RolloutState.COMPLETED);
        });
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(world.record().getTarget()).isEqualTo("2");
        assertThat(world.record().getRollback().getRevision()).isEqualTo("1");
        assertThat(world.record().getRollback().getReason())
                .isEqualTo("ECS deployment circuit breaker: tasks failed to start.");
        assertThat(world.record().getFailures()).isEqualTo(4);
        assertThat(world.record().getBreakerTriggered()).isTrue();
    }

    @Test
    void showsWhatFailedAndWhereItGoesBackToAsLongAsThatTakes() {
        world.withCircuitBreaker(true);
        world.createService(2, 0, 100);
        world.converge();
        world.deployNewVersion();
        world.reconcile();
        world.agents();
        breakTasksOf("ecs-svc/2");

        EcsDeployment primary = world.service().getDeployments(0);
        EcsDeployment failed = world.service().getDeployments(1);
        assertThat(failed.getId()).isEqualTo("ecs-svc/2");
        assertThat(failed.getRolloutState()).isEqualTo(RolloutState.FAILED);
        assertThat(failed.getRolloutStateReason()).isEqualTo("ECS deployment circuit breaker: tasks failed to start.");
        assertThat(primary.getId()).isEqualTo("ecs-svc/1");
        assertThat(primary.getRolloutState()).isEqualTo(RolloutState.IN_PROGRESS);
        assertThat(primary.getRolloutStateReason())
                .isEqualTo("ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.");
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_IN_PROGRESS);

        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(world.count(Workloads::isRunning)).isEqualTo(2);
    }

    @Test
    void stallsWhereThereIsNothingToGoBackTo() {
        world.withCircuitBreaker(true);
        world.createService(1, 100, 200);
        breakTasksOf("ecs-svc/1");
        assertThat(world.service().getDeploymentsList()).singleElement().satisfies(deployment -> {
            assertThat(deployment.getRolloutState()).isEqualTo(RolloutState.FAILED);
            assertThat(deployment.getFailedTasks()).isEqualTo(3);
        });
        world.advance(Duration.ofHours(1));
        world.reconcile();
        assertThat(world.live()).isEmpty();
    }

    @Test
    void stallsWithoutRollbackAndKeepsWhatServes() {
        world.withCircuitBreaker(false);
        world.createService(2, 100, 200);
        world.converge();
        world.deployNewVersion();
        breakTasksOf("ecs-svc/2");
        assertThat(world.service().getDeployments(0).getRolloutState()).isEqualTo(RolloutState.FAILED);
        assertThat(world.count(Workloads::isRunning)).isEqualTo(2);
        assertThat(world.events()).noneMatch(text -> text.contains("rolling back"));
    }

    @Test
    void aRollbackThatFailsIsNotRolledBackAgain() {
        world.withCircuitBreaker(true);
        world.createService(2, 0, 100);
        world.converge();
        world.deployNewVersion();
        world.reconcile();
        world.agents();
        breakTasksOf("ecs-svc/2");
        assertThat(world.service().getDeployments(0).getId()).isEqualTo("ecs-svc/1");
        breakTasksOf("ecs-svc/1");
        assertThat(world.service().getDeployments(0).getId()).isEqualTo("ecs-svc/1");
        assertThat(world.service().getDeployments(0).getRolloutState()).isEqualTo(RolloutState.FAILED);
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_FAILED);
        world.advance(Duration.ofHours(1));
        world.reconcile();
        assertThat(world.live()).isEmpty();
    }

    @Test
    void aTaskThatRunsBeginsTheCountAnew() {
        world.withCircuitBreaker(true);
        world.createService(1, 100, 200);
        for (int i = 0; i < 4; i++) {
            breakOnce("ecs-svc/1");
            breakOnce("ecs-svc/1");
            world.reconcile();
            world.run();
            world.reconcile();
            world.advance(Duration.ofSeconds(11));
            world.act(Workloads::isRunning, world::stopped);
            world.reconcile();
        }
        assertThat(world.service().getDeployments(0).getRolloutState()).isEqualTo(RolloutState.IN_PROGRESS);
    }

    @Test
    void failedHealthChecksCountOnceTasksRun() {
        world.withCircuitBreaker(true);
        world.withHealthChecks();
        world.createService(1, 0, 100);
        for (int i = 0; i < 3; i++) {
            world.reconcile();
            world.run();
            world.act(Workloads::isRunning, task -> world.healthy(task, Health.UNHEALTHY));
            world.reconcile();
            world.finishStopping();
            world.advance(Duration.ofMinutes(1));
        }
        world.reconcile();
        EcsDeployment deployment = world.service().getDeployments(0);
        assertThat(deployment.getRolloutState()).isEqualTo(RolloutState.FAILED);
        assertThat(deployment.getRolloutStateReason())
                .isEqualTo("ECS deployment circuit breaker: tasks failed health checks.");
    }

    @Test
    void aServiceWithoutTheBreakerTriesForEver() {
        world.createService(1, 100, 200);
        for (int i = 0; i < 5; i++) {
            breakOnce("ecs-svc/1");
        }
        assertThat(world.service().getDeployments(0).getRolloutState()).isEqualTo(RolloutState.IN_PROGRESS);
    }

    /** Lets tasks fail before they run until the deployment has failed. */
    private void breakTasksOf(String deployment) {
        for (int i = 0; i < 10 && isInProgress(deployment); i++) {
            breakOnce(deployment);
        }
        assertThat(isInProgress(deployment)).isFalse();
    }

    private void breakOnce(String deployment) {
        world.reconcile();
        world.place();
        world.act(task -> RolloutWorld.isPending(task) && isOf(task, deployment), world::stopped);
        world.reconcile();
        world.advance(Duration.ofMinutes(15));
    }

    private boolean isInProgress(String id) {
        return world.service().getDeploymentsList().stream()
                .anyMatch(one -> one.getId().equals(id) && one.getRolloutState() == RolloutState.IN_PROGRESS);
    }

    private static boolean isOf(Workload task, String deployment) {
        return RolloutWorld.deployment(task).equals(deployment);
    }
}
