package dev.gantry.agent.network;

import dev.gantry.agent.NoRouting;
import dev.gantry.agent.RouteBook;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.Routes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The network of a node whose engine is on another machine: nothing leads to its pods or keeps anything from them, so those that network policies
 * select do not start.
 */
public final class DistantNetwork extends NoRouting implements AutoCloseable {

    private final Instalments instalments = new Instalments();
    private final PodGuard guard;
    private RouteBook book = RouteBook.EMPTY;

    private DistantNetwork(PodGuard guard) {
        this.guard = guard;
    }

    /** @param directory of the agent */
    public static DistantNetwork start(String node, Path directory) throws IOException {
        return new DistantNetwork(PodGuard.start(node, directory.resolve("pods.pb"), new NoKernel(), RouteBook.EMPTY));
    }

    private static final class NoKernel implements PodGuard.Kernel {

        @Override
        public void replace(String script) throws IOException {
            throw new IOException("its engine is on another machine");
        }

        @Override
        public void remove() {}
    }

    @Override
    public synchronized void learn(Routes news) {
        instalments.after(book, news).ifPresent(after -> {
            book = after;
            guard.follow(after);
        });
    }

    @Override
    public void house(String workload, Optional<LocalPod> pod) {
        guard.house(workload, pod);
    }

    @Override
    public Optional<String> shield(String workload, LocalPod pod) throws InterruptedException {
        return guard.shield(workload, pod);
    }

    @Override
    public void close() throws InterruptedException {
        guard.close();
    }
}
