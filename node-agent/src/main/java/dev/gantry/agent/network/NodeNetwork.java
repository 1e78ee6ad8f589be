package dev.gantry.agent.network;

import dev.gantry.agent.DurableFile;
import dev.gantry.agent.Ingress;
import dev.gantry.agent.Residents;
import dev.gantry.agent.RouteBook;
import dev.gantry.agent.Routing;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.ContainerEngine.Bridge;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.proto.IngressPorts;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.Peer;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in the network: one thread brings the engine's network, the machine's routes and the kernel's rules to what the leader told
 * last, and a name server answers from it. A machine that runs no pod and knows no service but the API's is left as it is.
 */
public final class NodeNetwork implements Routing, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodeNetwork.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    // Others change the same kernel: what they took away comes back.
    private static final Duration REFRESH = Duration.ofMinutes(1);
    private static final Duration START_WITHIN = Duration.ofSeconds(10);
    private static final int NAMES_PORT = 53;
    // Whose names are answered to those who are no pods of another cluster.
    private static final String CLUSTER = "default";

    private final String node;
    private final ContainerEngine engine;
    private final Path file;
    private final RandomGenerator chance;
    private final Ingress ingress;
    private final PodGuard guard;
    private final Paths paths = new Paths();
    private final Relays relays = new Relays();
    private final Instalments instalments = new Instalments();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition settled = lock.newCondition();
    private final Map<String, NameServer> servers = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile RouteBook book = RouteBook.EMPTY;
    private volatile Residents residents = _ -> Optional.empty();
    private volatile Optional<Place> place = Optional.empty();
    private boolean used;
    private boolean due;
    private boolean tried;
    private boolean complained;

    private NodeNetwork(
            String node, ContainerEngine engine, Path file, RandomGenerator chance, Ingress ingress, PodGuard guard) {
        this.node = node;
        this.engine = engine;
        this.file = file;
        this.chance = chance;
        this.ingress = ingress;
        this.guard = guard;
        this.thread = Thread.ofVirtual().name("network").unstarted(this::run);
    }

    /**
     * Goes on with what an earlier process knew.
     *
     * @param directory of the agent
     * @param chance    of which nobody knows what comes next
     * @param ingress   is told what there is
     */
    public static NodeNetwork start(
            String node, ContainerEngine engine, Path directory, RandomGenerator chance, Ingress ingress)
            throws IOException {
        Path file = directory.resolve("routes.pb");
        Optional<RouteBook> kept =
                Files.exists(file) ? Optional.of(RouteBook.parse(Files.readAllBytes(file))) : Optional.empty();
        PodGuard guard =
                PodGuard.start(node, directory.resolve("pods.pb"), new PolicyTable(node), kept.orElse(RouteBook.EMPTY));
        NodeNetwork network = new NodeNetwork(node, engine, file, chance, ingress, guard);
        if (kept.isPresent()) {
            network.book = kept.get();
            network.used = true;
            network.due = true;
            ingress.follow(network.book);
        }
        network.thread.start();
        return network;
    }

    /** The name of a node's network for the engine, and of its interface: 15 characters at most. */
    static String name(String node) {
        return "gantry" + node.substring(0, Math.min(node.length(), 8));
    }

    @Override
    public boolean isPossible() {
        return Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward"));
    }

    @Override
    public boolean givesAddresses() {
        return isPossible();
    }

    @Override
    public IngressPorts ingressPorts() {
        return ingress.ports();
    }

    @Override
    public void learn(Routes news) {
        lock.lock();
        try {
            instalments.after(book, news).ifPresent(this::follow);
        } finally {
            lock.unlock();
        }
    }

    private void follow(RouteBook after) {
        boolean isNews = !after.equals(book);
        book = after;
        ingress.follow(after);
        guard.follow(after);
        // The way to the API is for those who run here.
        used |= after.all().stream().anyMatch(route -> !route.getRelayed());
        if (used && isNews) {
            due = true;
            changed.signal();
        }
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
    public void meet(Residents those) {
        residents = those;
    }

    @Override
    public List<ServiceRoute> services(String cluster, String namespace) {
        return book.in(cluster, namespace);
    }

    @Override
    public Optional<String> nameServer() {
        awaitStart();
        return place.map(Place::gateway).filter(servers::containsKey);
    }

    @Override
    public Optional<String> network() {
        awaitStart();
        try {
            Optional<Bridge> own = own(book);
            if (own.isPresent()) {
                // Somebody may have tidied it away while no container was on it.
                engine.makeNetwork(name(node), own.get());
            }
            return own.map(_ -> name(node));
        } catch (EngineException e) {
            log.warn("The network {} cannot be made: {}", name(node), e.getMessage());
            return Optional.of(name(node));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** The first who needs the network waits until it is there, or cannot be. */
    private void awaitStart() {
        lock.lock();
        try {
            if (!used) {
                used = true;
                due = true;
                changed.signal();
            }
            long left = START_WITHIN.toNanos();
            while (!tried && left > 0) {
                left = settled.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        boolean failed = false;
        try {
            while (true) {
                awaitWork(failed);
                failed = !work();
                tried();
            }
        } catch (InterruptedException _) {
            log.debug("the network's thread ends");
        }
    }

    private void awaitWork(boolean failed) throws InterruptedException {
        lock.lock();
        try {
            while (!used) {
                changed.await();
            }
            if (!due) {
                // News may be what helps after a failure; otherwise it is tried again after a while.
                Duration patience = failed ? AGAIN : REFRESH;
                boolean _ = changed.await(patience.toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            due = false;
            lock.unlock();
        }
    }

    private void tried() {
        lock.lock();
        try {
            tried = true;
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether everything is as it should be now. */
    private boolean work() throws InterruptedException {
        RouteBook wanted = book;
        try {
            DurableFile.replace(file, wanted.toBytes());
            Place here = place(wanted);
            place = Optional.of(here);
            try {
                if (own(wanted).isPresent()) {
                    paths.open(node, wanted);
                }
                paths.lead(here, relays.through(here.gateway(), wanted));
            } finally {
                // Whatever keeps addresses from being led, names can be answered.
                serveNames(here.gateway());
            }
            log.debug(
                    "{} services and {} nodes are led to",
                    wanted.routes().size(),
                    wanted.peers().size());
            complained = false;
            return true;
        } catch (IOException | EngineException e) {
            if (!complained) {
                log.warn(
                        "The network of services is not whole on this node, to be tried again: {}. It needs root, and"
                                + " the programs nft (package nftables), iptables and ip (package iproute2).",
                        e.getMessage());
                complained = true;
            }
            return false;
        } catch (RuntimeException e) {
            log.error("The network failed", e);
            return false;
        }
    }

    /** This node's own network; empty when it has no subnet. */
    private Optional<Bridge> own(RouteBook wanted) {
        Peer self = wanted.peers().get(node);
        if (self == null) {
            return Optional.empty();
        }
        String gateway = self.getSubnet().replaceFirst("\\.0/\\d+$", ".1");
        return Optional.of(new Bridge(name(node), gateway, self.getSubnet()));
    }

    /** Where this node's containers are: on its own network, or on the engine's when it has none. */
    private Place place(RouteBook wanted) throws IOException, InterruptedException {
        Optional<Bridge> own = own(wanted);
        if (own.isPresent()) {
            engine.makeNetwork(name(node), own.get());
        }
        return own.or(this::engineBridge)
                .map(bridge -> new Place(node, bridge.name(), bridge.gateway(), bridge.subnet()))
                .orElseThrow(() -> new IOException("the engine has no bridge network with an IPv4 address"));
    }

    private Optional<Bridge> engineBridge() {
        try {
            return engine.bridge();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** What somebody at an address asks for. */
    private ClusterNames names(InetAddress asking) {
        return new ClusterNames(residents.clusterAt(asking.getHostAddress()).orElse(CLUSTER), book);
    }

    /** An address that answered once goes on to: containers may know it. */
    private void serveNames(String address) throws IOException {
        if (servers.containsKey(address)) {
            return;
        }
        try {
            servers.put(
                    address,
                    NameServer.start(
                            InetAddress.getByName(address),
                            NAMES_PORT,
                            this::names,
                            new Upstream(Path.of("/etc/resolv.conf"), address, chance)));
            log.info("answers to the names of services at {}", address);
        } catch (IOException e) {
            throw new IOException(
                    "the name server cannot listen at " + address + ":" + NAMES_PORT + " (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(Duration.ofSeconds(5));
        guard.close();
        try {
            relays.close();
        } catch (IOException e) {
            log.warn("a relay did not end cleanly: {}", e.getMessage());
        }
        for (NameServer server : servers.values()) {
            try {
                server.close();
            } catch (IOException e) {
                log.warn("a name server did not end cleanly: {}", e.getMessage());
            }
        }
    }
}
