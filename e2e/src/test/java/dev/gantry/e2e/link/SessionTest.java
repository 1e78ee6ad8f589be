package dev.gantry.e2e.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.Frame;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.StatsRequest;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.memory.MemoryBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {

    @TempDir
    Path directory;

    private final HandClock clock = new HandClock();
    private final MemoryBackend backend = new MemoryBackend();
    private Controller controller;
    private Agent agent;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        controller = new Controller(directory, backend, clock, 0);
        controller.throne.take("first");
        agent = Agent.start(
                directory.resolve("agent"), clock, Optional.of(controller.invitation()), controller.address());
        await().until(agent::isConnected);
        await().until(() -> !agent.workshop.obeyed.isEmpty());
    }

    @AfterEach
    void close() throws InterruptedException {
        agent.close();
        controller.close();
    }

    @Test
    void whatIsPlacedReachesTheNodeAtOnceAndInOrder() throws Exception {
        for (int i = 0; i < 20; i++) {
            LinkBed.place(controller.store, "w" + i, agent.id());
        }
        await().until(() -> agent.workshop.desired().size() == 20);
        List<Integer> sizes =
                agent.workshop.obeyed.stream().map(set -> set.size()).toList();
        assertThat(sizes).isSorted();
    }

    @Test
    void whatIsPlacedElsewhereDoesNotReachTheNode() throws Exception {
        LinkBed.place(controller.store, "elsewhere", "0".repeat(32));
        LinkBed.place(controller.store, "here", agent.id());
        await().until(() -> agent.workshop.desired().containsKey("here"));
        assertThat(agent.workshop.desired()).doesNotContainKey("elsewhere");
    }

    @Test
    void aNodeSpeaksForItsOwnTasksOnly() throws Exception {
        LinkBed.place(controller.store, "elsewhere", "0".repeat(32));
        LinkBed.place(controller.store, "here", agent.id());
        await().until(() -> agent.workshop.desired().containsKey("here"));
        // This controller knows no answers, and says so; but it listens.
        assertThat(agent.ask("here").getError().getCode()).isEqualTo("UnsupportedFeatureException");
        assertThatThrownBy(() -> agent.ask("elsewhere"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("which it does not run");
        assertThatThrownBy(() -> agent.ask("nowhere")).isInstanceOf(IOException.class);
    }

    @Test
    void aReportIsInTheStoreAndItsEndIsSettled() throws Exception {
        LinkBed.place(controller.store, "w", agent.id());
        await().until(() -> agent.workshop.desired().containsKey("w"));
        agent.workshop.see("w", Phase.RUNNING);
        await().until(() -> LinkBed.phase(controller.store, "w") == Phase.RUNNING);
        agent.workshop.see("w", Phase.STOPPED);
        await().until(() -> LinkBed.phase(controller.store, "w") == Phase.STOPPED);
        await().until(() -> agent.workshop.desired().values().stream().allMatch(workload -> workload.getSettled()));
        assertThat(agent.workshop.desired()).containsOnlyKeys("w");
        assertThat(controller.metrics.get("gantry.agent.reports").counter().count())
                .isGreaterThanOrEqualTo(2);
    }

    @Test
    void manyReportsAreCommittedTogether() throws Exception {
        for (int i = 0; i < 150; i++) {
            LinkBed.place(controller.store, "w" + i, agent.id());
        }
        await().until(() -> agent.workshop.desired().size() == 150);
        long before = controller.store.snapshot().revision();
        for (int i = 0; i < 150; i++) {
            agent.workshop.see("w" + i, Phase.RUNNING);
        }
        await().until(() -> controller.store.snapshot().find(Kinds.LIVE_WORKLOADS_BY_NODE, agent.id()).stream()
                .allMatch(w -> w.value().getObserved().getPhase() == Phase.RUNNING));
        assertThat(controller.store.snapshot().revision() - before).isLessThan(150);
    }

    @Test
    void aReportThatMeetsOtherWritesIsTriedAgain() throws Exception {
        for (int i = 0; i < 10; i++) {
            LinkBed.place(controller.store, "w" + i, agent.id());
        }
        await().until(() -> agent.workshop.desired().size() == 10);
        for (int i = 0; i < 10; i++) {
            agent.workshop.see("w" + i, Phase.RUNNING);
            for (int j = 0; j < 10; j++) {
                LinkBed.touch(controller.store, "w" + j);
            }
        }
        await().until(() -> controller.store.snapshot().find(Kinds.LIVE_WORKLOADS_BY_NODE, agent.id()).stream()
                .allMatch(w -> w.value().getObserved().getPhase() == Phase.RUNNING));
        assertThat(agent.isConnected()).isTrue();
    }

    @Test
    void aReportOnSomebodyElsesWorkloadIsDropped() throws Exception {
        LinkBed.place(controller.store, "other", "0".repeat(32));
        LinkBed.place(controller.store, "own", agent.id());
        agent.workshop.see("other", Phase.RUNNING);
        agent.workshop.see("own", Phase.RUNNING);
        await().until(() -> LinkBed.phase(controller.store, "own") == Phase.RUNNING);
        assertThat(LinkBed.phase(controller.store, "other")).isEqualTo(Phase.PHASE_UNSPECIFIED);
    }

    @Test
    void heartbeatsAreHeardOnlyUnderAConfirmedLease() throws Exception {
        await().until(() -> controller.server.liveness().lastHeard(agent.id()).isPresent());
        controller.throne.confirm(false);
        clock.advance(Duration.ofSeconds(5));
        var before = controller.server.liveness().lastHeard(agent.id());
        // Without acknowledgement the agent gives the session up.
        await().until(() -> !agent.isConnected());
        assertThat(controller.server.liveness().lastHeard(agent.id())).isEqualTo(before);
        controller.throne.confirm(true);
        await().until(agent::isConnected);
        await().until(() -> controller.server.liveness().lastHeard(agent.id()).isPresent());
    }

    @Test
    void anAgentFollowsTheLead() throws Exception {
        try (Controller second = new Controller(directory, backend, clock, 0)) {
            second.throne.take("second");
            controller.throne.leave(second.address());
            LinkBed.place(second.store, "w", agent.id());
            await().until(() -> agent.workshop.desired().containsKey("w"));
            agent.workshop.see("w", Phase.RUNNING);
            await().until(() -> LinkBed.phase(second.store, "w") == Phase.RUNNING);
            assertThat(second.server.liveness().lastHeard(agent.id())).isPresent();
        }
    }

    @Test
    void aRestartedControllerIsFoundAgainAndHearsWhatWasSeenMeanwhile() throws Exception {
        LinkBed.place(controller.store, "w", agent.id());
        await().until(() -> agent.workshop.desired().containsKey("w"));
        int port = controller.server.port();
        controller.close();
        agent.workshop.see("w", Phase.RUNNING);
        await().until(() -> !agent.isConnected());
        int told = agent.workshop.obeyed.size();

        controller = new Controller(directory, backend, clock, port);
        controller.throne.take("again");
        await().until(() -> LinkBed.phase(controller.store, "w") == Phase.RUNNING);
        assertThat(agent.workshop.reportedAgain.get()).isGreaterThanOrEqualTo(2);
        // Never was it told to run less than before.
        assertThat(agent.workshop.obeyed.subList(told, agent.workshop.obeyed.size()))
                .allSatisfy(set -> assertThat(set).containsKey("w"));
    }

    @Test
    void aRestartedAgentGoesOnWithoutAController() throws Exception {
        LinkBed.place(controller.store, "w", agent.id());
        await().until(() -> agent.workshop.desired().containsKey("w"));
        agent.close();
        String address = controller.address();
        controller.close();
        agent = Agent.start(directory.resolve("agent"), clock, Optional.empty(), address);
        assertThat(agent.workshop.desired()).containsOnlyKeys("w");
        assertThat(agent.isConnected()).isFalse();
    }

    @Test
    void aNodeThatWasGivenUpIsToldToStopWhatItHad() throws Exception {
        LinkBed.place(controller.store, "w", agent.id());
        await().until(() -> agent.workshop.desired().containsKey("w"));
        LinkBed.changeNode(
                controller.store,
                agent.id(),
                node -> node.setEpoch(node.getEpoch() + 1).setReadiness(Readiness.LOST));
        await().until(() -> agent.workshop.desired().isEmpty());
        // It is heard, so it is ready again.
        await().until(() ->
                LinkBed.node(controller.store, agent.id()).orElseThrow().getReadiness() == Readiness.READY);
        agent.workshop.see("w", Phase.RUNNING);
        LinkBed.place(controller.store, "fresh", agent.id());
        await().until(() -> agent.workshop.desired().containsKey("fresh"));
        assertThat(LinkBed.phase(controller.store, "w")).isEqualTo(Phase.PHASE_UNSPECIFIED);
    }

    @Test
    void aLogIsReadThroughTheNode() throws Exception {
        OpenChannel request = OpenChannel.newBuilder()
                .setLogs(LogsRequest.newBuilder().setTail(100))
                .build();
        try (AgentChannel channel = controller.server.channels().open(agent.id(), request)) {
            List<Frame> frames = all(channel);
            assertThat(frames).hasSize(101);
            assertThat(frames.get(99).getStdout().toStringUtf8()).isEqualTo("line 99\n");
            assertThat(frames.getLast().hasFinished()).isTrue();
            assertThat(frames.getLast().getFinished().getError()).isEmpty();
        }
    }

    @Test
    void whoStopsReadingASilentLogFreesTheNode() throws Exception {
        OpenChannel request = OpenChannel.newBuilder()
                .setLogs(LogsRequest.newBuilder().setTail(1).setFollow(true))
                .build();
        try (AgentChannel channel = controller.server.channels().open(agent.id(), request)) {
            assertThat(channel.receive()).isPresent();
        }
        assertThat(agent.workshop.silentLogInterrupted.await(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void aCommandTalksBothWays() throws Exception {
        OpenChannel request = OpenChannel.newBuilder()
                .setExec(ExecRequest.newBuilder().addCommand("sh").setStdin(true))
                .build();
        try (AgentChannel channel = controller.server.channels().open(agent.id(), request)) {
            channel.send(Frame.newBuilder()
                    .setStdin(ByteString.copyFromUtf8("hello"))
                    .build());
            assertThat(channel.receive().orElseThrow().getStdout().toStringUtf8())
                    .isEqualTo("echo hello");
            channel.send(Frame.newBuilder().setStdinClosed(true).build());
            assertThat(channel.receive().orElseThrow().getFinished().getExitCode())
                    .isEqualTo(7);
            assertThat(channel.receive()).isEmpty();
        }
    }

    @Test
    void aCommandThatCannotRunSaysWhy() throws Exception {
        OpenChannel request = OpenChannel.newBuilder()
                .setExec(ExecRequest.getDefaultInstance())
                .build();
        try (AgentChannel channel = controller.server.channels().open(agent.id(), request)) {
            assertThat(all(channel).getLast().getFinished().getError()).isEqualTo("there is no command");
        }
    }

    @Test
    void statisticsAreOneSampleAndTheEnd() throws Exception {
        OpenChannel request = OpenChannel.newBuilder()
                .setStats(StatsRequest.getDefaultInstance())
                .build();
        try (AgentChannel channel = controller.server.channels().open(agent.id(), request)) {
            List<Frame> frames = all(channel);
            assertThat(frames.getFirst().getStats().getMemoryBytes()).isEqualTo(1024);
            assertThat(frames.getLast().hasFinished()).isTrue();
        }
    }

    @Test
    void aChannelToNobodyFailsAtOnce() {
        assertThatThrownBy(() -> controller.server.channels().open("0".repeat(32), OpenChannel.getDefaultInstance()))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("is not connected");
    }

    private static List<Frame> all(AgentChannel channel) throws InterruptedException {
        List<Frame> frames = new ArrayList<>();
        for (Optional<Frame> frame = channel.receive(); frame.isPresent(); frame = channel.receive()) {
            frames.add(frame.get());
        }
        return frames;
    }
}
