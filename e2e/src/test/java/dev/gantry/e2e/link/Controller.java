package dev.gantry.e2e.link;

import dev.gantry.controller.dispatch.AgentServer;
import dev.gantry.controller.dispatch.Fence;
import dev.gantry.controller.dispatch.TaskDesk;
import dev.gantry.controller.identity.Authority;
import dev.gantry.controller.identity.ClusterKey;
import dev.gantry.controller.identity.ClusterSecrets;
import dev.gantry.controller.identity.JoinTokens;
import dev.gantry.controller.identity.Seal;
import dev.gantry.controller.identity.Vault;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Backend;
import dev.gantry.store.ImageStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/** The parts of a controller that have to do with agents, over a store in memory. */
final class Controller implements AutoCloseable {

    static final Duration HEARTBEAT = Duration.ofMillis(40);

    final ImageStore store;
    final Throne throne;
    final Authority authority;
    final JoinTokens tokens;
    final AgentServer server;
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    /** @param port 0 for any */
    Controller(Path directory, Backend backend, HandClock clock, int port) throws IOException, InterruptedException {
        SecureRandom chance = new SecureRandom();
        store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES);
        throne = new Throne(store, clock.instant().minusSeconds(60));
        ClusterKey key = ClusterKey.loadOrCreate(directory.resolve("cluster.key"), chance);
        Vault vault = new Vault(store, new Seal(key, chance));
        authority = Authority.open(vault, clock.instant(), chance);
        tokens = new JoinTokens(store, authority, clock, chance);
        server = new AgentServer(
                new AgentServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        authority.issueServer(List.of("127.0.0.1"), clock.instant()),
                        new ClusterSecrets(vault, chance).clusterUid(),
                        HEARTBEAT,
                        new Fence(Duration.ofSeconds(20), Duration.ofSeconds(5))),
                new AgentServer.Parts(store, throne, authority, tokens, clock, chance, metrics, TaskDesk.NONE));
        server.listen();
    }

    String address() {
        return "127.0.0.1:" + server.port();
    }

    String invitation() throws InterruptedException {
        return tokens.issue(Duration.ofHours(1)) + "@" + address();
    }

    @Override
    public void close() {
        server.close();
        store.close();
    }
}
