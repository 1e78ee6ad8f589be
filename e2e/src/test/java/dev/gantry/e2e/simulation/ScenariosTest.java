package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.engine.EngineException;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Backend;
import dev.gantry.store.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The mistakes that a protocol like this one makes, each as a scenario; the oracle watches all of them. {@link MutationMain}
 * shows that each fails when its rule is taken out of the code.
 */
class ScenariosTest {

    /** In it each scenario finds what it needs, a task that is on its way at the right moment for example; each says so if not. */
    private static final long SEED = 13;

    private World world;

    @BeforeEach
    void aClusterWithServicesThatRun() throws InterruptedException {
        world = new World(SEED, line -> {});
        world.users().beginWithAll();
        run(40);
        Simulation.settled(world);
        assertThat(world.oracle().services()).hasSize(4);
    }

    @AfterEach
    void end() {
        world.close();
    }

    @Test
    void passesThatOverlapCreateNoTaskTwice() throws InterruptedException {
        world.controllers().forEach(controller -> controller.backend().trouble(0, 0.3, 0));
        world.slow(true);
        for (int i = 0; i < 3; i++) {
            world.users().deployAll();
            run(20);
        }
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void aDaemonRunsOnceOnEachNodeThatIsInService() throws InterruptedException {
        world.ecsOperators().createDaemon();
        run(10);
        world.ecsOperators().drain(busy().id(), Duration.ofSeconds(20));
        run(40);
        Simulation.settled(world);
    }

    @Test
    void aDeploymentWaitsForProtectedTasks() throws InterruptedException {
        world.ecsOperators().protectAll(Duration.ofSeconds(30));
        run(5);
        world.users().deployAll();
        run(40);
        Simulation.settled(world);
    }

    @Test
    void aDeposedLeaderAcknowledgesNoHeartbeat() throws InterruptedException {
        SimController deposed = leader();
        deposed.backend().cut(true);
        run(40);
        assertThat(leader().name()).isNotEqualTo(deposed.name());
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void aLeaderThatWakesFromAPauseGivesNoNodeUp() throws InterruptedException {
        world.suspend(Duration.ofSeconds(50));
        run(120);
        Simulation.settled(world);
    }

    @Test
    void aNewLeaderGivesNodesTimeFromItsFirstConfirmedLease() throws InterruptedException {
        world.moments()
                .whenWritten(
                        request -> request.writes().containsKey(Kinds.LEADER_KEY.path()),
                        () -> world.suspend(Duration.ofSeconds(60)));
        leader().kill();
        run(150);
        Simulation.settled(world);
    }

    @Test
    void aNewLeaderTellsWhatTheLastOneDidNot() throws InterruptedException {
        // More happens while what happened is being written.
        world.controllers().forEach(controller -> controller.backend().trouble(0, 0.5, 0));
        for (int i = 0; i < 3; i++) {
            world.users().deployAll();
            run(2);
            world.moments().whenWritten(ScenariosTest::tellsEvents, () -> leader().kill());
            run(40);
        }
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void theHistoryTellsWhatNoControllerHeard() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            world.controllers().forEach(controller -> controller.backend().trouble(0, 0.5, 0));
            world.users().deployAll();
            run(2);
            world.moments()
                    .whenSent(
                            ScenariosTest::tellsEvents,
                            () -> world.controllers().forEach(SimController::kill));
            run(40);
        }
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void nothingIsToldTwiceWhereTheHistoryIsForgotten() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            world.moments()
                    .whenWritten(
                            ScenariosTest::tellsEvents,
                            () -> world.ecsOperators().protectAll(Duration.ofSeconds(5)));
            world.users().deployAll();
            run(5);
            world.loseWatchers(Trouble.STORE_COMPACTED);
            world.controllers().forEach(SimController::kill);
            run(40);
        }
        Simulation.settled(world);
    }

    private static boolean tellsEvents(Backend.Request request) {
        return request.writes().containsKey(Kinds.EVENT_CURSOR_KEY.path());
    }

    @Test
    void aNewLeaderGivesUpNoNodeThatItHasNotHeardYet() throws InterruptedException {
        leader().kill();
        run(60);
        Simulation.settled(world);
    }

    @Test
    void agentsObeyALeaderWhoseClockIsBehind() throws InterruptedException {
        leader().stepClock(Duration.ofHours(-1));
        run(20);
        world.users().deployAll();
        run(30);
        Simulation.settled(world);
    }

    @Test
    void agentsObeyControllersThatHaveJustStarted() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            leader().kill();
            run(25);
            world.users().deployAll();
        }
        run(30);
        Simulation.settled(world);
    }

    @Test
    void anOlderSetThatComesLateRemovesNoTask() throws InterruptedException {
        SimNode node = busy();
        world.users().deployAll();
        run(30);
        node.agent().flatMap(SimAgent::stream).orElseThrow().repeatSet();
        run(10);
        Simulation.settled(world);
    }

    @Test
    void whatIsPlacedOnANodeWhileItIsGivenUpIsPlacedElsewhere() throws InterruptedException {
        SimNode node = busy();
        world.moments().whenSent(placing(node), () -> {
            world.cut(node);
            world.agenda().sleep(Duration.ofSeconds(45));
        });
        world.users().deployAll();
        run(75);
        assertThat(readiness(node)).isEqualTo(Readiness.LOST);
        assertThat(unstopped(node)).isEmpty();
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void whatWasPlacedInAnEpochThatIsOverStartsNowhere() throws InterruptedException {
        SimNode node = busy();
        world.moments().whenSent(placing(node), () -> {
            world.cut(node);
            world.agenda().sleep(Duration.ofSeconds(45));
            world.mend(node);
            world.agenda().sleep(Duration.ofSeconds(15));
            world.moments().whenSent(ending(node), () -> world.agenda().sleep(Duration.ofSeconds(15)));
        });
        world.users().deployAll();
        run(90);
        assertThat(readiness(node)).isEqualTo(Readiness.READY);
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void whatWasGivenUpDoesNotComeBackWithItsNode() throws InterruptedException {
        SimNode node = busy();
        world.cut(node);
        run(60);
        assertThat(readiness(node)).isEqualTo(Readiness.LOST);
        world.mend(node);
        run(30);
        assertThat(readiness(node)).isEqualTo(Readiness.READY);
        Simulation.settled(world);
    }

    @Test
    void anAnswerOfTheEngineThatGotLostFailsNoTask() throws InterruptedException {
        world.moments().whenCalled("create"::equals, node -> {
            throw new EngineException(EngineException.Kind.UNREACHABLE, "the answer got lost");
        });
        world.users().deployAll();
        run(40);
        assertThat(world.oracle().workloads().values())
                .noneMatch(task -> task.getObserved().getStopCode().equals("TaskFailedToStart"));
        Simulation.settled(world);
    }

    @Test
    void whatHasStoppedDoesNotStartWhenTheAgentComesBack() throws InterruptedException {
        tasksFailOnNodesThatAreCutOff();
        for (SimNode node : world.nodes()) {
            world.crashAgent(node, Duration.ofSeconds(1));
        }
        run(15);
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void whatHasStoppedDoesNotStartAfterThePowerWasLost() throws InterruptedException {
        tasksFailOnNodesThatAreCutOff();
        for (SimNode node : world.nodes()) {
            world.reboot(node, Duration.ofSeconds(1));
        }
        run(15);
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void plannersKeepWhatTheyPromise() throws InterruptedException {
        world.kubeUsers().beginWithAll();
        run(40);
        Simulation.settled(world);
        for (int i = 0; i < 2; i++) {
            world.kubeUsers().deployAll();
            run(30);
            world.kubeUsers().evictAll();
            run(30);
        }
        Simulation.settled(world);
        assertThat(world.pods().ready("front")).isEqualTo(4);
    }

    @Test
    void aJobMayCountNothingThatBefallsItsPods() throws InterruptedException {
        world.kubeUsers().runCalmJob();
        for (int i = 0; i < 3; i++) {
            run(5);
            world.kubeUsers().evictAll();
        }
        Simulation.settled(world);
    }

    @Test
    void aDaemonSetHasOnePodOnEachNode() throws InterruptedException {
        world.kubeOperators().beginWithAll();
        run(30);
        Simulation.settled(world);
        world.kubeOperators().deployProbe();
        run(30);
        Simulation.settled(world);
        assertThat(world.pods().ready(KubeOperators.PROBE))
                .isEqualTo(world.nodes().size());
    }

    @Test
    void aServiceLeadsToThePodsThatServe() throws InterruptedException {
        world.kubeOperators().beginWithAll();
        run(30);
        Simulation.settled(world);
        world.reboot(world.nodes().getFirst(), Duration.ofSeconds(1));
        run(10);
        world.kubeOperators().deployProbe();
        run(30);
        Simulation.settled(world);
    }

    @Test
    void onlyThoseHaveToGoWhoAreLessUrgent() throws InterruptedException {
        world.kubeOperators().beginWithAll();
        run(30);
        Simulation.settled(world);
        world.kubeOperators().scaleUrgent(world.nodes().size() + 1);
        run(30);
        Simulation.settled(world);
        assertThat(world.oracle().workloads().values())
                .filteredOn(pod -> pod.getWish().getStopReason().startsWith("Preempted by pod"))
                .isNotEmpty();
    }

    @Test
    void aCronJobHasOneJobForEachTimeAndOneAtATime() throws InterruptedException {
        world.kubeOperators().beginWithAll();
        run(420);
        Simulation.settled(world);
        assertThat(world.pods().jobsOf("tick")).isGreaterThan(4);
    }

    /** Their image was there, is not any more, and cannot be pulled. */
    private void tasksFailOnNodesThatAreCutOff() throws InterruptedException {
        world.pullsFail(true);
        world.nodes().forEach(node -> node.runtime().removeImage("batch"));
        for (int number = 100; number < 104; number++) {
            world.users().run(number);
        }
        run(1);
        world.nodes().forEach(world::cut);
        run(9);
        world.pullsFail(false);
        assertThat(world.nodes()).anyMatch(this::hasFailedTaskThatTheStoreDoesNotKnowOf);
    }

    private boolean hasFailedTaskThatTheStoreDoesNotKnowOf(SimNode node) {
        Set<String> there = node.runtime().all().stream()
                .map(SimRuntime.Container::workload)
                .collect(Collectors.toSet());
        return unstopped(node).stream()
                .map(task -> task.getScope() + "/" + task.getId())
                .anyMatch(task -> node.hasReportedStopped(task) && !there.contains(task));
    }

    @Test
    void whatHappensWhileNobodyWatchesTheEngineIsSeen() throws InterruptedException {
        SimNode node = busy();
        node.runtime().loseWatcher();
        node.runtime().running().forEach(container -> container.exit(1, false));
        run(40);
        Simulation.settled(world);
    }

    @Test
    void aLeaderThatWasReplacedWritesNothing() throws InterruptedException {
        SimController replaced = leader();
        replaced.backend().renewals(true);
        world.moments()
                .whenSent(
                        request -> touches(request, Kinds.WORKLOAD.name())
                                && request.guards().containsKey(Kinds.LEADER_KEY.path()),
                        () -> world.agenda().sleep(Duration.ofSeconds(20)));
        world.users().deployAll();
        run(40);
        assertThat(leader().name()).isNotEqualTo(replaced.name());
        assertThat(world.counts()).containsKey(Trouble.TWO_LEADERS);
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void aReportDoesNotTakeBackAStop() throws InterruptedException {
        List<Workload> reported = new ArrayList<>();
        world.moments().whenSent(request -> reported.addAll(reportedRunning(request)), () -> {
            world.users().stop(reported.getFirst().getId());
            world.agenda().sleep(Duration.ofSeconds(3));
        });
        world.users().deployAll();
        run(40);
        assertThat(reported).isNotEmpty();
        Simulation.settled(world);
    }

    @Test
    void aRequestWithATokenHasOneEffect() throws InterruptedException {
        world.moments().whenWritten(request -> touches(request, Kinds.IDEMPOTENCY.name()), () -> {
            throw new UnavailableException("the answer got lost");
        });
        world.users().run(1);
        run(30);
        Simulation.settled(world);
    }

    @Test
    void aSilentNodeIsGivenUpAlthoughTheLeadersClockIsSetBack() throws InterruptedException {
        SimNode node = busy();
        leader().stepClock(Duration.ofHours(-1));
        run(5);
        world.cut(node);
        run(60);
        assertThat(readiness(node)).isEqualTo(Readiness.LOST);
    }

    @Test
    void aNodeThatFellSilentBeforeTheClockWasSetBackIsGivenUp() throws InterruptedException {
        SimNode node = busy();
        world.cut(node);
        run(5);
        leader().stepClock(Duration.ofHours(-1));
        run(90);
        assertThat(readiness(node)).isEqualTo(Readiness.LOST);
    }

    @Test
    void noNodeIsGivenUpBecauseTheClockWasSetForward() throws InterruptedException {
        leader().stepClock(Duration.ofDays(365));
        run(90);
        Simulation.settled(world);
    }

    // Requests.

    private Predicate<Backend.Request> placing(SimNode node) {
        return request -> workloads(request).stream()
                .anyMatch(task -> task.getPlacement().getNode().equals(node.id())
                        && Workloads.phase(task) == Phase.PENDING
                        && before(task)
                                .filter(known -> !Workloads.isPlaced(known))
                                .isPresent());
    }

    private Predicate<Backend.Request> ending(SimNode node) {
        return request -> workloads(request).stream()
                .anyMatch(task -> task.getPlacement().getNode().equals(node.id())
                        && task.getObserved().getStopCode().equals("TerminationNotice"));
    }

    private List<Workload> reportedRunning(Backend.Request request) {
        return workloads(request).stream()
                .filter(task -> Workloads.isRunning(task)
                        && before(task)
                                .filter(known -> !Workloads.isRunning(known))
                                .isPresent())
                .toList();
    }

    private Optional<Workload> before(Workload task) {
        return Optional.ofNullable(world.oracle()
                .workloads()
                .get(Kinds.WORKLOAD.key(task.getScope(), task.getId()).path()));
    }

    private static List<Workload> workloads(Backend.Request request) {
        return request.writes().entrySet().stream()
                .filter(write -> write.getKey().startsWith(Kinds.WORKLOAD.name() + "/"))
                .flatMap(write -> write.getValue().stream())
                .map(value -> Oracle.parse(Kinds.WORKLOAD, value))
                .toList();
    }

    private static boolean touches(Backend.Request request, String kind) {
        return request.writes().keySet().stream().anyMatch(path -> path.startsWith(kind + "/"));
    }

    // Who is there.

    private List<Workload> unstopped(SimNode node) {
        return world.oracle().workloads().values().stream()
                .filter(task -> task.getPlacement().getNode().equals(node.id()) && !Workloads.isStopped(task))
                .toList();
    }

    private SimController leader() {
        Leader leader = world.oracle().leader().orElseThrow();
        return world.at(leader.getAgentAddress()).orElseThrow();
    }

    @Test
    void whatMustNotRunTwiceEndsOnANodeThatIsCutOffBeforeItIsReplaced() throws InterruptedException {
        SimNode node = single();
        world.cut(node);
        run(60);
        assertThat(single()).isNotEqualTo(node);
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void whatMustNotRunTwiceEndsBeforeItIsReplacedThoughItsAgentHangs() throws InterruptedException {
        SimNode node = single();
        world.pauseAgent(node, Duration.ofSeconds(60));
        run(60);
        assertThat(single()).isNotEqualTo(node);
        run(60);
        Simulation.settled(world);
    }

    @Test
    void whatMustNotRunTwiceDoesNotStartAfterItsAgentStoodStillOnTheWay() throws InterruptedException {
        List<SimNode> stood = new ArrayList<>();
        world.moments().whenAsked("start"::equals, node -> {
            stood.add(node);
            world.pauseAgent(node, Duration.ofSeconds(60));
        });
        world.users().stop(singleTask().getId());
        run(55);
        assertThat(stood).hasSize(1).doesNotContain(single());
        run(60);
        Simulation.settled(world);
    }

    @Test
    void revisionsAreExchangedAsAWholeThoughLeadersDie() throws InterruptedException {
        EcsService before = tide();
        world.users().deployTide();
        run(3);
        leader().kill();
        run(120);
        Simulation.settled(world);
        assertThat(deployment().getStatus()).isEqualTo(EcsServiceDeployment.Status.SUCCESSFUL);
        assertThat(deployment().getSourcesList())
                .containsExactly(before.getDeployments(0).getId().substring("ecs-svc/".length()));
    }

    @Test
    void whatIsTakenBackEndsWithTheTasksOfBeforeThoughLeadersDie() throws InterruptedException {
        EcsService before = tide();
        Set<String> tasks = tideTasks();
        world.users().deployTide();
        run(2);
        world.users().takeBackTide();
        run(1);
        leader().kill();
        run(120);
        Simulation.settled(world);
        assertThat(deployment().getStatus()).isEqualTo(EcsServiceDeployment.Status.ROLLBACK_SUCCESSFUL);
        assertThat(tideService().getDeployments(0).getId())
                .isEqualTo(before.getDeployments(0).getId());
        assertThat(tideTasks()).isEqualTo(tasks);
    }

    private EcsService tide() throws InterruptedException {
        world.users().beginTide();
        run(40);
        Simulation.settled(world);
        return tideService();
    }

    private EcsService tideService() {
        return Objects.requireNonNull(world.oracle().services().get("ecs-service/default/tide"));
    }

    private Set<String> tideTasks() {
        return world.oracle().workloads().values().stream()
                .filter(one -> one.getOwner().endsWith("/tide") && Workloads.isRunning(one))
                .map(Workload::getId)
                .collect(Collectors.toSet());
    }

    private EcsServiceDeployment deployment() {
        String id = tideService().getServiceDeployment();
        return Objects.requireNonNull(world.oracle().deployments().get("ecs-service-deployment/default/tide/" + id));
    }

    /** The node on which the task runs that must not run twice. */
    private SimNode single() {
        return world.node(singleTask().getPlacement().getNode()).orElseThrow();
    }

    private Workload singleTask() {
        return world.oracle().workloads().values().stream()
                .filter(one -> one.getOwner().endsWith("/" + Users.SINGLE) && Workloads.isRunning(one))
                .findFirst()
                .orElseThrow();
    }

    /** The node that runs the most. */
    private SimNode busy() {
        return world.nodes().stream()
                .filter(node -> !node.runtime().running().isEmpty())
                .max(Comparator.comparingInt(node -> node.runtime().running().size()))
                .orElseThrow();
    }

    private Readiness readiness(SimNode node) {
        return world.oracle().nodes().values().stream()
                .filter(one -> one.getId().equals(node.id()))
                .map(Node::getReadiness)
                .findFirst()
                .orElseThrow();
    }

    private void run(int seconds) throws InterruptedException {
        world.agenda().run(Duration.ofSeconds(seconds));
    }
}
