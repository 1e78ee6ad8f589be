package dev.gantry.agent.run;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.connection.AgentLink;
import dev.gantry.agent.connection.GrpcHealth;
import dev.gantry.agent.connection.HostPort;
import dev.gantry.agent.connection.Invitation;
import dev.gantry.agent.connection.LinkTiming;
import dev.gantry.agent.connection.Membership;
import dev.gantry.agent.connection.NewestUsage;
import dev.gantry.agent.connection.NodeIdentity;
import dev.gantry.agent.connection.ReportQueue;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.leash.Uptime;
import dev.gantry.agent.usage.Measuring;
import dev.gantry.agent.work.Alarms;
import dev.gantry.agent.work.EngineWorkshop;
import dev.gantry.agent.work.JournalFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One agent process, or the agent's half of one: from joining to a running workshop on the node's engine. */
public final class NodeAgent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);
    private static final SecureRandom CHANCE = new SecureRandom();

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final AgentLink link;

    private NodeAgent(AgentSettings settings, NodeIdentity identity, List<HostPort> controllers, Ground ground)
            throws IOException, InterruptedException {
        InstantSource clock = InstantSource.system();
        ExecutorService threads = own(Executors.newVirtualThreadPerTaskExecutor());
        Alarms alarms = own(new Alarms(clock, threads));
        ReportQueue reports = new ReportQueue();
        ContainerEngine engine = own(ground.engine(settings, clock, alarms));
        Leash leash = ground.leash(settings);
        Routing routing = ground.routing(settings, engine, this::own);
        TaskEndpoints endpoints = ground.endpoints(settings, engine, this::own);
        EngineWorkshop workshop = own(EngineWorkshop.open(
                settings,
                engine,
                own(JournalFile.open(settings.dataDirectory())),
                reports,
                new EngineWorkshop.Surroundings(threads, alarms, clock, leash, routing, new GrpcHealth(), endpoints)));
        routing.meet(workshop);
        NewestUsage usage = new NewestUsage();
        this.link = own(new AgentLink(
                new AgentLink.Settings(settings.dataDirectory(), controllers, LinkTiming.DEFAULT),
                identity,
                new AgentLink.Parts(workshop, leash, routing, reports, usage, clock, Uptime::nanos, CHANCE)));
        endpoints.meet(workshop.tenants(), link::ask);
        workshop.begin();
        link.start();
        if (ground.isMeasured(settings)) {
            var _ = own(Measuring.start(workshop::running, usage, clock, Uptime::nanos));
        }
    }

    /**
     * Joins if it must, and starts to work.
     *
     * @param directory  of the node's identity and journal; made if it is missing
     * @param invitation for the first time; a node that has joined before needs none
     * @param settings   made from the node's id
     * @param ground     on which its containers run
     */
    public static NodeAgent start(
            Path directory,
            Optional<Invitation> invitation,
            List<HostPort> controllers,
            Function<String, AgentSettings> settings,
            Ground ground)
            throws IOException, InterruptedException {
        // What is in there is nobody else's business.
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        NodeIdentity identity = new Membership(directory, InstantSource.system(), CHANCE).obtain(invitation);
        return new NodeAgent(settings.apply(identity.nodeId()), identity, controllers, ground);
    }

    /** Whether this machine has joined before. */
    public static boolean hasJoined(Path directory) {
        return NodeIdentity.load(directory).isPresent();
    }

    /** The node that this machine is; empty before it has joined. */
    public static Optional<String> joinedAs(Path directory) {
        return NodeIdentity.load(directory).map(NodeIdentity::nodeId);
    }

    /** Gives up being the node that this machine is, so that it can join anew; what that node ran goes on without it. */
    public static void leave(Path directory) throws IOException {
        NodeIdentity.forget(directory);
    }

    public String nodeId() {
        return link.nodeId();
    }

    /** Stops deciding; the containers go on. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                if (part instanceof ExecutorService threads) {
                    threads.shutdownNow();
                } else {
                    part.close();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("{} did not stop cleanly", part, e);
            }
        }
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }
}
