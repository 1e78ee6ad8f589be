package dev.gantry.agent.ingress;

import dev.gantry.agent.AgentSettings.IngressDoors;
import dev.gantry.agent.Ingress;
import dev.gantry.agent.RouteBook;
import dev.gantry.proto.IngressPorts;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves ingresses at this node's ports: one thread brings what is served to what the leader told last. While there is no ingress the ports are not
 * taken, and where others have them it is tried again and again, ever more rarely.
 */
public final class IngressServer implements Ingress, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(IngressServer.class);

    private final InstantSource clock;
    private final SecureRandom chance;
    private final Turns turns = new Turns();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private final Door http;
    private final Door https;
    private volatile RouteBook book = RouteBook.EMPTY;
    private volatile IngressTable table = IngressTable.EMPTY;
    private Optional<Vertx> vertx = Optional.empty();
    private Optional<ShownCertificates> certificates = Optional.empty();
    private boolean due;

    private IngressServer(IngressDoors doors, InstantSource clock, SecureRandom chance) {
        this.clock = clock;
        this.chance = chance;
        this.http = new Door(doors.httpPort(), "HTTP", "--ingress-http-port");
        this.https = new Door(doors.httpsPort(), "HTTPS", "--ingress-https-port");
        this.thread = Thread.ofVirtual().name("ingress").unstarted(this::run);
    }

    /**
     * Serves nothing before it is told of something.
     *
     * @param chance of which nobody knows what comes next
     */
    public static IngressServer start(IngressDoors doors, InstantSource clock, SecureRandom chance) {
        IngressServer server = new IngressServer(doors, clock, chance);
        server.thread.start();
        return server;
    }

    @Override
    public void follow(RouteBook newest) {
        lock.lock();
        try {
            book = newest;
            due = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public IngressPorts ports() {
        return IngressPorts.newBuilder()
                .setHttp(http.open())
                .setHttps(https.open())
                .build();
    }

    private void run() {
        try {
            Optional<Duration> patience = Optional.empty();
            while (true) {
                await(patience);
                patience = work();
            }
        } catch (InterruptedException _) {
            log.debug("the ingress's thread ends");
        }
    }

    private void await(Optional<Duration> patience) throws InterruptedException {
        lock.lock();
        try {
            if (!due && patience.isPresent()) {
                boolean _ = changed.await(patience.get().toMillis(), TimeUnit.MILLISECONDS);
            }
            while (!due && patience.isEmpty()) {
                changed.await();
            }
            due = false;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how long to wait before it is tried again what did not succeed. */
    private Optional<Duration> work() throws InterruptedException {
        try {
            IngressTable newest = IngressTable.of(book);
            if (!newest.equals(table)) {
                certificates().show(newest.certificates());
                turns.forget();
                table = newest;
            }
            if (newest.isEmpty()) {
                http.shut();
                https.shut();
                return Optional.empty();
            }
            http.open(Optional.empty());
            https.open(Optional.of(certificates()));
            return http.pause().or(https::pause);
        } catch (RuntimeException e) {
            log.error("The ingress failed", e);
            return Optional.empty();
        }
    }

    /** Made once there is an ingress: most nodes never need one. */
    private ShownCertificates certificates() {
        ShownCertificates shown = certificates.orElseGet(this::selfSigned);
        certificates = Optional.of(shown);
        return shown;
    }

    private ShownCertificates selfSigned() {
        try {
            return new ShownCertificates(Certificates.selfSigned(clock.instant(), chance));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java can make a certificate", e);
        }
    }

    private Vertx vertx() {
        Vertx running = vertx.orElseGet(() -> Vertx.vertx(new VertxOptions()
                .setUseDaemonThread(true)
                // Nothing is served from files, so that it needs no cache directory.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false))));
        vertx = Optional.of(running);
        return running;
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(Duration.ofSeconds(15));
        http.shut();
        https.shut();
        vertx.ifPresent(Vertx::close);
    }

    /** A port, and what came of the wish to serve at it. Only the thread of the ingress changes it. */
    private final class Door {

        private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
        private static final Duration PAUSE_MAX = Duration.ofMinutes(1);

        private final int port;
        private final String protocol;
        private final String flag;
        private Optional<Entrance> entrance = Optional.empty();
        private Optional<Duration> pause = Optional.empty();
        private long notBeforeMs;
        private volatile boolean isOpen;

        Door(int port, String protocol, String flag) {
            this.port = port;
            this.protocol = protocol;
            this.flag = flag;
        }

        int open() {
            return isOpen ? port : 0;
        }

        Optional<Duration> pause() {
            return pause;
        }

        void open(Optional<ShownCertificates> shown) throws InterruptedException {
            if (port == 0 || isOpen || clock.millis() < notBeforeMs) {
                return;
            }
            try {
                Forwarder.Rules rules = new Forwarder.Rules(() -> table, turns, https::open);
                entrance = Optional.of(Entrance.open(vertx(), port, shown, rules));
                isOpen = true;
                pause = Optional.empty();
                log.info("serves ingresses with {} at port {}", protocol, port);
            } catch (IOException e) {
                complain(e);
            }
        }

        private void complain(IOException e) {
            if (pause.isEmpty()) {
                log.warn(
                        "This node does not serve ingresses with {} for now, everything else goes on; it is tried"
                                + " again while there is an ingress: {}. To use another port, or none (0), start the"
                                + " agent with {}.",
                        protocol,
                        e.getMessage(),
                        flag);
            }
            Duration longer = pause.map(before -> before.multipliedBy(2)).orElse(FIRST_PAUSE);
            Duration next = longer.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : longer;
            pause = Optional.of(next);
            notBeforeMs = clock.millis() + next.toMillis();
        }

        void shut() {
            if (isOpen) {
                log.info("serves no ingress any more: port {} is free", port);
            }
            entrance.ifPresent(Entrance::close);
            entrance = Optional.empty();
            isOpen = false;
            pause = Optional.empty();
            notBeforeMs = 0;
        }
    }
}
