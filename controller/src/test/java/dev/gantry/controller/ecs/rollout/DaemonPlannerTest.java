package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.rollout.Action.StartOn;
import dev.gantry.controller.ecs.rollout.Action.Stop;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Health;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DaemonPlannerTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final String OLD = "ecs-svc/1";
    private static final String NEW = "ecs-svc/2";
    private static final String SCALING = "Scaling activity initiated by (deployment ecs-svc/2)";

    @Test
    void startsOneTaskOnEachNodeThatShallHaveOneAndHasNone() {
        Plan plan = plan(0, List.of(runs("a"), runs("b"), kept("c")), settled("1", "a", NEW));
        assertThat(plan.actions()).containsExactly(new StartOn("b"));
    }

    @Test
    void neverStartsASecondOneWhileTheFirstGoesDownOrWaitsForItsNode() {
        assertThat(plan(0, List.of(runs("a")), stopping("1", "a", NEW)).actions())
                .isEmpty();
        assertThat(plan(0, List.of(runs("a")), waiting("1", "a", NEW)).actions())
                .isEmpty();
    }

    @Test
    void stopsWhatNoLongerSuitsItsNode() {
        LiveTask stray = settled("1", "b", NEW);
        Plan plan = plan(0, List.of(runs("a"), lost("b")), settled("2", "a", NEW), stray);
        assertThat(plan.actions()).containsExactly(new Stop(stray, SCALING));
        assertThat(plan.steady()).isFalse();
    }

    @Test
    void keepsWhatIsOnANodeThatTakesNothingNew() {
        assertThat(plan(0, List.of(kept("a")), settled("1", "a", NEW)).actions())
                .isEmpty();
    }

    @Test
    void replacesAllAtOnceWhenNoneNeedsToServe() {
        LiveTask first = settled("1", "a", OLD);
        LiveTask second = settled("2", "b", OLD);
        assertThat(plan(0, List.of(runs("a"), runs("b")), first, second).actions())
                .containsExactly(new Stop(first, SCALING), new Stop(second, SCALING));
    }

    @Test
    void replacesAsManyAsTheLowerLimitAllows() {
        LiveTask first = settled("1", "a", OLD);
        List<DaemonSite> sites = List.of(runs("a"), runs("b"));
        assertThat(plan(50, sites, first, settled("2", "b", OLD)).actions()).containsExactly(new Stop(first, SCALING));
        assertThat(plan(50, sites, first, pending("2", "b", NEW)).actions()).isEmpty();
        assertThat(plan(50, sites, first, settled("2", "b", NEW)).actions()).containsExactly(new Stop(first, SCALING));
    }

    @Test
    void stopsOldTasksThatDoNotServeWhateverTheLimit() {
        LiveTask idle = pending("1", "a", OLD);
        assertThat(plan(99, List.of(runs("a"), runs("b")), idle, settled("2", "b", OLD))
                        .actions())
                .containsExactly(new Stop(idle, SCALING));
    }

    @Test
    void replacesWhatIsUnhealthyWhereItIs() {
        LiveTask ill = task("1", "a", NEW, Phase.RUNNING, Health.UNHEALTHY, RunState.RUN);
        assertThat(plan(0, List.of(runs("a")), ill).actions()).containsExactly(new Stop(ill, ServicePlanner.UNHEALTHY));
    }

    @Test
    void isCompletedAndSteadyWithOneSettledTaskOnEachNode() {
        Plan plan = plan(0, List.of(runs("a"), kept("b")), settled("1", "a", NEW));
        assertThat(plan.completed()).isTrue();
        assertThat(plan.steady()).isTrue();
        assertThat(plan(0, List.of(runs("a"), runs("b")), settled("1", "a", NEW))
                        .completed())
                .isFalse();
        assertThat(plan(0, List.of(), settled("1", "a", OLD)).completed()).isFalse();
    }

    @Test
    void startsNothingForADeploymentThatFailedAndWaitsAfterFailures() {
        Situation situation = situation(0, 1, List.of());
        Situation failed = new Situation(
                situation.limits(),
                situation.rules(),
                situation.settings(),
                NEW,
                Instant.EPOCH,
                false,
                true,
                List.of(),
                NOW);
        assertThat(DaemonPlanner.plan(failed, List.of(runs("a"))).actions()).isEmpty();
        Situation pausing = new Situation(
                situation.limits(),
                situation.rules(),
                situation.settings(),
                NEW,
                NOW.plusSeconds(8),
                true,
                true,
                List.of(),
                NOW);
        Plan plan = DaemonPlanner.plan(pausing, List.of(runs("a")));
        assertThat(plan.actions()).isEmpty();
        assertThat(plan.wake()).contains(NOW.plusSeconds(8));
    }

    private static Plan plan(int minimum, List<DaemonSite> sites, LiveTask... tasks) {
        return DaemonPlanner.plan(situation(minimum, DaemonPlanner.desired(sites), List.of(tasks)), sites);
    }

    private static Situation situation(int minimum, int desired, List<LiveTask> tasks) {
        return new Situation(
                Limits.of(desired, minimum, 100),
                DeploymentRules.of(ByteString.EMPTY),
                RolloutSettings.defaults(),
                NEW,
                Instant.EPOCH,
                true,
                true,
                tasks,
                NOW);
    }

    private static DaemonSite runs(String node) {
        return new DaemonSite(node, true, true);
    }

    private static DaemonSite kept(String node) {
        return new DaemonSite(node, false, true);
    }

    private static DaemonSite lost(String node) {
        return new DaemonSite(node, false, false);
    }

    private static LiveTask settled(String id, String node, String deployment) {
        return task(id, node, deployment, Phase.RUNNING, Health.HEALTH_UNKNOWN, RunState.RUN);
    }

    private static LiveTask pending(String id, String node, String deployment) {
        return task(id, node, deployment, Phase.PENDING, Health.HEALTH_UNKNOWN, RunState.RUN);
    }

    private static LiveTask stopping(String id, String node, String deployment) {
        return task(id, node, deployment, Phase.RUNNING, Health.HEALTH_UNKNOWN, RunState.STOP);
    }

    private static LiveTask waiting(String id, String node, String deployment) {
        LiveTask placed = task(id, "", deployment, Phase.PHASE_UNSPECIFIED, Health.HEALTH_UNKNOWN, RunState.RUN);
        Workload meant = placed.workload().value().toBuilder()
                .setSpec(WorkloadSpec.newBuilder().setRequiredNode(node))
                .build();
        return new LiveTask(
                new Versioned<>(placed.workload().key(), meant, 1), deployment, false, placed.hasHealthCheck());
    }

    private static LiveTask task(
            String id, String node, String deployment, Phase phase, Health health, RunState desired) {
        long before = NOW.minus(Duration.ofMinutes(5)).toEpochMilli();
        Workload workload = Workload.newBuilder()
                .setId(id)
                .setCreatedAtMs(before + Long.parseLong(id))
                .setWish(Wish.newBuilder().setDesired(desired))
                .setPlacement(Placement.newBuilder().setNode(node).setPlacedAtMs(before))
                .setObserved(Observation.newBuilder()
                        .setPhase(phase)
                        .setHealth(health)
                        .setStartedAtMs(before))
                .build();
        return new LiveTask(new Versioned<>(Kinds.WORKLOAD.key("default", id), workload, 1), deployment, false, false);
    }
}
