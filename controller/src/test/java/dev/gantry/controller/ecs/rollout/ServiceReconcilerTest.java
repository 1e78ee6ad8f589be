package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Event;
import dev.gantry.proto.Health;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceReconcilerTest {

    private static final String SCALING = "Scaling activity initiated by (deployment ecs-svc/1)";
    private static final String STEADY = "(service web) has reached a steady state.";

    private final RolloutWorld world = new RolloutWorld();

    @Test
    void namesTasksByServiceAndNumber() {
        world.createService(2, 100, 200);
        world.reconcile();
        assertThat(world.live())
                .extracting(task -> task.key().name())
                .containsExactlyInAnyOrder(TaskNames.task("uid-of-web", 0), TaskNames.task("uid-of-web", 1));
        assertThat(world.service().getNextTask()).isEqualTo(2);
        assertThat(TaskNames.task("uid-of-web", 0)).matches("[0-9a-f]{32}");
    }

    @Test
    void startsManyTasksInSeveralTransactions() {
        world.createService(100, 100, 200);
        world.reconcile();
        assertThat(world.live()).hasSize(100);
        assertThat(world.events()).hasSize(2).allMatch(text -> text.startsWith("(service web) has started "));
    }

    @Test
    void startsAThousandTasksAtOneLook() {
        world.createService(1_000, 100, 200);
        world.look();
        assertThat(world.live()).hasSize(1_000);
        assertThat(world.service().getNextTask()).isEqualTo(1_000);
        assertThat(world.events())
                .hasSize(11)
                .last()
                .asString()
                .startsWith("(service web) has started 40 tasks: (task ");
    }

    @Test
    void forgetsOldEventsInEachTransactionOfALook() {
        world.createService(0, 100, 200);
        for (int i = 0; i < 25; i++) {
            world.scaleTo(2);
            world.reconcile();
            world.scaleTo(0);
            world.reconcile();
            world.finishStopping();
        }
        world.scaleTo(5_000);
        world.reconcile();
        assertThat(world.live()).hasSize(5_000);
        assertThat(world.image().list(Kinds.EVENT, RolloutWorld.SERVICE.path())).hasSizeLessThanOrEqualTo(100);
    }

    @Test
    void completesAndSaysOnceThatItIsSteadyWhenTheTasksHaveSettled() {
        world.createService(1, 100, 200);
        world.reconcile();
        world.run();
        assertThat(world.reconcile()).isEqualTo(RolloutWorld.START.plusSeconds(40));
        assertThat(world.service().getSteady()).isFalse();

        world.advance(Duration.ofSeconds(40));
        world.reconcile();
        EcsDeployment deployment = world.service().getDeployments(0);
        assertThat(deployment.getRolloutState()).isEqualTo(EcsDeployment.RolloutState.COMPLETED);
        assertThat(deployment.getRolloutStateReason()).isEqualTo("ECS deployment ecs-svc/1 completed.");
        String task = TaskNames.task("uid-of-web", 0);
        assertThat(world.events())
                .containsExactly(
                        "(service web) has started 1 tasks: (task " + task + ").",
                        "(service web) (deployment ecs-svc/1) deployment completed.",
                        STEADY);
        world.advance(Duration.ofHours(1));
        world.reconcile();
        assertThat(world.events()).hasSize(3);
    }

    @Test
    void tasksThatSettleAtNearlyTheSameTimeAreLookedAtOnce() {
        world.createService(3, 100, 200);
        world.reconcile();
        for (String id : world.live().stream().map(task -> task.key().name()).toList()) {
            world.act(task -> task.getId().equals(id), task -> world.running(world.placed(task, "a")));
            world.advance(Duration.ofMillis(100));
        }
        assertThat(world.reconcile()).isEqualTo(RolloutWorld.START.plusMillis(40_200));

        world.advance(Duration.ofMillis(39_900));
        world.reconcile();
        assertThat(world.service().getSteady()).isTrue();
    }

    @Test
    void aRolloutGoesOnWhenTheClockIsSetBack() {
        world.createService(1, 100, 200);
        world.reconcile();
        world.run();
        world.reconcile();
        world.advance(Duration.ofHours(-1));
        world.reconcile();
        world.advance(Duration.ofSeconds(40));
        world.reconcile();
        assertThat(world.service().getDeployments(0).getRolloutState()).isEqualTo(EcsDeployment.RolloutState.COMPLETED);
    }

    @Test
    void aTaskWithHealthChecksSettlesWhenTheyPass() {
        world.withHealthChecks();
        world.createService(1, 100, 200);
        world.reconcile();
        world.run();
        world.advance(Duration.ofMinutes(2));
        world.reconcile();
        assertThat(world.service().getSteady()).isFalse();

        world.act(task -> true, task -> world.healthy(task, Health.HEALTHY));
        world.reconcile();
        assertThat(world.service().getSteady()).isTrue();
    }

    @Test
    void aDeletedServiceKnowsWhenItEndedSoThatItIsDescribedForAWhile() {
        steady(1);
        world.delete();
        world.converge();
        assertThat(world.service().getStatus()).isEqualTo(EcsService.Status.INACTIVE);
        assertThat(world.service().getDeletedAtMs())
                .isBetween(RolloutWorld.START.toEpochMilli(), world.now().toEpochMilli());
    }

    @Test
    void eventsOfAnEarlierServiceOfTheSameNameAreNotInTheWay() {
        steady(1);
        int before = world.events().size();
        world.change(service -> service.toBuilder()
                .setNextEvent(0)
                .setUid("another")
                .setDesiredCount(2)
                .build());
        world.reconcile();
        assertThat(world.events()).hasSizeGreaterThan(before);
    }

    @Test
    void scalesOutAndInWithEcssReason() {
        steady(3);
        world.scaleTo(1);
        world.reconcile();
        List<Workload> stopping = unwanted();
        assertThat(stopping)
                .hasSize(2)
                .extracting(Workload::getWish)
                .extracting(Wish::getStopCode, Wish::getStopReason)
                .containsOnly(tuple("ServiceSchedulerInitiated", SCALING));
        assertThat(world.events()).last().asString().startsWith("(service web) has stopped 2 running tasks: (task ");

        world.converge();
        world.scaleTo(4);
        world.converge();
        assertThat(world.live()).hasSize(4);
        assertThat(world.events()).filteredOn(STEADY::equals).hasSize(3);
        assertThat(world.service().getDeployments(0).getRolloutState()).isEqualTo(EcsDeployment.RolloutState.COMPLETED);
    }

    @Test
    void scalesInWhatDoesNotRunYetFirst() {
        steady(2);
        world.scaleTo(3);
        world.reconcile();
        world.scaleTo(2);
        world.reconcile();
        assertThat(unwanted()).singleElement().matches(task -> !Workloads.isPlaced(task));
    }

    @Test
    void scalesInFromTheZoneWithMostTasks() {
        world.addNode("b", "zone-2");
        world.createService(3, 100, 200);
        world.reconcile();
        String alone = world.live().getFirst().key().name();
        world.act(task -> task.getId().equals(alone), task -> world.placed(task, "b"));
        world.converge();
        world.scaleTo(2);
        world.reconcile();
        assertThat(unwanted()).singleElement().matches(task -> !task.getId().equals(alone));
    }

    @Test
    void replacesAnUnhealthyTaskAfterItsReplacementHasSettledWhereThereIsRoom() {
        steady(2);
        String sick = makeUnhealthy();
        world.reconcile();
        assertThat(world.live()).hasSize(3);
        assertThat(unwanted()).isEmpty();

        world.run();
        world.advance(Duration.ofSeconds(40));
        world.reconcile();
        assertThat(unwanted())
                .singleElement()
                .matches(task -> task.getId().equals(sick)
                        && task.getWish().getStopReason().equals("Task failed container health checks"));
    }

    @Test
    void replacesUnhealthyTasksOneByOneWhereThereIsNoRoom() {
        world.createService(3, 50, 100);
        world.converge();
        makeUnhealthy();
        makeUnhealthy();
        world.reconcile();
        assertThat(unwanted()).hasSize(1);

        world.finishStopping();
        world.reconcile();
        world.run();
        world.reconcile();
        assertThat(unwanted()).isEmpty();
        world.advance(Duration.ofSeconds(40));
        world.reconcile();
        assertThat(unwanted()).hasSize(1);
    }

    @Test
    void ignoresFailedHealthChecksDuringTheTimeOfGrace() {
        world.createService(1, 100, 200);
        world.change(service -> service.toBuilder()
                .setDocumentJson(ByteString.copyFromUtf8("{\"healthCheckGracePeriodSeconds\":90}"))
                .build());
        world.reconcile();
        world.run();
        makeUnhealthy();
        world.advance(Duration.ofSeconds(89));
        world.reconcile();
        assertThat(world.live()).hasSize(1);
        world.advance(Duration.ofSeconds(1));
        world.reconcile();
        assertThat(world.live()).hasSize(2);
    }

    @Test
    void movesRunningTasksOffADrainedNodeWithinTheLimits() {
        steady(2);
        world.addNode("b", "zone-2");
        world.drain("a", Administration.DRAINING);
        world.reconcile();
        assertThat(unwanted()).isEmpty();
        assertThat(world.live()).hasSize(4);

        world.act(task -> !Workloads.isPlaced(task), task -> world.placed(task, "b"));
        world.run();
        world.advance(Duration.ofSeconds(40));
        world.reconcile();
        assertThat(unwanted())
                .hasSize(2)
                .allMatch(task -> task.getPlacement().getNode().equals("a"));
    }

    @Test
    void stopsTasksThatDoNotRunYetOnADrainedNodeAtOnce() {
        world.createService(1, 100, 200);
        world.reconcile();
        world.place();
        world.drain("a", Administration.DRAINING);
        world.reconcile();
        assertThat(unwanted()).hasSize(1);
        assertThat(world.count(task -> !Workloads.isPlaced(task))).isEqualTo(1);
    }

    @Test
    void saysOnceThatItsLimitsAllowNothing() {
        world.createService(2, 100, 100);
        world.converge();
        world.deployNewVersion();
        world.reconcile();
        world.advance(Duration.ofHours(1));
        world.act(task -> true, task -> task.toBuilder().setVersion(99).build());
        world.reconcile();
        assertThat(world.events().stream()
                        .filter(text -> text.equals("(service web) was unable to stop or start"
                                + " tasks during a deployment because"
                                + " of the service deployment"
                                + " configuration. Update the"
                                + " minimumHealthyPercent or"
                                + " maximumPercent value and try"
                                + " again.")))
                .hasSize(1);
        assertThat(unwanted()).isEmpty();
    }

    @Test
    void tellsWhyATaskHasNoNodeAndDoesNotRepeatItself() {
        String reason = "was unable to place a task because no container instance met all of its" + " requirements. ";
        world.createService(1, 100, 200);
        world.reconcile();
        world.act(task -> true, task -> world.unplaced(task, reason + "One."));
        world.reconcile();
        world.act(task -> true, task -> world.unplaced(task, reason + "Two."));
        assertThat(world.reconcile()).isEqualTo(RolloutWorld.START.plusSeconds(60));
        assertThat(world.events()).last().isEqualTo("(service web) " + reason + "One.");

        world.advance(Duration.ofMinutes(1));
        world.reconcile();
        world.act(task -> true, task -> world.unplaced(task, reason + "One."));
        world.advance(Duration.ofMinutes(2));
        world.reconcile();
        assertThat(world.events()).hasSize(3).last().isEqualTo("(service web) " + reason + "Two.");

        world.advance(Duration.ofHours(6));
        world.reconcile();
        assertThat(world.events()).hasSize(4).last().isEqualTo("(service web) " + reason + "One.");
    }

    @Test
    void keepsTheNewestHundredEvents() {
        world.createService(0, 100, 200);
        for (int i = 0; i < 60; i++) {
            world.scaleTo(1);
            world.reconcile();
            world.scaleTo(0);
            world.reconcile();
            world.finishStopping();
        }
        world.reconcile();
        List<Versioned<Event>> events = world.image().list(Kinds.EVENT, RolloutWorld.SERVICE.path());
        assertThat(events).hasSize(100);
        assertThat(events.getLast().key().name())
                .isEqualTo(TaskNames.event(world.service().getNextEvent() - 1));
    }

    @Test
    void stopsEverythingOfADeletedServiceAndEndsIt() {
        steady(2);
        world.delete();
        world.reconcile();
        assertThat(unwanted())
                .hasSize(2)
                .allMatch(task -> task.getWish().getStopReason().equals(SCALING));
        assertThat(world.service().getStatus()).isEqualTo(EcsService.Status.DRAINING);

        world.finishStopping();
        world.reconcile();
        assertThat(world.service().getStatus()).isEqualTo(EcsService.Status.INACTIVE);
        assertThat(world.live()).isEmpty();
    }

    @Test
    void startsNothingWithoutAUsableTaskDefinitionAndSaysSo() {
        world.removeTaskDefinition();
        world.createService(1, 100, 200);
        world.reconcile();
        assertThat(world.live()).isEmpty();
        assertThat(world.events())
                .containsExactly("(service web) was unable to start a task because its task definition"
                        + " cannot be used: web:1.");
    }

    @Test
    void anUpdateInTheMiddleReplacesTheRunningDeployment() {
        steady(4);
        world.deployNewVersion();
        world.reconcile();
        world.run();
        world.deployNewVersion();
        world.converge();
        assertThat(world.service().getDeploymentsList())
                .extracting(EcsDeployment::getId)
                .containsExactly("ecs-svc/3");
        assertThat(world.live())
                .hasSize(4)
                .allMatch(task -> RolloutWorld.deployment(task.value()).equals("ecs-svc/3"));
    }

    private void steady(int desired) {
        world.createService(desired, 100, 200);
        world.converge();
        assertThat(world.service().getSteady()).isTrue();
    }

    private String makeUnhealthy() {
        String sick = world.live().stream()
                .filter(task -> task.value().getObserved().getHealth() != Health.UNHEALTHY)
                .findFirst()
                .orElseThrow()
                .key()
                .name();
        world.act(task -> task.getId().equals(sick), task -> world.healthy(task, Health.UNHEALTHY));
        return sick;
    }

    private List<Workload> unwanted() {
        return world.live().stream()
                .map(Versioned::value)
                .filter(task -> task.getWish().getDesired() == RunState.STOP)
                .toList();
    }
}
