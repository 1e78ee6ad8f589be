package dev.gantry.agent.connection;

import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.Workshop;
import dev.gantry.proto.AgentsGrpc;
import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskQuestion;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node in touch with whoever leads: connects, obeys, reports, and connects again. Between connections the node
 * goes on with the newest set that it was given.
 */
public final class AgentLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AgentLink.class);
    private static final int REDIRECTS_MAX = 3;
    private static final Duration RENEWAL_AGAIN = Duration.ofMinutes(10);
    private static final int QUESTIONS_MAX = 8;
    private static final int ANSWER_WITHIN_SECONDS = 4;

    private final Settings settings;
    private final Parts parts;
    private final Membership membership;
    private final DesiredFile file;
    private final KnownControllers known;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Semaphore questions = new Semaphore(QUESTIONS_MAX);
    private volatile boolean connected;
    private volatile @Nullable ManagedChannel leader;
    private volatile NodeIdentity identity;
    private Obeyed obeyed;
    private double renewalPoint;
    private Instant renewalNotBefore = Instant.MIN;
    private @Nullable Thread thread;

    /**
     * Where the link keeps things and goes.
     *
     * @param directory   of the identity and the newest desired set
     * @param controllers tried in turn, until one names the leader
     */
    public record Settings(Path directory, List<HostPort> controllers, LinkTiming timing) {
        public Settings {
            controllers = List.copyOf(controllers);
            if (controllers.isEmpty()) {
                throw new LinkException("there is no controller to connect to; pass --join TOKEN@HOST:PORT");
            }
        }
    }

    /**
     * What the link works with.
     *
     * @param leash    of what must not run twice
     * @param routing  follows what services lead to
     * @param reports  where the workshop puts what it saw
     * @param usage    where it is put what the machine uses
     * @param nanoTime a clock that nobody can set
     */
    public record Parts(
            Workshop workshop,
            Leash leash,
            Routing routing,
            ReportQueue reports,
            NewestUsage usage,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom chance) {}

    public AgentLink(Settings settings, NodeIdentity identity, Parts parts) {
        this.settings = settings;
        this.identity = identity;
        this.parts = parts;
        this.membership = new Membership(settings.directory(), parts.clock(), parts.chance());
        this.file = new DesiredFile(settings.directory());
        this.known = new KnownControllers(settings.directory(), settings.controllers());
        this.obeyed = Obeyed.NOTHING;
        this.renewalPoint = parts.chance().nextDouble();
    }

    /** Goes on with the set that was last obeyed, and begins to look for a leader. */
    public void start() {
        file.load().ifPresent(kept -> {
            obeyed = kept;
            log.info(
                    "goes on with {} workloads of revision {}", kept.workloads().size(), kept.revision());
            parts.workshop().obey(kept.workloads().values());
        });
        file.start();
        thread = Thread.ofVirtual().name("agent-link").start(this::run);
    }

    /** Whether a leader has taken this node on, as far as is known. */
    public boolean isConnected() {
        return connected;
    }

    /** Asks the leader for a task of this node. */
    public TaskAnswer ask(TaskQuestion question) throws IOException {
        ManagedChannel channel = leader;
        if (channel == null) {
            throw new IOException("this node is not connected to a leader at the moment");
        }
        if (!questions.tryAcquire()) {
            throw new IOException("this node asks for " + QUESTIONS_MAX + " tasks already");
        }
        try {
            return AgentsGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .ask(question);
        } catch (StatusRuntimeException e) {
            throw new IOException("the leader does not answer: " + Wire.words(e), e);
        } finally {
            questions.release();
        }
    }

    public String nodeId() {
        return identity.nodeId();
    }

    @Override
    public void close() throws InterruptedException {
        stop.countDown();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            running.join(Duration.ofSeconds(5));
        }
        file.close();
    }

    private boolean isStopped() {
        return stop.getCount() == 0;
    }

    private void run() {
        SideChannels channels = new SideChannels(parts.workshop());
        Connection.Parts shared = new Connection.Parts(
                parts.workshop(),
                parts.leash(),
                parts.routing(),
                parts.reports(),
                parts.usage(),
                channels,
                file,
                known,
                new LinkRules(settings.timing().silenceMax()),
                settings.timing(),
                parts.nanoTime(),
                () -> isStopped() || isRenewalDue());
        try {
            seek(shared);
        } catch (InterruptedException _) {
            log.debug("the link ends");
        }
    }

    private void seek(Connection.Parts shared) throws InterruptedException {
        int failures = 0;
        int redirects = 0;
        HostPort controller = known.first();
        while (!isStopped()) {
            Connection.Outcome outcome = visit(controller, shared);
            obeyed = outcome.obeyed();
            failures = outcome.welcomed() ? 1 : failures + 1;
            redirects = outcome.next().isPresent() ? redirects + 1 : 0;
            log.info("left {}: {}", controller, outcome.reason());
            if (outcome.next().isPresent() && redirects <= REDIRECTS_MAX) {
                controller = outcome.next().get();
                continue;
            }
            // Even after a leader was lost: it may be gone for good, and whoever follows it knows it if it is back.
            controller = known.after(controller);
            redirects = 0;
            Duration pause = settings.timing().pause(failures, parts.chance().nextDouble());
            boolean _ = stop.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Connection.Outcome visit(HostPort controller, Connection.Parts shared) throws InterruptedException {
        ManagedChannel channel = Wire.connect(controller, identity, parts.clock());
        try {
            if (isRenewalDue()) {
                renew(channel);
                return new Connection.Outcome(
                        obeyed, false, "the certificate was looked after", Optional.of(controller));
            }
            return new Connection(shared, channel, obeyed).run(identity.nodeId(), () -> {
                connected = true;
                leader = channel;
                log.info("connected to the leader at {} as node {}", controller, identity.nodeId());
            });
        } catch (LinkException e) {
            log.warn("{}", e.getMessage());
            return new Connection.Outcome(obeyed, false, String.valueOf(e.getMessage()), Optional.empty());
        } catch (RuntimeException e) {
            log.error("the session at {} failed", controller, e);
            return new Connection.Outcome(obeyed, false, "an error of this agent: " + e, Optional.empty());
        } finally {
            connected = false;
            leader = null;
            channel.shutdownNow();
            parts.reports().takeBack();
        }
    }

    /** While the present certificate is valid, a renewal that fails does not keep the node from its work. */
    private void renew(ManagedChannel channel) {
        try {
            identity = membership.renew(identity, channel);
            renewalPoint = parts.chance().nextDouble();
        } catch (LinkException e) {
            Instant now = parts.clock().instant();
            if (!now.isBefore(identity.expiresAt())) {
                throw new LinkException(
                        "the node's certificate expired at " + identity.expiresAt() + " and cannot be renewed ("
                                + e.getMessage() + "); if this goes on, remove key.pem, cert.pem and ca.pem in "
                                + settings.directory() + " and join again with a new token",
                        e);
            }
            log.warn("{}; the present one is good until {}", e.getMessage(), identity.expiresAt());
            renewalNotBefore = now.plus(RENEWAL_AGAIN);
        }
    }

    private boolean isRenewalDue() {
        Instant now = parts.clock().instant();
        boolean expired = !now.isBefore(identity.expiresAt());
        return expired || (!now.isBefore(renewalNotBefore) && !now.isBefore(identity.renewAt(renewalPoint)));
    }
}
