package dev.gantry.agent.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Dependency;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Health;
import dev.gantry.proto.HealthCheck;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.RestartPolicy;
import dev.gantry.proto.RunState;
import dev.gantry.proto.VolumesFrom;
import dev.gantry.proto.WorkloadSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The planner as a function: what is known in, what to do out. */
class WorkloadPlannerTest {

    private static final long START = 1_000_000;
    private static final WorkloadPlanner PLANNER = new WorkloadPlanner(Duration.ofSeconds(30), Duration.ofHours(3));

    private Memory memory = Memory.EMPTY;
    private long nowMs = START;

    private List<Action> plan(DesiredWorkload workload) {
        return planned(workload).actions();
    }

    private Plan planned(DesiredWorkload workload) {
        Plan plan = PLANNER.plan(workload, memory, Instant.ofEpochMilli(nowMs));
        memory = plan.memory();
        return plan;
    }

    private void learn(Fact... facts) {
        for (Fact fact : facts) {
            memory = memory.learn(fact, nowMs);
        }
    }

    private Observation observed() {
        return memory.last();
    }

    private static ContainerSpec.Builder container(String name) {
        return ContainerSpec.newBuilder().setName(name).setImage("i").setEssential(true);
    }

    private static DesiredWorkload run(ContainerSpec.Builder... containers) {
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder();
        for (ContainerSpec.Builder container : containers) {
            spec.addContainers(container);
        }
        return DesiredWorkload.newBuilder()
                .setScope("default")
                .setId("t1")
                .setDesired(RunState.RUN)
                .setSpec(spec)
                .build();
    }

    private static DesiredWorkload stop(DesiredWorkload workload) {
        return workload.toBuilder().setDesired(RunState.STOP).build();
    }

    private static DesiredWorkload settled(DesiredWorkload workload) {
        return stop(workload).toBuilder().setSettled(true).build();
    }

    private static Dependency.Builder on(String container, Dependency.Condition condition) {
        return Dependency.newBuilder().setContainer(container).setCondition(condition);
    }

    private Fact image(String container) {
        return new Fact.ImageReady(container, "sha256:abc", nowMs, nowMs, "");
    }

    private ObservedContainer seen(String name, ObservedContainer.State state, int exitCode) {
        boolean ran = state != ObservedContainer.State.CREATED;
        boolean exited = state == ObservedContainer.State.EXITED;
        return new ObservedContainer(
                "id-" + name,
                name,
                state,
                exitCode,
                false,
                "",
                ran ? START : 0,
                exited ? nowMs : 0,
                Health.HEALTH_UNKNOWN,
                "sha256:abc",
                List.of(),
                List.of("10.0.0.2"));
    }

    private ObservedContainer running(String name) {
        return seen(name, ObservedContainer.State.RUNNING, 0);
    }

    private ObservedContainer exited(String name, int code) {
        return seen(name, ObservedContainer.State.EXITED, code);
    }

    private void isRunning(DesiredWorkload workload) {
        workload.getSpec().getContainersList().forEach(spec -> learn(new Fact.Seen(running(spec.getName()))));
        assertThat(plan(workload)).isEmpty();
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void pullsThenLaunchesThenReportsRunning() {
        DesiredWorkload task = run(container("web"));

        assertThat(plan(task)).containsExactly(new Action.Pull("web"));
        assertThat(observed().getPhase()).isEqualTo(Phase.PENDING);
        learn(image("web"));
        assertThat(plan(task)).containsExactly(new Action.Launch("web"));
        learn(new Fact.Launched(running("web")));
        assertThat(plan(task)).isEmpty();

        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(observed().getStartedAtMs()).isEqualTo(START);
        assertThat(observed().getContainers(0).getImageDigest()).isEqualTo("sha256:abc");
    }

    @Test
    void doesOneThingAtATimeToAContainer() {
        DesiredWorkload task = run(container("web"));
        plan(task);

        assertThat(plan(task)).isEmpty();
    }

    @Test
    void adoptsAContainerThatRuns() {
        learn(new Fact.Seen(running("web")));

        assertThat(plan(run(container("web")))).isEmpty();
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void startsAContainerThatWasCreatedButNeverRan() {
        memory = Memory.recall(Observation.getDefaultInstance(), Set.of("web"));
        learn(new Fact.Seen(seen("web", ObservedContainer.State.CREATED, 0)));

        assertThat(plan(run(container("web")))).containsExactly(new Action.Start("web", "id-web"));
    }

    @Test
    void neverLaunchesAgainWhatTheJournalSaysWasBegun() {
        memory = Memory.recall(Observation.getDefaultInstance(), Set.of("web"));

        assertThat(plan(run(container("web")))).isEmpty();
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(observed().getStopCode()).isEqualTo("EssentialContainerExited");
        assertThat(observed().getContainers(0).getReason()).startsWith("ContainerNotFound");
    }

    @Test
    void neverLaunchesAgainAContainerThatDisappeared() {
        DesiredWorkload task = run(container("web"));
        isRunning(task);
        learn(new Fact.Gone("web", "id-web"));

        assertThat(plan(task)).isEmpty();
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void staysStoppedWhenTheAgentComesBackAndTheControllerHasNotHeardYet() {
        DesiredWorkload task = run(container("web"));
        plan(task);
        learn(new Fact.Failed("web", "CannotPullContainerError: no", false));
        plan(task);
        memory = Memory.recall(observed(), Set.of());

        assertThat(plan(task)).isEmpty();
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(observed().getStopReason()).isEqualTo("CannotPullContainerError: no");
    }

    @Test
    void looksBeforeItActsWhenAStartHadNoAnswer() {
        DesiredWorkload task = run(container("web"));
        learn(image("web"));
        plan(task);
        learn(new Fact.Delayed("web", "engine away", true));

        Plan waiting = planned(task);
        assertThat(waiting.actions()).isEmpty();
        nowMs = waiting.wake().orElseThrow().toEpochMilli();
        assertThat(plan(task)).containsExactly(new Action.Look("web"));
        learn(new Fact.Seen(running("web")), new Fact.Done("web"));
        assertThat(plan(task)).isEmpty();
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void triesAgainAtOnceWhenTheClockWasSetBackWhileItWaited() {
        DesiredWorkload task = run(container("web"));
        learn(image("web"));
        plan(task);
        learn(new Fact.Delayed("web", "engine away", false));
        assertThat(planned(task).actions()).isEmpty();
        nowMs -= Duration.ofHours(1).toMillis();
        assertThat(plan(task)).containsExactly(new Action.Launch("web"));
    }

    @Test
    void ignoresAnAnswerThatWasOvertaken() {
        DesiredWorkload task = run(container("web"));
        learn(new Fact.Seen(exited("web", 1)), new Fact.Seen(running("web")));

        plan(task);
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPING);
    }

    @Test
    void stopsTheOthersWhenAnEssentialContainerExits() {
        DesiredWorkload task = run(container("web"), container("side").setEssential(false));
        isRunning(task);
        learn(new Fact.Seen(exited("web", 2)));

        assertThat(plan(task))
                .containsExactlyInAnyOrder(
                        new Action.Tail("web", "id-web"), new Action.Stop("side", "id-side", Duration.ofSeconds(30)));
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPING);
        learn(new Fact.TailRead("web", "bye\n"));
        learn(new Fact.Seen(exited("side", 0)), new Fact.Done("side"));
        assertThat(plan(task)).containsExactly(new Action.Tail("side", "id-side"));
        learn(new Fact.TailRead("side", ""));
        plan(task);

        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(observed().getStopReason()).isEqualTo("Essential container in task exited");
        assertThat(observed().getContainers(0).getLogTail()).isEqualTo("bye\n");
        assertThat(observed().getContainers(0).getExitCode()).isEqualTo(2);
        assertThat(observed().getExecutionStoppedAtMs()).isEqualTo(nowMs);
    }

    @Test
    void goesOnWhenAContainerThatIsNotEssentialExits() {
        DesiredWorkload task = run(container("web"), container("side").setEssential(false));
        isRunning(task);
        learn(new Fact.Seen(exited("side", 1)));

        assertThat(plan(task)).containsExactly(new Action.Tail("side", "id-side"));
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(observed().getContainers(1).getPhase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void failsTheTaskWithTheReasonOfItsImage() {
        DesiredWorkload task = run(container("web"));
        plan(task);
        learn(new Fact.Failed("web", "CannotPullContainerError: not found", false));
        plan(task);

        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(observed().getStopCode()).isEqualTo("TaskFailedToStart");
        assertThat(observed().getStopReason()).isEqualTo("CannotPullContainerError: not found");
    }

    @Test
    void stopsInTheReverseOrderOfDependencies() {
        DesiredWorkload task = run(
                container("db"),
                container("web")
                        .addDependsOn(on("db", Dependency.Condition.START))
                        .setStopTimeoutSeconds(5));
        isRunning(task);

        assertThat(plan(stop(task))).containsExactly(new Action.Stop("web", "id-web", Duration.ofSeconds(5)));
        learn(new Fact.Seen(exited("web", 0)), new Fact.Done("web"));
        assertThat(plan(stop(task)))
                .containsExactlyInAnyOrder(
                        new Action.Tail("web", "id-web"), new Action.Stop("db", "id-db", Duration.ofSeconds(30)));
    }

    @Test
    void abandonsAPullThatNobodyWaitsFor() {
        DesiredWorkload task = run(container("web"));
        plan(task);

        assertThat(plan(stop(task))).containsExactly(new Action.Abandon("web"));
        learn(new Fact.Abandoned("web"));
        plan(stop(task));
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(observed().getStopCode()).isEmpty();
    }

    @Test
    void waitsForSuccessAndFailsTheTaskWithoutIt() {
        DesiredWorkload task = run(
                container("migrate").setEssential(false),
                container("web").addDependsOn(on("migrate", Dependency.Condition.SUCCESS)));
        learn(image("web"), new Fact.Seen(running("migrate")));
        assertThat(plan(task)).isEmpty();
        learn(new Fact.Seen(exited("migrate", 3)));
        plan(task);

        assertThat(observed().getStopCode()).isEqualTo("TaskFailedToStart");
        assertThat(observed().getStopReason())
                .isEqualTo("TaskDependencyError: container web depends on migrate, which exited with code 3");
    }

    @Test
    void givesUpADependencyAtItsStartTimeout() {
        DesiredWorkload task = run(
                container("db").setStartTimeoutSeconds(10).setHealthCheck(HealthCheck.getDefaultInstance()),
                container("web").addDependsOn(on("db", Dependency.Condition.HEALTHY)));
        learn(image("web"), new Fact.Seen(running("db")));

        Plan waiting = planned(task);
        assertThat(waiting.wake()).contains(Instant.ofEpochMilli(START + 10_000));
        nowMs = START + 10_000;
        plan(task);
        assertThat(observed().getStopReason()).contains("startTimeout of 10 s");
    }

    @Test
    void startsTheDependentAfterCompletionWhateverTheExitCode() {
        DesiredWorkload task = run(
                container("job").setEssential(false),
                container("web").addDependsOn(on("job", Dependency.Condition.COMPLETE)));
        learn(image("web"), new Fact.Seen(exited("job", 9)), new Fact.TailRead("job", ""));

        assertThat(plan(task)).containsExactly(new Action.Launch("web"));
    }

    @Test
    void createsAContainerForItsVolumesBeforeItMayStart() {
        DesiredWorkload task = run(
                container("data").addDependsOn(on("web", Dependency.Condition.START)),
                container("web").addVolumesFrom(VolumesFrom.newBuilder().setContainer("data")));
        learn(image("web"), image("data"));

        assertThat(plan(task)).containsExactly(new Action.Create("data"));
        learn(new Fact.Launched(seen("data", ObservedContainer.State.CREATED, 0)));
        assertThat(plan(task)).containsExactly(new Action.Launch("web"));
        learn(new Fact.Launched(running("web")));
        assertThat(plan(task)).containsExactly(new Action.Start("data", "id-data"));
    }

    @Test
    void restartsAContainerThatRanLongEnough() {
        RestartPolicy policy = RestartPolicy.newBuilder()
                .setEnabled(true)
                .setAttemptPeriodSeconds(60)
                .addIgnoredExitCodes(0)
                .build();
        DesiredWorkload task = run(container("web").setRestartPolicy(policy));
        isRunning(task);
        nowMs = START + 60_000;
        learn(new Fact.Seen(exited("web", 1)));

        assertThat(plan(task)).containsExactly(new Action.Start("web", "id-web"));
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(observed().getContainers(0).getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(observed().getContainers(0).getRestartCount()).isEqualTo(1);
    }

    @Test
    void doesNotRestartWhatExitedTooSoonOrWithAnIgnoredCode() {
        RestartPolicy policy = RestartPolicy.newBuilder()
                .setEnabled(true)
                .setAttemptPeriodSeconds(60)
                .addIgnoredExitCodes(4)
                .build();
        DesiredWorkload task = run(container("web").setRestartPolicy(policy));
        nowMs = START + 59_999;
        learn(new Fact.Seen(exited("web", 1)));
        plan(task);
        assertThat(observed().getStopCode()).isEqualTo("EssentialContainerExited");

        memory = Memory.EMPTY;
        nowMs = START + 70_000;
        learn(new Fact.Seen(exited("web", 4)));
        plan(task);
        assertThat(observed().getStopCode()).isEqualTo("EssentialContainerExited");
    }

    @Test
    void keepsSettledContainersForTheirLogsAndThenRemovesThem() {
        DesiredWorkload task = settled(run(container("web")));
        learn(new Fact.Seen(exited("web", 0)));

        Plan waiting = planned(task);
        assertThat(waiting.actions()).isEmpty();
        nowMs = waiting.wake().orElseThrow().toEpochMilli();
        assertThat(nowMs).isEqualTo(START + Duration.ofHours(3).toMillis());
        assertThat(plan(task)).containsExactly(new Action.Remove("web", "id-web"));
        learn(new Fact.Gone("web", "id-web"), new Fact.Done("web"));
        Plan last = planned(task);
        assertThat(last.actions()).containsExactly(new Action.Clear());
        assertThat(last.over()).isTrue();
    }

    @Test
    void stopsContainersThatNobodyWantsEvenWithoutTheirSpecification() {
        DesiredWorkload unknown = settled(run());
        learn(new Fact.Seen(running("web")));

        assertThat(plan(unknown)).containsExactly(new Action.Stop("web", "id-web", Duration.ofSeconds(30)));
    }

    @Test
    void triesAgainToStopWhatTheEngineDidNotStop() {
        DesiredWorkload task = run(container("web"));
        isRunning(task);
        plan(stop(task));
        learn(new Fact.Delayed("web", "CannotStopContainerError: hung", false));

        Plan waiting = planned(stop(task));
        assertThat(waiting.actions()).isEmpty();
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPING);
        nowMs = waiting.wake().orElseThrow().toEpochMilli();
        assertThat(plan(stop(task))).hasOnlyElementsOfType(Action.Stop.class);
    }

    @Test
    void reportsTheHostsPortsOnTheHostsNetwork() {
        DesiredWorkload base =
                run(container("web").addPorts(PortMapping.newBuilder().setContainerPort(80)));
        DesiredWorkload task = base.toBuilder()
                .setSpec(base.getSpec().toBuilder().setNetwork(NetworkMode.HOST))
                .build();
        isRunning(task);

        assertThat(observed().getContainers(0).getBindings(0).getHostPort()).isEqualTo(80);
    }
}
