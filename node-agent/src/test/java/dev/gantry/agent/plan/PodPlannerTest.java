package dev.gantry.agent.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.EnvironmentSource;
import dev.gantry.proto.ExecAction;
import dev.gantry.proto.Health;
import dev.gantry.proto.NfsVolume;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PodContainer;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.PodSpec.Restart;
import dev.gantry.proto.Probe;
import dev.gantry.proto.ProbeAction;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Supplies;
import dev.gantry.proto.Supply;
import dev.gantry.proto.SupplyKey;
import dev.gantry.proto.VolumeSpec;
import dev.gantry.proto.WorkloadSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The planner for pods as a function. */
class PodPlannerTest {

    private static final long START = 1_000_000_000;
    private static final WorkloadPlanner PLANNER = new WorkloadPlanner(Duration.ofSeconds(30), Duration.ofHours(3));

    private final Map<String, Integer> runs = new HashMap<>();
    private Memory memory = Memory.EMPTY;
    private Optional<Instant> wake = Optional.empty();
    private long nowMs = START;

    private List<Action> plan(DesiredWorkload pod) {
        Plan plan = PLANNER.plan(pod, memory, Instant.ofEpochMilli(nowMs));
        memory = plan.memory();
        wake = plan.wake();
        return plan.actions();
    }

    private void learn(Fact... facts) {
        for (Fact fact : facts) {
            memory = memory.learn(fact, nowMs);
        }
    }

    private void later(long seconds) {
        nowMs += seconds * 1000;
    }

    private Observation observed() {
        return memory.last();
    }

    private ContainerStatus status(String name) {
        return observed().getContainersList().stream()
                .filter(one -> one.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ContainerSpec.Builder container(String name) {
        return container(name, Role.APP);
    }

    private static ContainerSpec.Builder container(String name, Role role) {
        return ContainerSpec.newBuilder()
                .setName(name)
                .setImage("i")
                .setPod(PodContainer.newBuilder().setRole(role));
    }

    private static DesiredWorkload pod(Restart restart, ContainerSpec.Builder... containers) {
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder()
                .setPod(PodSpec.newBuilder().setRestart(restart).setTerminationGraceSeconds(30));
        for (ContainerSpec.Builder container : containers) {
            spec.addContainers(container);
        }
        return DesiredWorkload.newBuilder()
                .setScope("kube/default/default")
                .setId("p1")
                .setDesired(RunState.RUN)
                .setSpec(spec)
                .build();
    }

    private static DesiredWorkload stop(DesiredWorkload pod) {
        return pod.toBuilder().setDesired(RunState.STOP).build();
    }

    private ObservedContainer seen(String name, ObservedContainer.State state, int exitCode, long startedAtMs) {
        boolean exited = state == ObservedContainer.State.EXITED;
        return new ObservedContainer(
                id(name),
                name,
                state,
                exitCode,
                false,
                "",
                startedAtMs,
                exited ? nowMs : 0,
                Health.HEALTH_UNKNOWN,
                "sha256:abc",
                List.of(),
                List.of("10.0.0.2"));
    }

    private String id(String name) {
        return name + "-" + runs.getOrDefault(name, 0);
    }

    private Fact launched(String name) {
        runs.merge(name, 1, Integer::sum);
        return new Fact.Launched(seen(name, ObservedContainer.State.RUNNING, 0, nowMs));
    }

    private void exits(String name, int code) {
        long startedAtMs =
                memory.standing(name).seen().map(ObservedContainer::startedAtMs).orElse(nowMs);
        learn(new Fact.Seen(seen(name, ObservedContainer.State.EXITED, code, startedAtMs)));
    }

    private Fact image(String name) {
        return new Fact.ImageReady(name, "sha256:abc", nowMs, nowMs, "");
    }

    private int detached;

    /** Does what is planned as a willing engine would, until there is nothing left to do at this moment. */
    private void settle(DesiredWorkload pod) {
        for (List<Action> actions = plan(pod); !actions.isEmpty(); actions = plan(pod)) {
            actions.forEach(this::obey);
        }
    }

    private void obey(Action action) {
        switch (action) {
            case Action.Pull(String name) -> learn(image(name));
            case Action.Launch(String name) -> learn(launched(name));
            case Action.Tail(String name, String _) -> learn(new Fact.TailRead(name, "tail\n"));
            case Action.Remove(String name, String id) -> learn(new Fact.Gone(name, id), new Fact.Done(name));
            case Action.Replace(String name, String id) -> learn(new Fact.Gone(name, id), new Fact.Done(name));
            case Action.Stop(String name, String _, Duration _) -> {
                exits(name, name.equals(Sandbox.NAME) ? 137 : 143);
                learn(new Fact.Done(name));
            }
            case Action.Ask(String name, String _, ProbeKind kind, long runMs) ->
                learn(new Fact.Probed(name, kind, runMs, true, ""));
            case Action.Detach() -> detached++;
            default -> throw new AssertionError("unexpected " + action);
        }
    }

    @Test
    void makesTheSandboxBeforeTheContainerThatLivesInIt() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));

        assertThat(plan(pod)).containsExactlyInAnyOrder(new Action.Pull(Sandbox.NAME), new Action.Pull("web"));
        learn(image("web"));
        assertThat(plan(pod)).isEmpty();
        assertThat(status("web").getWaitingReason()).isEqualTo("ContainerCreating");
        learn(image(Sandbox.NAME));
        assertThat(plan(pod)).containsExactly(new Action.Launch(Sandbox.NAME));
        learn(launched(Sandbox.NAME));
        assertThat(plan(pod)).containsExactly(new Action.Launch("web"));
        assertThat(observed().getPhase()).isEqualTo(Phase.PENDING);
        learn(launched("web"));
        assertThat(plan(pod)).isEmpty();

        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(observed().getAddressesList()).containsExactly("10.0.0.2");
        assertThat(status("web").getReady()).isTrue();
        assertThat(observed().getContainersList())
                .extracting(ContainerStatus::getName)
                .containsExactly("web");
    }

    @Test
    void stopsTheContainersThenTheSandboxAndRemovesThemWhenNobodyAsksForTheirLogs() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));
        settle(pod);

        assertThat(plan(stop(pod))).containsExactly(new Action.Stop("web", "web-1", Duration.ofSeconds(30)));
        exits("web", 0);
        learn(new Fact.Done("web"));
        assertThat(plan(stop(pod))).containsExactly(new Action.Tail("web", "web-1"));
        learn(new Fact.TailRead("web", "bye\n"));
        assertThat(plan(stop(pod))).containsExactly(new Action.Stop(Sandbox.NAME, "POD-1", Duration.ZERO));
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPING);
        exits(Sandbox.NAME, 137);
        learn(new Fact.Done(Sandbox.NAME));
        plan(stop(pod));
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(status("web").getExitCode()).isZero();

        DesiredWorkload settled = stop(pod).toBuilder().setSettled(true).build();
        assertThat(plan(settled)).containsExactly(new Action.Remove(Sandbox.NAME, "POD-1"));
        assertThat(plan(settled.toBuilder().setDiscarded(true).build()))
                .containsExactly(new Action.Remove("web", "web-1"));
    }

    @Test
    void startsAnEndedContainerAgainAtOnceAndThenAfterWaitsThatDouble() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));
        settle(pod);

        later(1);
        exits("web", 1);
        settle(pod);
        assertThat(status("web").getRestartCount()).isEqualTo(1);
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(status("web").getLastEnd().getExitCode()).isEqualTo(1);
        assertThat(status("web").getLastEnd().getReason()).isEqualTo("Error");
        for (int wait : List.of(10, 20, 40, 80, 160, 300, 300)) {
            later(1);
            exits("web", 1);
            settle(pod);
            assertThat(status("web").getWaitingReason()).isEqualTo("CrashLoopBackOff");
            assertThat(wake).contains(Instant.ofEpochMilli(nowMs).plusSeconds(wait));
            later(wait);
            settle(pod);
            assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
        }
        assertThat(status("web").getRestartCount()).isEqualTo(8);
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void waitsNoLongerThanABackOffWhenTheClockWasSetBack() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));
        settle(pod);
        later(1);
        exits("web", 1);
        settle(pod);
        later(1);
        exits("web", 1);
        settle(pod);
        assertThat(status("web").getWaitingReason()).isEqualTo("CrashLoopBackOff");
        later(-3600);
        settle(pod);
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void ignoresAnAnswerAboutAnEarlierContainerThatComesLate() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));
        settle(pod);
        later(1);
        Fact late = new Fact.Seen(seen("web", ObservedContainer.State.EXITED, 1, START));
        exits("web", 1);
        settle(pod);
        learn(late);
        assertThat(plan(pod)).isEmpty();
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(status("web").getRestartCount()).isEqualTo(1);
    }

    @Test
    void forgetsEarlierEndsAfterARunOfTenMinutes() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));
        settle(pod);
        for (int end = 0; end < 3; end++) {
            exits("web", 1);
            settle(pod);
            later(300);
            settle(pod);
        }
        later(600);
        exits("web", 1);
        settle(pod);
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void letsGoOnceOfWhatItHasMountedWhenNothingOfItRunsAnyMore() {
        DesiredWorkload plain = pod(Restart.ON_FAILURE, container("a"));
        DesiredWorkload pod = plain.toBuilder()
                .setSpec(plain.getSpec().toBuilder()
                        .addVolumes(VolumeSpec.newBuilder().setName("v").setNfs(NfsVolume.getDefaultInstance())))
                .build();
        settle(pod);
        assertThat(detached).isZero();
        exits("a", 0);
        settle(pod);
        assertThat(memory.standing(Sandbox.NAME).isRunning()).isFalse();
        assertThat(detached).isOne();
    }

    @Test
    void endsThePodWhenItsContainersEndedAndAreNotStartedAgain() {
        DesiredWorkload pod = pod(Restart.ON_FAILURE, container("a"), container("b"));
        settle(pod);
        exits("a", 0);
        settle(pod);
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
        exits("b", 3);
        settle(pod);
        assertThat(status("b").getPhase()).isEqualTo(Phase.RUNNING);
        exits("b", 0);
        settle(pod);

        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(status("a").getReason()).isEqualTo("Completed");
        assertThat(memory.standing(Sandbox.NAME).isRunning()).isFalse();
    }

    @Test
    void failsForGoodWhenItShallNeverStartAgain() {
        DesiredWorkload pod = pod(Restart.NEVER, container("job"));
        settle(pod);
        exits("job", 7);
        settle(pod);

        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(status("job").getExitCode()).isEqualTo(7);
        assertThat(status("job").getRestartCount()).isZero();
    }

    @Test
    void runsInitContainersOneAfterAnotherBeforeTheOthers() {
        DesiredWorkload pod =
                pod(Restart.ALWAYS, container("one", Role.INIT), container("two", Role.INIT), container("web"));
        settle(pod);
        assertThat(runs).containsEntry("one", 1).doesNotContainKeys("two", "web");
        exits("one", 1);
        settle(pod);
        assertThat(runs).containsEntry("one", 2).doesNotContainKeys("two", "web");
        exits("one", 0);
        settle(pod);
        assertThat(runs).containsEntry("two", 1).doesNotContainKey("web");
        assertThat(status("one").getReady()).isTrue();
        assertThat(observed().getPhase()).isEqualTo(Phase.PENDING);
        exits("two", 0);
        settle(pod);
        assertThat(runs).containsEntry("web", 1);
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void failsThePodWhenAnInitContainerFailsForGood() {
        DesiredWorkload pod = pod(Restart.NEVER, container("one", Role.INIT), container("web"));
        settle(pod);
        exits("one", 2);
        settle(pod);
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(runs).doesNotContainKey("web");
    }

    @Test
    void runsASidecarBesideTheOthersAndStopsItAfterThem() {
        DesiredWorkload pod = pod(Restart.NEVER, container("log", Role.SIDECAR), container("job"));
        settle(pod);
        assertThat(runs).containsEntry("log", 1).containsEntry("job", 1);
        exits("log", 1);
        settle(pod);
        assertThat(runs).containsEntry("log", 2);
        assertThat(plan(stop(pod))).containsExactly(new Action.Stop("job", "job-1", Duration.ofSeconds(30)));
        obey(new Action.Stop("job", "job-1", Duration.ofSeconds(30)));
        assertThat(plan(stop(pod))).containsExactly(new Action.Tail("job", "job-1"));
        learn(new Fact.TailRead("job", ""));
        assertThat(plan(stop(pod))).containsExactly(new Action.Stop("log", "log-2", Duration.ofSeconds(30)));
    }

    private static DesiredWorkload looked(DesiredWorkload pod, String target) {
        ContainerSpec.Builder look = container("look", Role.EPHEMERAL);
        look.getPodBuilder().setTarget(target);
        DesiredWorkload.Builder changed = pod.toBuilder();
        changed.getSpecBuilder().addContainers(look);
        return changed.build();
    }

    @Test
    void startsAnEphemeralContainerInAPodThatRunsAndNeverAgain() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));
        settle(pod);
        Observation before = observed();

        DesiredWorkload looked = looked(pod, "web");
        assertThat(plan(looked)).containsExactly(new Action.Pull("look"));
        learn(image("look"));
        assertThat(plan(looked)).containsExactly(new Action.Launch("look"));
        learn(launched("look"));
        settle(looked);
        assertThat(status("look").getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(status("look").getReady()).isFalse();
        assertThat(observed().getContainers(0)).isEqualTo(before.getContainers(0));

        later(1);
        exits("look", 3);
        settle(looked);
        later(1000);
        settle(looked);
        assertThat(status("look").getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(status("look").getExitCode()).isEqualTo(3);
        assertThat(status("look").getRestartCount()).isZero();
        assertThat(observed().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void startsAnEphemeralContainerOnlyBesideItsRunningTarget() {
        DesiredWorkload pod = looked(pod(Restart.ALWAYS, container("first", Role.INIT), container("web")), "web");
        assertThat(plan(pod))
                .containsExactlyInAnyOrder(
                        new Action.Pull(Sandbox.NAME), new Action.Pull("look"), new Action.Pull("first"));
        learn(image(Sandbox.NAME), image("look"), image("first"));
        assertThat(plan(pod)).containsExactly(new Action.Launch(Sandbox.NAME));
        learn(launched(Sandbox.NAME));
        assertThat(plan(pod)).containsExactly(new Action.Launch("first"));
        assertThat(status("look").getWaitingReason()).isEqualTo("CreateContainerConfigError");
        assertThat(status("look").getWaitingMessage()).isEqualTo("unable to find target container web that runs");
        learn(launched("first"));
        exits("first", 0);
        settle(pod);
        assertThat(status("look").getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void triesToPullTheImageOfAnEphemeralContainerAgainWithoutHarmToThePod() {
        DesiredWorkload pod = pod(Restart.NEVER, container("web"));
        settle(pod);
        DesiredWorkload looked = looked(pod, "");
        assertThat(plan(looked)).containsExactly(new Action.Pull("look"));
        learn(new Fact.Failed("look", "CannotPullContainerError: no such image", false));
        assertThat(plan(looked)).isEmpty();
        assertThat(status("look").getWaitingReason()).isEqualTo("ErrImagePull");
        assertThat(status("web").getReady()).isTrue();
        later(10);
        assertThat(plan(looked)).containsExactly(new Action.Pull("look"));
        exits("web", 0);
        assertThat(plan(looked)).containsExactly(new Action.Tail("web", "web-1"));
        learn(new Fact.TailRead("web", ""));
        assertThat(plan(looked)).contains(new Action.Abandon("look"));
    }

    @Test
    void doesNotStartAnEphemeralContainerAgainThatAnEarlierProcessBegan() {
        DesiredWorkload pod = looked(pod(Restart.ALWAYS, container("web")), "");
        settle(pod);
        memory = Memory.recall(observed(), Set.of("web", "look", Sandbox.NAME));
        learn(new Fact.Seen(seen(Sandbox.NAME, ObservedContainer.State.RUNNING, 0, nowMs)));
        learn(new Fact.Seen(seen("web", ObservedContainer.State.RUNNING, 0, nowMs)));
        settle(pod);
        assertThat(status("look").getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(status("look").getReason()).isEqualTo("ContainerStatusUnknown");
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void stopsAnEphemeralContainerWithThePod() {
        DesiredWorkload pod = looked(pod(Restart.ALWAYS, container("web")), "");
        settle(pod);
        assertThat(plan(stop(pod)))
                .containsExactlyInAnyOrder(
                        new Action.Stop("web", "web-1", Duration.ofSeconds(30)),
                        new Action.Stop("look", "look-1", Duration.ofSeconds(30)));
    }

    @Test
    void triesAgainLaterWhatCouldNotBePulled() {
        DesiredWorkload pod = pod(Restart.NEVER, container("web"));
        plan(pod);
        learn(new Fact.Failed("web", "CannotPullContainerError: no such image", false));
        plan(pod);
        assertThat(status("web").getWaitingReason()).isEqualTo("ErrImagePull");
        assertThat(status("web").getWaitingMessage()).isEqualTo("no such image");
        assertThat(wake).contains(Instant.ofEpochMilli(nowMs).plusSeconds(10));
        later(10);
        assertThat(plan(pod)).contains(new Action.Pull("web"));
        learn(new Fact.Failed("web", "CannotPullContainerError: no such image", false));
        plan(pod);
        assertThat(status("web").getWaitingReason()).isEqualTo("ImagePullBackOff");
        assertThat(observed().getPhase()).isEqualTo(Phase.PENDING);
    }

    @Test
    void saysWhyItHasNoSandbox() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));
        plan(pod);
        learn(image(Sandbox.NAME), image("web"));
        plan(pod);
        learn(new Fact.Failed(Sandbox.NAME, "HostConfigError: pidMode host is not allowed", false));
        plan(pod);
        assertThat(status("web").getWaitingReason()).isEqualTo("CreatePodSandboxError");
        assertThat(status("web").getWaitingMessage()).isEqualTo("HostConfigError: pidMode host is not allowed");
        later(10);
        settle(pod);
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(status("web").getWaitingReason()).isEmpty();
    }

    @Test
    void waitsForWhatItsSpecificationRefersTo() {
        ContainerSpec.Builder web = container("web");
        web.getPodBuilder()
                .addEnvironment(EnvironmentSource.newBuilder()
                        .setName("A")
                        .setKey(SupplyKey.newBuilder().setName("settings").setKey("a")));
        DesiredWorkload known = pod(Restart.ALWAYS, web);
        WorkloadSpec.Builder needy = known.getSpec().toBuilder();
        needy.getPodBuilder().setNeedsSupplies(true);
        DesiredWorkload pod = known.toBuilder().setSpec(needy).build();

        settle(pod);
        assertThat(runs).doesNotContainKey("web");
        settle(pod.toBuilder().setSupplies(Supplies.getDefaultInstance()).build());
        assertThat(status("web").getWaitingReason()).isEqualTo("CreateContainerConfigError");
        assertThat(status("web").getWaitingMessage()).isEqualTo("configmap \"settings\" not found");
        Supply settings = Supply.newBuilder()
                .setName("settings")
                .putData("a", ByteString.copyFromUtf8("1"))
                .build();
        settle(pod.toBuilder()
                .setSupplies(Supplies.newBuilder().addSupplies(settings))
                .build());
        assertThat(runs).containsEntry("web", 1);
    }

    private static Probe.Builder probe() {
        return Probe.newBuilder()
                .setAction(
                        ProbeAction.newBuilder().setExec(ExecAction.newBuilder().addCommand("true")))
                .setPeriodSeconds(10)
                .setTimeoutSeconds(1)
                .setSuccessThreshold(1)
                .setFailureThreshold(2);
    }

    private void answer(String name, ProbeKind kind, boolean success) {
        long runMs = memory.standing(name).seen().orElseThrow().startedAtMs();
        learn(new Fact.Probed(name, kind, runMs, success, "why"));
    }

    @Test
    void isReadyWhileItsReadinessProbeSaysSo() {
        ContainerSpec.Builder web = container("web");
        web.getPodBuilder().setReadiness(probe().setInitialDelaySeconds(5));
        DesiredWorkload pod = pod(Restart.ALWAYS, web);
        settle(pod);
        assertThat(status("web").getReady()).isFalse();
        assertThat(status("web").getStarted()).isTrue();
        assertThat(wake).contains(Instant.ofEpochMilli(nowMs).plusSeconds(5));
        later(5);
        settle(pod);
        assertThat(status("web").getReady()).isTrue();
        later(10);
        plan(pod);
        answer("web", ProbeKind.READINESS, false);
        plan(pod);
        assertThat(status("web").getReady()).isTrue();
        later(10);
        plan(pod);
        answer("web", ProbeKind.READINESS, false);
        plan(pod);
        assertThat(status("web").getReady()).isFalse();
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void startsAContainerAgainThatDoesNotLive() {
        ContainerSpec.Builder web = container("web");
        web.getPodBuilder().setLiveness(probe());
        DesiredWorkload pod = pod(Restart.ALWAYS, web);
        settle(pod);
        for (int answer = 0; answer < 2; answer++) {
            later(10);
            assertThat(plan(pod)).hasSize(1).first().isInstanceOf(Action.Ask.class);
            answer("web", ProbeKind.LIVENESS, false);
        }
        assertThat(plan(pod)).containsExactly(new Action.Stop("web", "web-1", Duration.ofSeconds(30)));
        obey(new Action.Stop("web", "web-1", Duration.ofSeconds(30)));
        settle(pod);
        assertThat(status("web").getRestartCount()).isEqualTo(1);
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void asksNothingElseBeforeTheStartupProbeHasPassed() {
        ContainerSpec.Builder web = container("web");
        web.getPodBuilder().setStartup(probe()).setLiveness(probe()).setReadiness(probe());
        DesiredWorkload pod = pod(Restart.ALWAYS, web);
        settleUntilAsked(pod);
        answer("web", ProbeKind.STARTUP, false);
        assertThat(plan(pod)).isEmpty();
        assertThat(status("web").getStarted()).isFalse();
        later(10);
        assertThat(plan(pod)).containsExactly(new Action.Ask("web", "web-1", ProbeKind.STARTUP, START));
        answer("web", ProbeKind.STARTUP, true);
        assertThat(plan(pod))
                .containsExactly(
                        new Action.Ask("web", "web-1", ProbeKind.LIVENESS, START),
                        new Action.Ask("web", "web-1", ProbeKind.READINESS, START));
        assertThat(status("web").getStarted()).isTrue();
    }

    private void settleUntilAsked(DesiredWorkload pod) {
        for (List<Action> actions = plan(pod); !(actions.getFirst() instanceof Action.Ask); actions = plan(pod)) {
            actions.forEach(this::obey);
        }
    }

    @Test
    void makesANewSandboxForContainersWhoseSandboxDied() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web"));
        settle(pod);
        exits(Sandbox.NAME, 137);
        assertThat(plan(pod)).containsExactly(new Action.Stop("web", "web-1", Duration.ofSeconds(30)));
        obey(new Action.Stop("web", "web-1", Duration.ofSeconds(30)));
        settle(pod);
        assertThat(runs).containsEntry(Sandbox.NAME, 2).containsEntry("web", 2);
        assertThat(status("web").getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void goesOnWhereAnEarlierProcessLeftOff() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("init", Role.INIT), container("web"));
        settle(pod);
        exits("init", 0);
        settle(pod);
        exits("web", 1);
        settle(pod);
        Observation before = observed();
        memory = Memory.recall(before, java.util.Set.of("init", "web", Sandbox.NAME));
        learn(
                new Fact.Seen(seen(Sandbox.NAME, ObservedContainer.State.RUNNING, 0, START)),
                new Fact.Seen(seen("web", ObservedContainer.State.RUNNING, 0, START)));
        assertThat(plan(pod)).isEmpty();
        assertThat(status("web").getRestartCount()).isEqualTo(1);
        assertThat(status("web").getLastEnd()).isEqualTo(before.getContainers(1).getLastEnd());
        assertThat(status("web").getReady()).isTrue();
    }

    @Test
    void failsWhenItsDeadlineHasPassed() {
        WorkloadSpec.Builder spec = pod(Restart.ALWAYS, container("web")).getSpec().toBuilder();
        spec.getPodBuilder().setActiveDeadlineSeconds(60);
        DesiredWorkload pod = pod(Restart.ALWAYS).toBuilder().setSpec(spec).build();
        settle(pod);
        assertThat(wake).contains(Instant.ofEpochMilli(START).plusSeconds(60));
        later(60);
        settle(pod);
        assertThat(observed().getPhase()).isEqualTo(Phase.STOPPED);
        assertThat(observed().getStopCode()).isEqualTo("DeadlineExceeded");
    }
}
