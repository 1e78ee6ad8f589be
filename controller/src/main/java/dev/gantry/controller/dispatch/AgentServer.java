package dev.gantry.controller.dispatch;

import dev.gantry.controller.identity.Authority;
import dev.gantry.controller.identity.JoinTokens;
import dev.gantry.controller.identity.ServerIdentity;
import dev.gantry.controller.resource.Samples;
import dev.gantry.store.Store;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where agents connect. Runs on every controller; those that do not lead send the agents on. */
public final class AgentServer implements AutoCloseable {

    public static final int PORT = 4567;
    public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(AgentServer.class);
    private static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
    // The session, a renewal, what tasks ask, and the side channels.
    private static final int CALLS_PER_CONNECTION_MAX = Channels.PER_NODE_MAX + 12;
    private static final int RESETS_MAX = 200;
    private static final int RESETS_WINDOW_SECONDS = 10;
    private static final Duration CHANNEL_OPENS_WITHIN = Duration.ofSeconds(10);
    private static final Duration CLOSES_WITHIN = Duration.ofSeconds(2);
    private static final int ID_BYTES = 16;

    private final Server server;
    private final ExecutorService executor;
    private final Sessions sessions;
    private final Heartbeats heartbeats;
    private final UsageBoard usage;
    private final ReportIntake intake;
    private final Channels channels;
    private final Store.Subscription routing;
    private final Store.Subscription subscription;

    /** How the server shows itself. */
    public record Settings(
            InetSocketAddress listen,
            ServerIdentity identity,
            String clusterUid,
            Duration heartbeatInterval,
            Fence fence) {}

    /**
     * What it works with.
     *
     * @param tasks answers what tasks ask through their nodes
     */
    public record Parts(
            Store store,
            Leading leading,
            Authority authority,
            JoinTokens tokens,
            InstantSource clock,
            SecureRandom chance,
            MeterRegistry metrics,
            TaskDesk tasks) {}

    public AgentServer(Settings settings, Parts parts) {
        heartbeats = new Heartbeats(parts.leading());
        usage = new UsageBoard(parts.leading());
        sessions = new Sessions(heartbeats, usage);
        Supplier<String> ids = () -> newId(parts.chance());
        channels = new Channels(sessions, ids, CHANNEL_OPENS_WITHIN);
        intake = new ReportIntake(parts.store(), parts.leading(), parts.clock(), new DispatchMetrics(parts.metrics()));
        DispatchMetrics.watch(
                parts.metrics(), parts.store(), sessions, new DispatchMetrics.Watched(heartbeats, parts.clock()));
        RouteBoard routes = new RouteBoard();
        Session.Desk desk = new Session.Desk(
                new SessionRules(settings.heartbeatInterval(), settings.fence(), settings.clusterUid()),
                new Registrar(parts.store(), parts.leading(), parts.clock()),
                heartbeats,
                intake,
                channels,
                sessions,
                parts.store(),
                parts.leading(),
                routes,
                usage,
                parts.clock());
        executor = Executors.newVirtualThreadPerTaskExecutor();
        server = NettyServerBuilder.forAddress(settings.listen(), credentials(settings, parts))
                .executor(executor)
                .intercept(new Gate(parts.store(), parts.clock()))
                .addService(new AgentsService(desk, parts.authority(), parts.tokens(), ids, parts.tasks()))
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                .maxRstFramesPerWindow(RESETS_MAX, RESETS_WINDOW_SECONDS)
                // Agents always have a session; others shall not stay.
                .maxConnectionIdle(1, TimeUnit.MINUTES)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .build();
        // The board first: a session that is told of a change finds it there.
        routing = parts.store().subscribe(routes);
        routes.begin(parts.store().snapshot());
        subscription = parts.store().subscribe(sessions);
        intake.start();
    }

    /**
     * Lets agents connect from now on.
     *
     * @throws IOException when it cannot listen, for example because the port is taken
     */
    public void listen() throws IOException {
        server.start();
        log.info("agents connect to {}", server.getListenSockets());
    }

    private static ServerCredentials credentials(Settings settings, Parts parts) {
        // Optional here, because joining needs none; the gate asks every other method for it.
        return TlsServerCredentials.newBuilder()
                .keyManager(settings.identity().keyManagers())
                .trustManager(new NodeTrust(parts.authority().certificate(), parts.clock()))
                .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                .build();
    }

    private static String newId(SecureRandom chance) {
        byte[] id = new byte[ID_BYTES];
        chance.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** The port that it listens on, once it does, for when any was asked for. */
    public int port() {
        return server.getPort();
    }

    public NodeLiveness liveness() {
        return heartbeats;
    }

    /** What is used on the nodes that are connected. */
    public Samples samples() {
        return usage;
    }

    public Channels channels() {
        return channels;
    }

    @Override
    public void close() {
        subscription.close();
        routing.close();
        sessions.endAll();
        server.shutdownNow();
        intake.close();
        try {
            // The last calls still need their threads.
            boolean _ = server.awaitTermination(CLOSES_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }
}
