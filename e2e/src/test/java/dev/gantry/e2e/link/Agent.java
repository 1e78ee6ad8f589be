package dev.gantry.e2e.link;

import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.connection.AgentLink;
import dev.gantry.agent.connection.HostPort;
import dev.gantry.agent.connection.Invitation;
import dev.gantry.agent.connection.LinkTiming;
import dev.gantry.agent.connection.Membership;
import dev.gantry.agent.connection.NewestUsage;
import dev.gantry.agent.connection.NodeIdentity;
import dev.gantry.agent.connection.ReportQueue;
import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskQuestion;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An agent without containers. */
final class Agent implements AutoCloseable {

    private static final LinkTiming QUICK =
            new LinkTiming(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofSeconds(5));

    final RecordingWorkshop workshop;
    final NodeIdentity identity;
    private final AgentLink link;

    private Agent(Path directory, HandClock clock, NodeIdentity identity, List<String> controllers) {
        ReportQueue reports = new ReportQueue();
        this.workshop = new RecordingWorkshop(reports);
        this.identity = identity;
        this.link = new AgentLink(
                new AgentLink.Settings(
                        directory, controllers.stream().map(HostPort::parse).toList(), QUICK),
                identity,
                new AgentLink.Parts(
                        workshop,
                        Leash.NONE,
                        Routing.NONE,
                        reports,
                        new NewestUsage(),
                        clock,
                        System::nanoTime,
                        new SecureRandom()));
    }

    /** Joins, unless the directory has an identity already, and connects. */
    static Agent start(Path directory, HandClock clock, Optional<String> invitation, String... controllers) {
        NodeIdentity identity =
                new Membership(directory, clock, new SecureRandom()).obtain(invitation.map(Invitation::parse));
        Agent agent = new Agent(directory, clock, identity, List.of(controllers));
        agent.link.start();
        return agent;
    }

    String id() {
        return identity.nodeId();
    }

    /** What a task asks through the node. */
    TaskAnswer ask(String task) throws IOException {
        return link.ask(TaskQuestion.newBuilder()
                .setScope("default")
                .setWorkloadId(task)
                .build());
    }

    boolean isConnected() {
        return link.isConnected();
    }

    @Override
    public void close() throws InterruptedException {
        link.close();
    }
}
