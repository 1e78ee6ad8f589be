package dev.gantry.agent.work;

import static dev.gantry.agent.work.Specs.container;
import static dev.gantry.agent.work.Specs.run;
import static dev.gantry.agent.work.Specs.settled;
import static dev.gantry.agent.work.Specs.stop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.HealthInquiry;
import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RestartPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workshop on an engine in memory, with time set by hand. */
class EngineWorkshopTest {

    @TempDir
    private Path directory;

    private final HandClock clock = new HandClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final FakeEngine engine = new FakeEngine(clock);
    private final ReportBook reports = new ReportBook();
    private final FullDisk disk = new FullDisk();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private JournalFile journal;
    private EngineWorkshop workshop;

    @BeforeEach
    void open() throws InterruptedException {
        engine.hasImage(Specs.IMAGE);
        begin();
    }

    private void begin() throws InterruptedException {
        journal = JournalFile.open(directory, disk);
        workshop = EngineWorkshop.open(
                AgentSettings.of("node", "node-1", directory),
                engine,
                journal,
                reports,
                new EngineWorkshop.Surroundings(
                        threads, clock, clock, Leash.NONE, Routing.NONE, HealthInquiry.NONE, TaskEndpoints.NONE));
        workshop.begin();
    }

    private void restart() throws InterruptedException {
        workshop.close();
        journal.close();
        begin();
    }

    @AfterEach
    void close() {
        workshop.close();
        engine.close();
        threads.shutdownNow();
        journal.close();
    }

    private Observation await(String id, Predicate<Observation> wanted) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() -> reports.of(id).filter(wanted).isPresent());
        return reports.of(id).orElseThrow();
    }

    private Observation awaitPhase(String id, Phase phase) {
        return await(id, seen -> seen.getPhase() == phase);
    }

    private static DesiredWorkload web(String id) {
        return run(id, container("web", "serve"));
    }

    @Test
    void runsWhatIsWantedAndStopsWhatIsNot() {
        workshop.obey(List.of(web("a"), web("b")));
        awaitPhase("a", Phase.RUNNING);
        awaitPhase("b", Phase.RUNNING);

        workshop.obey(List.of(web("a"), stop(web("b"))));
        assertThat(awaitPhase("b", Phase.STOPPED).getContainers(0).getExitCode())
                .isEqualTo(143);
        assertThat(reports.of("a").orElseThrow().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void createsAndStartsWithoutAskingInBetween() {
        workshop.obey(List.of(web("a")));
        awaitPhase("a", Phase.RUNNING);

        List<String> calls = engine.calls();
        int created = calls.indexOf(calls.stream()
                .filter(call -> call.startsWith("create"))
                .findFirst()
                .orElseThrow());
        assertThat(calls.get(created + 1)).startsWith("start");
    }

    @Test
    void startsATaskAtMostOnceHoweverOftenItIsAskedAndHoweverOftenTheAgentDies() throws InterruptedException {
        for (int round = 0; round < 5; round++) {
            workshop.obey(List.of(web("a")));
            workshop.obey(List.of(web("a")));
            awaitPhase("a", Phase.RUNNING);
            restart();
        }

        assertThat(engine.starts().values()).containsExactly(1);
    }

    @Test
    void doesNotRunATaskAgainWhoseContainersVanishedWhileTheAgentWasAway() throws InterruptedException {
        workshop.obey(List.of(web("a")));
        awaitPhase("a", Phase.RUNNING);
        workshop.close();
        engine.vanishes("default/a", "web");
        restart();

        workshop.obey(List.of(web("a")));
        assertThat(awaitPhase("a", Phase.STOPPED).getContainers(0).getReason()).startsWith("ContainerNotFound");
        assertThat(engine.starts().values()).containsExactly(1);
    }

    @Test
    void adoptsWhatAnUnansweredCreateLeftBehind() {
        engine.failNext("start", Kind.UNREACHABLE, "gone for a moment");
        workshop.obey(List.of(web("a")));
        await("a", seen -> seen.getNotesCount() > 1);

        clock.forward(Duration.ofSeconds(1));
        awaitPhase("a", Phase.RUNNING);
        assertThat(engine.starts().values()).containsExactly(1);
    }

    @Test
    void decidesNothingBeforeTheEnginesContainersAreKnown() throws InterruptedException {
        workshop.obey(List.of(web("a")));
        awaitPhase("a", Phase.RUNNING);
        engine.failNext("inspect", Kind.TIMEOUT, "slow");
        restart();

        workshop.obey(List.of(web("a")));
        workshop.reportAgain();
        awaitPhase("a", Phase.RUNNING);
        assertThat(reports.all()).noneMatch(report -> report.getObserved().getPhase() == Phase.STOPPED);
    }

    @Test
    void givesTheErrorOfTheEngineAsTheReason() {
        engine.failNext("create", Kind.REFUSED, "bad parameter");
        workshop.obey(List.of(web("a")));

        assertThat(awaitPhase("a", Phase.STOPPED).getStopReason())
                .isEqualTo("CannotCreateContainerError: Error response from daemon: bad parameter");
    }

    @Test
    void saysHowLongItWaitedForTheEngine() {
        engine.failNext("create", Kind.TIMEOUT, "");
        workshop.obey(List.of(web("a")));

        assertThat(awaitPhase("a", Phase.STOPPED).getStopReason())
                .isEqualTo("DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s");
    }

    @Test
    void reportsEverythingAgainWhenAsked() {
        workshop.obey(List.of(web("a")));
        awaitPhase("a", Phase.RUNNING);
        int before = reports.all().size();

        workshop.reportAgain();
        Awaitility.await().until(() -> reports.all().size() > before);
        assertThat(reports.all().getLast().getObserved().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void reportsNothingOfASettledTask() {
        workshop.obey(List.of(web("a")));
        awaitPhase("a", Phase.RUNNING);
        engine.exits("default/a", "web", 1);
        awaitPhase("a", Phase.STOPPED);
        int before = reports.all().size();

        workshop.obey(List.of(settled(web("a"))));
        clock.forward(Duration.ofHours(4));
        Awaitility.await().until(() -> engine.list().isEmpty());
        assertThat(reports.all()).hasSize(before);
    }

    @Test
    void goesOnWithTheOthersWhileItsDiskIsFull() {
        workshop.obey(List.of(web("a"), web("b")));
        awaitPhase("a", Phase.RUNNING);
        awaitPhase("b", Phase.RUNNING);
        disk.fillAfter(0);

        workshop.obey(List.of(web("b")));
        Awaitility.await()
                .until(() -> engine.list().stream().anyMatch(box -> box.state() == ObservedContainer.State.EXITED));
        clock.forward(Duration.ofHours(4));
        Awaitility.await().until(() -> engine.list().size() == 1);
        workshop.obey(List.of(web("b"), web("c")));
        assertThat(awaitPhase("c", Phase.STOPPED).getContainers(0).getReason())
                .startsWith("CannotStartContainerError: the agent's journal cannot be written");
        disk.free();
        workshop.obey(List.of(web("b"), stop(web("c")), web("d")));
        awaitPhase("d", Phase.RUNNING);
        assertThat(reports.of("b").orElseThrow().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void tellsAnEndThatItCannotKeepOnlyWhenNothingCouldBeginAfterIt() throws Exception {
        workshop.obey(List.of(web("a")));
        awaitPhase("a", Phase.RUNNING);
        disk.fillAfter(0);
        Files.delete(directory.resolve("workloads.reserve"));
        restart();

        workshop.obey(List.of(web("a"), web("b")));
        engine.exits("default/a", "web", 1);
        awaitPhase("a", Phase.STOPPED);
        Awaitility.await().until(() -> {
            clock.forward(Duration.ofSeconds(1));
            return disk.refused() > 20;
        });
        workshop.reportAgain();
        assertThat(reports.of("b").map(Observation::getPhase)).isNotEqualTo(Optional.of(Phase.STOPPED));

        disk.free();
        Awaitility.await().until(() -> {
            clock.forward(Duration.ofSeconds(1));
            return reports.of("b")
                    .filter(seen -> seen.getPhase() == Phase.STOPPED)
                    .isPresent();
        });
        assertThat(reports.of("b").orElseThrow().getContainers(0).getReason())
                .startsWith("CannotStartContainerError: the agent's journal cannot be written");
    }

    @Test
    void capturesTheLastLines() {
        workshop.obey(List.of(web("a")));
        awaitPhase("a", Phase.RUNNING);
        engine.writes("default/a", "web", "panic: no\n");
        engine.exits("default/a", "web", 2);

        assertThat(awaitPhase("a", Phase.STOPPED).getContainers(0).getLogTail()).isEqualTo("panic: no\n");
    }

    @Test
    void restartsInPlaceWhileTheControllerIsAway() {
        DesiredWorkload task = run(
                "a",
                container("web", "serve")
                        .setRestartPolicy(RestartPolicy.newBuilder().setEnabled(true)));
        workshop.obey(List.of(task));
        awaitPhase("a", Phase.RUNNING);
        clock.forward(Duration.ofSeconds(61));
        engine.exits("default/a", "web", 1);

        await("a", seen -> seen.getContainers(0).getRestartCount() == 1);
        Awaitility.await().until(() -> engine.starts().containsValue(2));
        assertThat(reports.of("a").orElseThrow().getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void pullsAnImageOnceForAllWhoWaitForIt() {
        engine.registryHas("app:1");
        workshop.obey(List.of(run("a", container("web", "x").setImage("app:1"))));
        Observation running = awaitPhase("a", Phase.RUNNING);

        assertThat(running.getContainers(0).getImageDigest()).isEqualTo("sha256:digest");
        assertThat(running.getPullStartedAtMs()).isPositive();
        assertThat(engine.calls()).contains("pull app:1");
    }

    @Test
    void letsTheLocalImageServeWhenTheRegistryFailsAndSaysSo() {
        engine.registryHas("app:1");
        workshop.obey(List.of(run("a", container("web", "x").setImage("app:1"))));
        awaitPhase("a", Phase.RUNNING);
        engine.failNext("pull", Kind.FAILED, "dial tcp: connection refused");
        DesiredWorkload other = run("b", container("web", "x").setImage("app:1"));
        workshop.obey(List.of(run("a", container("web", "x").setImage("app:1")), other));

        assertThat(awaitPhase("b", Phase.RUNNING).getNotesList())
                .anyMatch(note -> note.getText().contains("connection refused"));
    }

    @Test
    void pullsAgainWhenTheImageWasRemovedBehindItsBack() {
        engine.registryHas(Specs.IMAGE);
        engine.failNext("create", Kind.NOT_FOUND, "No such image");
        workshop.obey(List.of(web("a")));

        awaitPhase("a", Phase.RUNNING);
        assertThat(engine.starts().values()).containsExactly(1);
    }

    @Test
    void describesTheMachineAsAContainerInstance() {
        NodeInfo info = workshop.describe();

        assertThat(info.getCapacity().getCpuUnits()).isEqualTo(4096);
        assertThat(info.getCapacity().getTcpPortsList()).contains(22, 2375, 2376, 51678, 51679);
        assertThat(info.getAttributesMap())
                .containsEntry("ecs.os-type", "linux")
                .containsEntry("ecs.cpu-architecture", "x86_64")
                .containsKey("com.amazonaws.ecs.capability.logging-driver.json-file")
                .containsKey("com.amazonaws.ecs.capability.docker-remote-api.1.41")
                .doesNotContainKey("com.amazonaws.ecs.capability.logging-driver.syslog")
                .doesNotContainKey("com.amazonaws.ecs.capability.privileged-container");
    }
}
