package dev.gantry.controller.dispatch;

import dev.gantry.controller.dispatch.SessionState.Stage;
import dev.gantry.link.Outgoing;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Hello;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Reports;
import dev.gantry.proto.ToAgent;
import dev.gantry.proto.Usage;
import dev.gantry.store.Store;
import dev.gantry.store.UnavailableException;
import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link SessionRules} for one node: one thread takes what happens, decides, and is the only one that writes to the
 * stream. While the agent is slow to read it waits, and what changes meanwhile becomes one delta.
 */
final class Session {

    private static final Logger log = LoggerFactory.getLogger(Session.class);
    private static final Duration HELLO_WITHIN = Duration.ofSeconds(10);
    private static final int BATCHES_AHEAD_MAX = 8;

    private final String nodeId;
    private final Desk desk;
    private final CallStreamObserver<ToAgent> control;
    private final Outgoing<ToAgent> out;
    // Bounded: one message from the agent at a time, one change, one acknowledgement, and the channels that may be
    // open.
    private final BlockingQueue<SessionInput> inbox = new LinkedBlockingQueue<>();
    private final AtomicBoolean changed = new AtomicBoolean();
    private final AtomicLong committed = new AtomicLong();
    private final AtomicBoolean acknowledging = new AtomicBoolean();
    private final Deque<Long> uncommitted = new ArrayDeque<>();
    private boolean reading = true;
    private volatile SessionState state;
    private volatile @Nullable Thread thread;

    Session(String nodeId, Desk desk, CallStreamObserver<ToAgent> control, Outgoing<ToAgent> out) {
        this.nodeId = nodeId;
        this.desk = desk;
        this.control = control;
        this.out = out;
        this.state = SessionState.of(nodeId);
    }

    String nodeId() {
        return nodeId;
    }

    boolean isLive() {
        return state.stage() == Stage.LIVE;
    }

    void start() {
        Thread running = Thread.ofVirtual().name("session-" + nodeId).unstarted(this::run);
        thread = running;
        running.start();
        control.request(1);
    }

    void said(FromAgent message) {
        inbox.add(new SessionInput.Said(message));
    }

    /** Something of this node may have changed in the store. */
    void changed() {
        if (changed.compareAndSet(false, true)) {
            inbox.add(new SessionInput.Changed());
        }
    }

    void committed(long sequence) {
        committed.accumulateAndGet(sequence, Math::max);
        if (acknowledging.compareAndSet(false, true)) {
            inbox.add(new SessionInput.Committed(sequence));
        }
    }

    void want(OpenChannel request) {
        inbox.add(new SessionInput.Wanted(request));
    }

    void doubt(String reason) {
        inbox.add(new SessionInput.Doubted(reason));
    }

    void replaced() {
        inbox.add(new SessionInput.Replaced());
    }

    /** The stream is gone. */
    void ended() {
        out.ended();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run() {
        try {
            SessionInput first = inbox.poll(HELLO_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            advance(first == null ? new SessionInput.Silent() : first);
            while (state.stage() != Stage.OVER) {
                advance(inbox.take());
            }
        } catch (InterruptedException _) {
            out.fail(Status.UNAVAILABLE.withDescription("the session was ended"));
        } catch (RuntimeException e) {
            log.error("session of node {} failed", nodeId, e);
            out.fail(Status.INTERNAL.withDescription("the controller failed; its log says why"));
        } finally {
            state = state.in(Stage.OVER);
            desk.sessions().closed(this);
        }
    }

    private void advance(SessionInput input) throws InterruptedException {
        switch (input) {
            // Cleared before the image is read, so that no later change is missed.
            case SessionInput.Changed _ -> changed.set(false);
            case SessionInput.Committed _ -> acknowledging.set(false);
            default -> {}
        }
        SessionInput newest =
                input instanceof SessionInput.Committed ? new SessionInput.Committed(committed.get()) : input;
        SessionRules.Step step = desk.rules().step(state, newest, desk.circumstances());
        state = step.state();
        for (SessionEffect effect : step.effects()) {
            perform(effect);
        }
        readOn(newest);
    }

    private void perform(SessionEffect effect) throws InterruptedException {
        switch (effect) {
            case SessionEffect.Send(ToAgent message) -> {
                if (!out.send(message)) {
                    state = state.in(Stage.OVER);
                    out.fail(Status.UNAVAILABLE.withDescription("the agent does not read"));
                }
            }
            case SessionEffect.Register(Hello hello) -> register(hello);
            case SessionEffect.Heard _ ->
                desk.heartbeats().heard(nodeId, desk.clock().instant());
            case SessionEffect.Hand(Reports reports) -> {
                uncommitted.addLast(reports.getSequence());
                desk.intake().hand(this, reports);
            }
            case SessionEffect.Measured(Usage usage) ->
                desk.usage().measured(nodeId, usage, desk.clock().instant());
            case SessionEffect.Refuse(String channelId, String reason) ->
                desk.channels().refused(nodeId, channelId, reason);
            case SessionEffect.End(Status status) -> end(status);
        }
    }

    private void register(Hello hello) throws InterruptedException {
        SessionInput outcome;
        try {
            outcome = desk.registrar().register(nodeId, hello)
                    ? new SessionInput.Registered()
                    : new SessionInput.Doubted("this controller does not lead any more");
        } catch (UnavailableException e) {
            log.warn("node {} cannot register: {}", nodeId, e.getMessage());
            outcome = new SessionInput.Doubted("the store cannot be reached: " + e.getMessage());
        }
        boolean first = state.stage() == Stage.REGISTERING;
        advance(outcome);
        if (first && isLive()) {
            log.info(
                    "node {} ({}) connected, epoch {}",
                    nodeId,
                    hello.getInfo().getName(),
                    state.sent().epoch());
        }
    }

    private void end(Status status) {
        if (status.isOk()) {
            out.complete();
        } else {
            log.info("session of node {} ends: {}", nodeId, status.getDescription());
            out.fail(status);
        }
    }

    /** Asks for the agent's next message, unless it is too far ahead of the store. */
    private void readOn(SessionInput done) {
        if (done instanceof SessionInput.Said) {
            reading = false;
        }
        uncommitted.removeIf(sequence -> sequence <= committed.get());
        if (!reading && state.stage() != Stage.OVER && uncommitted.size() < BATCHES_AHEAD_MAX) {
            reading = true;
            control.request(1);
        }
    }

    /** What sessions share. */
    record Desk(
            SessionRules rules,
            Registrar registrar,
            Heartbeats heartbeats,
            ReportIntake intake,
            Channels channels,
            Sessions sessions,
            Store store,
            Leading leading,
            RouteBoard routes,
            UsageBoard usage,
            InstantSource clock) {

        SessionRules.Circumstances circumstances() {
            Instant now = clock.instant();
            return new SessionRules.Circumstances(now, store.snapshot(), Lead.of(leading, now), routes.table());
        }
    }
}
