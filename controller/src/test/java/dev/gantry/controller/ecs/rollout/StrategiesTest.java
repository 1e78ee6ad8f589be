package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsServiceDeployment.HookStatus;
import dev.gantry.proto.EcsServiceDeployment.Stage;
import dev.gantry.proto.EcsServiceDeployment.Status;
import dev.gantry.proto.EcsServiceRevision;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Deployments that make the new revision whole beside the old one, on the real planner. */
class StrategiesTest {

    private final FakeRouter router = new FakeRouter();
    private final RolloutWorld world = new RolloutWorld(router);

    @Test
    void aRollingDeploymentIsPendingThenInProgressThenSuccessful() {
        world.createService(2, 100, 200);
        world.reconcile();
        assertThat(world.record().getStatus()).isEqualTo(Status.IN_PROGRESS);
        assertThat(world.record().getStage()).isEqualTo(Stage.STAGE_NONE);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(world.record().getFinishedAtMs()).isPositive();
        assertThat(world.record().getStoppedAtMs()).isZero();
    }

    @Test
    void aNewerDeploymentStopsTheOneBefore() {
        world.createService(2, 100, 200);
        world.reconcile();
        var first = DeploymentNames.current(world.service()).orElseThrow();
        world.deployNewVersion();
        world.reconcile();
        assertThat(world.image().get(first).orElseThrow().value().getStatus()).isEqualTo(Status.STOPPED);
        assertThat(world.record().getStatus()).isEqualTo(Status.IN_PROGRESS);
        assertThat(world.record().getSourcesList()).containsExactly("1");
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.SUCCESSFUL);
    }

    @Test
    void deletingTheServiceStopsItsDeployment() {
        world.createService(2, 100, 200);
        world.reconcile();
        world.delete();
        world.reconcile();
        assertThat(world.record().getStatus()).isEqualTo(Status.STOPPED);
        assertThat(world.record().getStatusReason()).isEqualTo("The service was deleted.");
    }

    @Test
    void anAbortedDeploymentMakesNoMoreTasksAndStopsNothingThatServes() {
        world.createService(2, 100, 150);
        world.converge();
        world.deployNewVersion();
        world.reconcile();
        assertThat(count("ecs-svc/2")).isEqualTo(1);
        world.request(Status.STOP_REQUESTED);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.STOPPED);
        assertThat(world.record().getStoppedAtMs()).isPositive();
        assertThat(count("ecs-svc/2")).isEqualTo(1);
        assertThat(world.count(Workloads::isRunning)).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aUserTakesARollingDeploymentBack() {
        world.createService(4, 50, 150);
        world.converge();
        world.deployNewVersion();
        world.reconcile();
        world.agents();
        world.reconcile();
        assertThat(count("ecs-svc/2")).isPositive();
        world.request(Status.ROLLBACK_REQUESTED);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(world.record().getTarget()).isEqualTo("2");
        assertThat(count("ecs-svc/1")).isEqualTo(4);
        assertThat(count("ecs-svc/2")).isZero();
    }

    @Test
    void afterARollbackTheNextDeploymentCanBeTakenBackAsWell() {
        aUserTakesARollingDeploymentBack();
        world.deployNewVersion();
        world.reconcile();
        world.request(Status.ROLLBACK_REQUESTED);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(world.record().getTarget()).isEqualTo("3");
        assertThat(count("ecs-svc/1")).isEqualTo(4);
    }

    @Test
    void blueAndGreenRunSideBySideUntilTheBakeTimeIsOver() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':5");
        world.createService(2, 100, 200);
        world.converge();
        assertThat(world.record().getStatus()).as("of the first revision").isEqualTo(Status.SUCCESSFUL);
        world.deployNewVersion();
        Set<Stage> stages = watchStages();
        settle();
        assertThat(world.record().getStage()).isEqualTo(Stage.BAKE_TIME);
        assertThat(count("ecs-svc/1")).isEqualTo(2);
        assertThat(count("ecs-svc/2")).isEqualTo(2);
        world.advance(Duration.ofMinutes(5).minusSeconds(41));
        world.reconcile();
        assertThat(world.record().getStage()).isEqualTo(Stage.BAKE_TIME);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(count("ecs-svc/1")).isZero();
        assertThat(count("ecs-svc/2")).isEqualTo(2);
        assertThat(stages)
                .contains(
                        Stage.SCALE_UP,
                        Stage.TEST_TRAFFIC_SHIFT,
                        Stage.PRODUCTION_TRAFFIC_SHIFT,
                        Stage.BAKE_TIME,
                        Stage.CLEAN_UP);
        assertThat(router.percents()).endsWith(0.0, 100.0);
    }

    @Test
    void tasksOfBothSidesAreReplacedWhileBaking() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':60");
        world.createService(2, 100, 200);
        baking();
        world.act(Workloads::isRunning, world::stopped);
        world.reconcile();
        settle();
        assertThat(world.record().getStage()).isEqualTo(Stage.BAKE_TIME);
        assertThat(count("ecs-svc/1")).isEqualTo(2);
        assertThat(count("ecs-svc/2")).isEqualTo(2);
    }

    @Test
    void scalingWhileBakingScalesBothSides() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':60");
        world.createService(2, 100, 200);
        baking();
        world.scaleTo(3);
        settle();
        assertThat(count("ecs-svc/1")).isEqualTo(3);
        assertThat(count("ecs-svc/2")).isEqualTo(3);
        world.scaleTo(1);
        settle();
        assertThat(count("ecs-svc/1")).isEqualTo(1);
        assertThat(count("ecs-svc/2")).isEqualTo(1);
    }

    @Test
    void takingBackKeepsEveryTaskOfTheOldRevision() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':60");
        world.createService(2, 100, 200);
        baking();
        Set<String> before = ids("ecs-svc/1");
        world.request(Status.ROLLBACK_REQUESTED);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(ids("ecs-svc/1")).isEqualTo(before);
        assertThat(count("ecs-svc/2")).isZero();
        assertThat(router.percents()).endsWith(100.0, 0.0);
    }

    @Test
    void aNewerDeploymentReconcilesToTheOldRevisionFirst() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':60");
        world.createService(2, 100, 200);
        baking();
        Set<String> before = ids("ecs-svc/1");
        world.deployNewVersion();
        world.reconcile();
        assertThat(world.record().getStage()).isEqualTo(Stage.RECONCILE_SERVICE);
        assertThat(count("ecs-svc/3")).isZero();
        settle();
        assertThat(count("ecs-svc/2")).isZero();
        assertThat(count("ecs-svc/3")).isEqualTo(2);
        assertThat(ids("ecs-svc/1")).isEqualTo(before);
    }

    @Test
    void aPauseHoldsTheDeploymentUntilSomebodyContinuesIt() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':0,'lifecycleHooks':["
                + "{'targetType':'PAUSE','lifecycleStages':['POST_SCALE_UP']}]");
        world.createService(1, 100, 200);
        settle();
        world.answerHook(HookStatus.SUCCEEDED);
        world.converge();
        world.deployNewVersion();
        settle();
        assertThat(world.record().getStage()).isEqualTo(Stage.POST_SCALE_UP);
        assertThat(world.record().getHooksList()).singleElement().satisfies(hook -> {
            assertThat(hook.getStatus()).isEqualTo(HookStatus.AWAITING_ACTION);
            assertThat(hook.getExpiresAtMs())
                    .isEqualTo(world.record().getStageSinceMs()
                            + Duration.ofHours(24).toMillis());
        });
        world.advance(Duration.ofHours(23));
        world.reconcile();
        assertThat(world.record().getStage()).isEqualTo(Stage.POST_SCALE_UP);
        world.answerHook(HookStatus.SUCCEEDED);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(count("ecs-svc/2")).isEqualTo(1);
    }

    @Test
    void aPauseThatNobodyEndsTakesTheDeploymentBackOrLetsItGoOn() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':0,'lifecycleHooks':["
                + "{'targetType':'PAUSE','lifecycleStages':['PRE_SCALE_UP'],'timeoutConfiguration':"
                + "{'timeoutInMinutes':3,'action':'CONTINUE'}},"
                + "{'targetType':'PAUSE','lifecycleStages':['POST_TEST_TRAFFIC_SHIFT'],'timeoutConfiguration':"
                + "{'timeoutInMinutes':5,'action':'ROLLBACK'}}]");
        world.createService(1, 100, 200);
        world.reconcile();
        assertThat(world.reconcile()).as("the wake-up").isEqualTo(RolloutWorld.START.plus(Duration.ofMinutes(3)));
        world.advance(Duration.ofMinutes(3));
        settle();
        assertThat(world.record().getStage()).isEqualTo(Stage.POST_TEST_TRAFFIC_SHIFT);
        world.answerHook(HookStatus.SUCCEEDED);
        world.converge();
        world.deployNewVersion();
        world.reconcile();
        world.advance(Duration.ofMinutes(3));
        settle();
        assertThat(world.record().getStage()).isEqualTo(Stage.POST_TEST_TRAFFIC_SHIFT);
        world.advance(Duration.ofMinutes(5));
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(world.record().getStatusReason())
                .isEqualTo("ECS deployment lifecycle: nobody continued it in time in POST_TEST_TRAFFIC_SHIFT.");
        assertThat(count("ecs-svc/1")).isEqualTo(1);
        assertThat(count("ecs-svc/2")).isZero();
    }

    @Test
    void aUserTakesItBackAtAPause() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':0,'lifecycleHooks':["
                + "{'targetType':'PAUSE','lifecycleStages':['POST_PRODUCTION_TRAFFIC_SHIFT']}]");
        world.createService(1, 100, 200);
        settle();
        world.answerHook(HookStatus.SUCCEEDED);
        world.converge();
        world.deployNewVersion();
        settle();
        world.answerHook(HookStatus.FAILED);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(count("ecs-svc/1")).isEqualTo(1);
    }

    @Test
    void linearShiftsStepByStepWhereRequestsCanBeDivided() {
        router.divide();
        world.withStrategy("'strategy':'LINEAR','linearConfiguration':{'stepPercent':40.0,'stepBakeTimeInMinutes':6}");
        world.createService(1, 100, 200);
        world.converge();
        for (int i = 0; i < 4; i++) {
            world.advance(Duration.ofMinutes(6));
            world.converge();
        }
        world.deployNewVersion();
        settle();
        assertThat(world.record().getProductionPercent()).isEqualTo(40);
        world.advance(Duration.ofMinutes(6));
        world.reconcile();
        assertThat(world.record().getProductionPercent()).isEqualTo(80);
        world.advance(Duration.ofMinutes(6));
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(router.percents()).endsWith(0.0, 40.0, 80.0, 100.0);
    }

    @Test
    void canaryShiftsInTwoStepsAndWithNothingInFrontInOne() {
        world.withStrategy("'strategy':'CANARY'");
        world.createService(1, 100, 200);
        world.converge();
        world.deployNewVersion();
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(router.percents()).doesNotContain(5.0);
        router.divide();
        world.deployNewVersion();
        settle();
        assertThat(world.record().getProductionPercent()).isEqualTo(5);
        assertThat(count("ecs-svc/2")).isEqualTo(1);
        world.advance(Duration.ofMinutes(10));
        world.converge();
        assertThat(router.percents()).endsWith(0.0, 5.0, 100.0);
    }

    @Test
    void waitsForRequestsThatAreNotDividedYet() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':0");
        world.createService(1, 100, 200);
        world.converge();
        router.stick(true);
        world.deployNewVersion();
        world.converge();
        assertThat(world.record().getStage()).isEqualTo(Stage.TEST_TRAFFIC_SHIFT);
        assertThat(count("ecs-svc/1")).isEqualTo(1);
    }

    @Test
    void nothingGoesThatMayStillGetRequests() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':60");
        world.createService(2, 100, 200);
        baking();
        router.stick(true);
        world.request(Status.ROLLBACK_REQUESTED);
        settle();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_IN_PROGRESS);
        assertThat(count("ecs-svc/2")).isEqualTo(2);
        world.act(
                task -> Workloads.isRunning(task)
                        && RolloutWorld.deployment(task).equals("ecs-svc/1"),
                world::stopped);
        settle();
        assertThat(count("ecs-svc/1")).as("what serves is replaced meanwhile").isEqualTo(2);
        router.stick(false);
        world.touch();
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(count("ecs-svc/2")).isZero();
    }

    @Test
    void aScaleUpThatNeverEndsIsTakenBackAfterADay() {
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':0");
        world.createService(1, 100, 200);
        world.converge();
        world.deployNewVersion();
        world.reconcile();
        world.advance(Duration.ofHours(24));
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(world.record().getStatusReason()).contains("SCALE_UP took longer than 24 hours");
    }

    @Test
    void anAlarmThatFiresTakesTheDeploymentBack() {
        world.setUpAlarm("errors", AlarmBoard.State.QUIET);
        world.withStrategy("'strategy':'BLUE_GREEN','bakeTimeInMinutes':60,"
                + "'alarms':{'alarmNames':['errors'],'enable':true,'rollback':true}");
        world.createService(1, 100, 200);
        baking();
        world.setAlarm("errors", AlarmBoard.State.FIRING);
        world.converge();
        assertThat(world.record().getStatus()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(world.record().getTriggeredAlarmsList()).containsExactly("errors");
        assertThat(world.record().getStatusReason()).isEqualTo("ECS deployment alarms: errors fired.");
        assertThat(count("ecs-svc/1")).isEqualTo(1);
    }

    @Test
    void aRevisionRemembersWhatItsImagesLedTo() {
        world.createService(1, 100, 200);
        world.reconcile();
        world.run();
        world.act(Workloads::isRunning, task -> world.withDigest(task, "sha256:abc"));
        world.reconcile();
        EcsServiceRevision revision = world.image()
                .get(Kinds.ECS_SERVICE_REVISION.key("default/web", "1"))
                .orElseThrow()
                .value();
        assertThat(revision.getImagesList()).singleElement().satisfies(image -> {
            assertThat(image.getContainer()).isEqualTo("main");
            assertThat(image.getDigest()).isEqualTo("sha256:abc");
        });
    }

    /** Two revisions, the second in its bake time. */
    private void baking() {
        world.converge();
        world.advance(Duration.ofHours(1));
        world.converge();
        world.deployNewVersion();
        settle();
        assertThat(world.record().getStage()).isEqualTo(Stage.BAKE_TIME);
    }

    /** Lets two minutes pass, in which tasks start and settle. */
    private void settle() {
        for (int i = 0; i < 12; i++) {
            world.reconcile();
            world.agents();
            world.reconcile();
            world.advance(Duration.ofSeconds(i < 8 ? 5 : 0));
        }
    }

    private Set<Stage> watchStages() {
        Set<Stage> stages = new LinkedHashSet<>();
        world.checking(image -> DeploymentNames.current(world.service())
                .flatMap(image::get)
                .ifPresent(record -> stages.add(record.value().getStage())));
        return stages;
    }

    private long count(String deployment) {
        return world.count(task -> RolloutWorld.deployment(task).equals(deployment) && !Workloads.isUnwanted(task));
    }

    private Set<String> ids(String deployment) {
        Set<String> ids = new LinkedHashSet<>();
        world.live().stream()
                .filter(task -> RolloutWorld.deployment(task.value()).equals(deployment))
                .forEach(task -> ids.add(task.key().name()));
        return ids;
    }
}
