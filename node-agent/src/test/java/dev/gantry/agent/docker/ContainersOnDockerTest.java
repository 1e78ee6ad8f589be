package dev.gantry.agent.docker;

import static dev.gantry.agent.work.Specs.container;
import static dev.gantry.agent.work.Specs.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.work.Specs;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Dependency;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.Frame;
import dev.gantry.proto.Health;
import dev.gantry.proto.HealthCheck;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.Mount;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Observation;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.RestartPolicy;
import dev.gantry.proto.StatsRequest;
import dev.gantry.proto.VolumeSpec;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of containers on a real Docker engine. */
@Tag("e2e")
class ContainersOnDockerTest {

    private static final String FOREVER = "trap 'exit 0' TERM; while true; do sleep 0.1; done";

    @TempDir
    private Path directory;

    private RealNode node;

    @BeforeEach
    void open() throws InterruptedException {
        node = new RealNode(directory, UnaryOperator.identity());
    }

    @AfterEach
    void close() throws InterruptedException {
        // Nothing was opened where there is no engine.
        if (node != null) {
            node.close();
        }
    }

    @Test
    void runsAContainerAndStopsItWithItsExitCodeAndLastLines() {
        DesiredWorkload task =
                run("t1", container("web", "echo hello; trap 'echo bye; exit 3' TERM; while true; do sleep 0.1; done"));
        node.obey(task);

        Observation running = node.awaitPhase("t1", Phase.RUNNING);
        assertThat(running.getContainers(0).getAddressesList()).isNotEmpty();
        assertThat(running.getStartedAtMs()).isPositive();
        assertThat(running.getNotesList()).anyMatch(note -> note.getText().contains("built on this node"));

        node.stop(task);
        Observation stopped = node.awaitPhase("t1", Phase.STOPPED);
        ContainerStatus web = stopped.getContainers(0);
        assertThat(web.getExitCode()).isEqualTo(3);
        assertThat(web.getLogTail()).isEqualTo("hello\nbye\n");
        assertThat(stopped.getStopCode()).isEmpty();
        assertThat(stopped.getStoppedAtMs()).isPositive();
    }

    @Test
    void endsTheTaskWhenAnEssentialContainerExits() {
        node.obey(run("t1", container("web", FOREVER), container("job", "sleep 1; exit 7")));

        Observation stopped = node.awaitPhase("t1", Phase.STOPPED);
        assertThat(stopped.getStopCode()).isEqualTo("EssentialContainerExited");
        assertThat(stopped.getStopReason()).isEqualTo("Essential container in task exited");
        assertThat(stopped.getContainersList())
                .extracting(ContainerStatus::getExitCode)
                .containsExactly(0, 7);
    }

    @Test
    void adoptsRunningContainersAfterARestartOfTheAgent() throws InterruptedException {
        DesiredWorkload task = run("t1", container("web", FOREVER));
        node.obey(task);
        String id = node.awaitPhase("t1", Phase.RUNNING).getContainers(0).getRuntimeId();

        node.restart();
        node.obey(task);

        Observation seen = node.await("t1", observation -> observation.getPhase() == Phase.RUNNING);
        assertThat(seen.getContainers(0).getRuntimeId()).isEqualTo(id);
        assertThat(node.engine().list()).extracting(Listing::id).containsExactly(id);
    }

    @Test
    void neverRunsATaskAgainWhoseContainersWereRemovedWhileTheAgentWasAway() throws InterruptedException {
        DesiredWorkload task = run("t1", container("web", FOREVER));
        node.obey(task);
        String id = node.awaitPhase("t1", Phase.RUNNING).getContainers(0).getRuntimeId();
        node.die();
        try (DockerEngine somebody = DockerEngine.connect(node.settings)) {
            somebody.kill(id);
            somebody.remove(id);
        }

        node.restart();
        node.obey(task);

        Observation stopped = node.awaitPhase("t1", Phase.STOPPED);
        assertThat(stopped.getContainers(0).getReason()).startsWith("ContainerNotFound");
        assertThat(node.engine().list()).isEmpty();
    }

    @Test
    void stopsWhatIsNoLongerWanted() throws InterruptedException {
        node.obey(run("t1", container("web", FOREVER)));
        node.awaitPhase("t1", Phase.RUNNING);
        node.restart();

        node.workshop().obey(List.of());

        org.awaitility.Awaitility.await()
                .atMost(RealNode.PATIENCE)
                .until(() -> node.engine().list().stream()
                        .allMatch(listing -> listing.state() == dev.gantry.agent.plan.ObservedContainer.State.EXITED));
    }

    @Test
    void reportsDynamicPortsAndRangesAtOnce() {
        ContainerSpec.Builder web = container("web", FOREVER)
                .addPorts(PortMapping.newBuilder().setContainerPort(80))
                .addPorts(PortMapping.newBuilder().setContainerPortRange("9000-9001"));
        node.obey(run("t1", web));

        ContainerStatus status = node.awaitPhase("t1", Phase.RUNNING).getContainers(0);
        assertThat(status.getBindingsList()).hasSize(3).allSatisfy(binding -> {
            assertThat(binding.getBindIp()).isEqualTo("0.0.0.0");
            assertThat(binding.getHostPort()).isPositive();
        });
    }

    @Test
    void namesThePortThatIsTakenAndLeavesNoContainerBehind() throws InterruptedException {
        ContainerSpec.Builder web = container("web", FOREVER)
                .addPorts(PortMapping.newBuilder().setContainerPort(80).setHostPort(28080));
        node.obey(run("t1", web));
        node.awaitPhase("t1", Phase.RUNNING);
        node.obey(run("t2", web));

        Observation stopped = node.awaitPhase("t2", Phase.STOPPED);
        assertThat(stopped.getStopCode()).isEqualTo("TaskFailedToStart");
        assertThat(stopped.getStopReason())
                .startsWith("CannotStartContainerError: ")
                .contains("28080");
        assertThat(node.engine().list()).hasSize(1);
    }

    @Test
    void saysWhyAnImageCannotBePulled() {
        node.obey(run("t1", container("web", FOREVER).setImage("127.0.0.1:1/none:1")));

        Observation stopped = node.awaitPhase("t1", Phase.STOPPED);
        assertThat(stopped.getStopCode()).isEqualTo("TaskFailedToStart");
        assertThat(stopped.getStopReason())
                .startsWith("CannotPullContainerError: ")
                .contains("127.0.0.1:1");
    }

    @Test
    void saysThatAContainerRanOutOfMemory() {
        ContainerSpec.Builder hungry =
                container("web", "x=a; while true; do x=$x$x; done").setMemoryLimitBytes(16L << 20);
        node.obey(run("t1", hungry));

        ContainerStatus status = node.awaitPhase("t1", Phase.STOPPED).getContainers(0);
        assertThat(status.getExitCode()).isEqualTo(137);
        assertThat(status.getReason()).isEqualTo("OutOfMemoryError: Container killed due to memory usage");
    }

    @Test
    void startsInTheOrderOfDependencies() {
        ContainerSpec.Builder migrate = container("migrate", "echo done").setEssential(false);
        ContainerSpec.Builder store = container("db", "touch /tmp/ready; " + FOREVER)
                .setHealthCheck(HealthCheck.newBuilder()
                        .addAllCommand(List.of("CMD-SHELL", "/bin/busybox test -f /tmp/ready"))
                        .setIntervalSeconds(1));
        ContainerSpec.Builder web = container("web", FOREVER)
                .addDependsOn(on("migrate", Dependency.Condition.SUCCESS))
                .addDependsOn(on("db", Dependency.Condition.HEALTHY));
        node.obey(run("t1", web, migrate, store));

        Observation running = node.awaitPhase("t1", Phase.RUNNING);
        assertThat(running.getContainers(2).getHealth()).isEqualTo(Health.HEALTHY);
        assertThat(running.getHealth()).isEqualTo(Health.HEALTHY);
        assertThat(running.getContainers(0).getStartedAtMs())
                .isGreaterThan(running.getContainers(1).getStoppedAtMs());
    }

    private static Dependency.Builder on(String container, Dependency.Condition condition) {
        return Dependency.newBuilder().setContainer(container).setCondition(condition);
    }

    @Test
    void restartsInPlaceUnderItsPolicy() {
        ContainerSpec.Builder flaky = container("web", "sleep 1.5; exit 1")
                .setRestartPolicy(RestartPolicy.newBuilder().setEnabled(true).setAttemptPeriodSeconds(1));
        node.obey(run("t1", flaky));

        Observation again = node.await(
                "t1",
                seen -> seen.getContainersCount() > 0 && seen.getContainers(0).getRestartCount() >= 2);
        assertThat(again.getPhase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void givesContainersOfATaskACommonVolume() {
        Mount.Builder mount = Mount.newBuilder().setVolume("shared").setContainerPath("/data");
        ContainerSpec.Builder writer = container("writer", "echo 42 > /data/answer")
                .setEssential(false)
                .addMounts(mount);
        ContainerSpec.Builder reader = container("reader", "cat /data/answer")
                .addMounts(mount.clone().setReadOnly(true))
                .addDependsOn(on("writer", Dependency.Condition.COMPLETE));
        DesiredWorkload task = run("t1", writer, reader);
        node.obey(task.toBuilder()
                .setSpec(task.getSpec().toBuilder()
                        .addVolumes(VolumeSpec.newBuilder().setName("shared").setScratch(true)))
                .build());

        assertThat(node.awaitPhase("t1", Phase.STOPPED).getContainers(1).getLogTail())
                .isEqualTo("42\n");
    }

    @Test
    void passesEnvironmentUserDirectoryAndEntryPoint() {
        ContainerSpec.Builder odd = container("web", "unused")
                .clearCommand()
                .addAllEntryPoint(List.of("/bin/sh", "-c"))
                .addCommand("echo $GREETING $(busybox pwd) $(id -u) $(busybox hostname)")
                .addEnvironment(KeyValue.newBuilder().setKey("GREETING").setValue("hi there"))
                .setWorkingDirectory("/tmp")
                .setUser("1000")
                .setHostname("box");
        node.obey(run("t1", odd));

        assertThat(node.awaitPhase("t1", Phase.STOPPED).getContainers(0).getLogTail())
                .isEqualTo("hi there /tmp 1000 box\n");
    }

    @Test
    void limitsAllContainersOfATaskTogether() {
        String listens = FOREVER.replace("while", "echo listens; while");
        DesiredWorkload task = run("t1", container("a", listens), container("b", listens));
        node.obey(task.toBuilder()
                .setSpec(
                        task.getSpec().toBuilder().setMemoryLimitBytes(64 << 20).setCpuLimitUnits(256))
                .build());

        node.awaitPhase("t1", Phase.RUNNING);
        // A shell that has not come to its trap yet is deaf to SIGTERM, and with so little of a processor it takes a
        // while.
        for (String name : List.of("a", "b")) {
            Awaitility.await()
                    .atMost(RealNode.PATIENCE)
                    .until(() -> !node.log("default", "t1", name).isEmpty());
        }
        node.stop(task);
        assertThat(node.awaitPhase("t1", Phase.STOPPED).getContainersList())
                .allMatch(container -> container.getExitCode() == 0);
    }

    @Test
    void runsOnTheHostsNetworkWithTheHostsPorts() {
        ContainerSpec.Builder web =
                container("web", FOREVER).addPorts(PortMapping.newBuilder().setContainerPort(28090));
        node.obey(run("t1", NetworkMode.HOST, web), run("t2", NetworkMode.NONE, container("alone", FOREVER)));

        assertThat(node.awaitPhase("t1", Phase.RUNNING)
                        .getContainers(0)
                        .getBindings(0)
                        .getHostPort())
                .isEqualTo(28090);
        assertThat(node.awaitPhase("t2", Phase.RUNNING).getContainers(0).getAddressesList())
                .isEmpty();
    }

    @Test
    void readsLogsWithBothStreamsApartAndFollowsThemToTheEnd() throws InterruptedException {
        node.obey(run("t1", container("web", "echo out; echo err >&2; sleep 1; echo late")));
        node.awaitPhase("t1", Phase.RUNNING);
        RealNode.Frames frames = new RealNode.Frames();

        LogsRequest request = LogsRequest.newBuilder()
                .setScope("default")
                .setWorkloadId("t1")
                .setContainer("web")
                .setFollow(true)
                .setTail(-1)
                .build();
        node.workshop().serve(OpenChannel.newBuilder().setLogs(request).build(), Optional::empty, frames::add);

        assertThat(frames.stdout()).isEqualTo("out\nlate\n");
        assertThat(frames.stderr()).isEqualTo("err\n");
        assertThat(frames.last().getFinished().getError()).isEmpty();
    }

    @Test
    void runsACommandWithInputAndTellsItsExitCode() throws InterruptedException {
        node.obey(run("t1", container("web", FOREVER)));
        node.awaitPhase("t1", Phase.RUNNING);
        Deque<Frame> input = new ArrayDeque<>(List.of(
                Frame.newBuilder()
                        .setStdin(com.google.protobuf.ByteString.copyFromUtf8("a line\n"))
                        .build(),
                Frame.newBuilder().setStdinClosed(true).build()));
        RealNode.Frames frames = new RealNode.Frames();
        ExecRequest request = ExecRequest.newBuilder()
                .setScope("default")
                .setWorkloadId("t1")
                .setContainer("web")
                .addAllCommand(List.of("/bin/sh", "-c", "read x; echo got $x; exit 5"))
                .setStdin(true)
                .build();

        node.workshop().serve(OpenChannel.newBuilder().setExec(request).build(), () -> next(input), frames::add);

        assertThat(frames.stdout()).isEqualTo("got a line\n");
        assertThat(frames.last().getFinished().getExitCode()).isEqualTo(5);
    }

    @Test
    void attachesToAContainersOwnInputAndOutput() throws InterruptedException {
        node.obey(run(
                "t1",
                container("web", "while read x; do echo got $x; done; echo over >&2")
                        .setInteractive(true)
                        .setInteractiveOnce(true)));
        node.awaitPhase("t1", Phase.RUNNING);
        Deque<Frame> input = new ArrayDeque<>(List.of(
                Frame.newBuilder()
                        .setStdin(com.google.protobuf.ByteString.copyFromUtf8("a line\n"))
                        .build(),
                Frame.newBuilder().setStdinClosed(true).build()));
        RealNode.Frames frames = new RealNode.Frames();
        AttachRequest request = AttachRequest.newBuilder()
                .setScope("default")
                .setWorkloadId("t1")
                .setContainer("web")
                .setStdin(true)
                .setStdout(true)
                .setStderr(true)
                .build();

        node.workshop().serve(OpenChannel.newBuilder().setAttach(request).build(), () -> next(input), frames::add);

        assertThat(frames.stdout()).isEqualTo("got a line\n");
        assertThat(frames.stderr()).isEqualTo("over\n");
        assertThat(frames.last().getFinished().getError()).isEmpty();
        node.awaitPhase("t1", Phase.STOPPED);
        RealNode.Frames late = new RealNode.Frames();
        node.workshop().serve(OpenChannel.newBuilder().setAttach(request).build(), () -> next(input), late::add);
        assertThat(late.last().getFinished().getError()).isEqualTo("container web does not run");
    }

    /** The next frame, and then none but no end either, as on a channel that stays open. */
    private static Optional<Frame> next(Deque<Frame> frames) throws InterruptedException {
        if (frames.isEmpty()) {
            new java.util.concurrent.CountDownLatch(1).await();
        }
        return Optional.of(frames.poll());
    }

    @Test
    void samplesTheStatisticsOfEachContainer() throws InterruptedException {
        node.obey(run("t1", container("web", FOREVER)));
        node.awaitPhase("t1", Phase.RUNNING);
        RealNode.Frames frames = new RealNode.Frames();

        node.workshop()
                .serve(
                        OpenChannel.newBuilder()
                                .setStats(StatsRequest.newBuilder()
                                        .setScope("default")
                                        .setWorkloadId("t1"))
                                .build(),
                        Optional::empty,
                        frames::add);

        assertThat(frames.all.getFirst().getStats().getContainer()).isEqualTo("web");
        assertThat(frames.all.getFirst().getStats().getMemoryBytes()).isPositive();
        assertThat(frames.last().hasFinished()).isTrue();
    }

    @Test
    void refusesWhatTheNodesOwnerDoesNotAllow() {
        node.obey(run("t1", container("web", FOREVER).setPrivileged(true)));

        assertThat(node.awaitPhase("t1", Phase.STOPPED).getStopReason())
                .isEqualTo("HostConfigError: privileged containers are not allowed by the settings of this node"
                        + " (--allow-privileged of its agent allows them)");
    }

    @Test
    void removesContainersOfASettledTask() throws InterruptedException {
        node.close();
        node = new RealNode(
                directory.resolve("quick"),
                settings -> settings.withTimes(new dev.gantry.agent.AgentSettings.Times(
                        settings.times().stopTimeout(), java.time.Duration.ofMillis(50))));
        DesiredWorkload task = run("t1", container("web", "exit 0"));
        node.obey(task);
        node.awaitPhase("t1", Phase.STOPPED);

        node.obey(Specs.settled(task));

        org.awaitility.Awaitility.await()
                .atMost(RealNode.PATIENCE)
                .until(() -> node.engine().list().isEmpty());
    }
}
