package dev.gantry.controller.leadership;

import dev.gantry.controller.leadership.Election.Effect;
import dev.gantry.controller.leadership.Election.Event;
import dev.gantry.controller.leadership.Election.State;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Leader;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Versioned;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads around {@link Election}: keeps one controller in the lead and tells the others who it
 * is.
 */
public final class Leadership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    /** More than ever wait: images that do not change the record are not queued. */
    private static final int EVENTS_MAX = 1024;

    private static final Duration IDLE_MAX = Duration.ofSeconds(1);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final Store store;
    private final Election election;
    private final Ballot ballot;
    private final Supplier<Moment> clock;
    private final List<Follower> followers;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(EVENTS_MAX);
    private volatile State state;
    private @Nullable Thread thread;
    private Store.@Nullable Subscription subscription;

    /**
     * @param clock the wall clock and one that cannot be set
     * @param chance numbers from 0 to 1, for jitter
     * @param followers told of every change, in this order
     */
    public Leadership(
            Store store,
            Candidate candidate,
            LeadershipSettings settings,
            Supplier<Moment> clock,
            DoubleSupplier chance,
            MeterRegistry meters,
            List<Follower> followers) {
        this.store = store;
        this.election = new Election(settings, chance);
        this.ballot = new Ballot(store, candidate, settings.timeToLive(), clock);
        this.clock = clock;
        this.followers = List.copyOf(followers);
        this.state = election.initial(clock.get());
        Gauge.builder("gantry.leader", this, leadership -> leadership.isLeader() ? 1 : 0)
                .description("Whether this controller leads")
                .register(meters);
    }

    /** Stands for election from now on. */
    public synchronized void start() {
        if (thread != null) {
            throw new IllegalStateException("leadership was started already");
        }
        subscription = store.subscribe(this::changed);
        Snapshot image = store.snapshot();
        offer(new Event.Seen(image.get(Kinds.LEADER_KEY), image.revision()));
        thread = Thread.ofVirtual().name("leadership").start(this::run);
    }

    /** Whether this controller leads, and nobody else can, at this very moment. */
    public boolean isLeader() {
        return election.isConfirmed(state, clock.get());
    }

    /** The record that guards the leader's writes; empty unless {@link #isLeader}. */
    public Optional<Versioned<Leader>> guard() {
        State current = state;
        return current instanceof State.Leading(Election.Term term) && election.isConfirmed(current, clock.get())
                ? Optional.of(term.guard())
                : Optional.empty();
    }

    /**
     * Since when this controller has been leading without a lapse: grace periods count from here.
     * Empty unless {@link #isLeader}.
     */
    public Optional<Instant> confirmedSince() {
        State current = state;
        return current instanceof State.Leading(Election.Term term) && election.isConfirmed(current, clock.get())
                ? term.confirmed().map(Moment::wall)
                : Optional.empty();
    }

    /** Whoever leads, as far as the newest image tells. */
    public Optional<Leader> leader() {
        return store.snapshot().get(Kinds.LEADER_KEY).map(Versioned::value);
    }

    /** Gives up the lead, if it has it, so that another can take over at once. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            running = thread;
            if (subscription != null) {
                subscription.close();
            }
        }
        if (running == null) {
            return;
        }
        offer(new Event.Close());
        try {
            if (!running.join(CLOSE_MAX)) {
                LOG.warn("leadership: the store does not answer; the lease ends by itself");
                running.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void changed(Snapshot image, List<Change<?>> changes) {
        if (changes.stream().anyMatch(change -> change.key().equals(Kinds.LEADER_KEY))) {
            offer(new Event.Seen(image.get(Kinds.LEADER_KEY), image.revision()));
        }
    }

    private void offer(Event event) {
        if (!events.offer(event)) {
            LOG.error("leadership: an event was dropped, its thread is stuck");
        }
    }

    private void run() {
        try {
            while (!(state instanceof State.Closed)) {
                Event event = events.poll(untilWake().toNanos(), TimeUnit.NANOSECONDS);
                Election.Step step = election.step(state, event == null ? new Event.Tick() : event, clock.get());
                state = step.state();
                for (Effect effect : step.effects()) {
                    perform(effect);
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("leadership: interrupted");
        }
    }

    /** Never long, because a clock that was set is only noticed by looking at it. */
    private Duration untilWake() {
        Duration most = election.wake(state)
                .map(wake -> wake.steady().minus(clock.get().steady()))
                .orElse(IDLE_MAX);
        Duration wait = most.compareTo(IDLE_MAX) < 0 ? most : IDLE_MAX;
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    private void perform(Effect effect) throws InterruptedException {
        switch (effect) {
            // These wait for the store, and meanwhile the time must be watched.
            case Effect.Campaign(Optional<Versioned<Leader>> replaced) -> aside(() -> ballot.campaign(replaced));
            case Effect.Renew(var lease) -> aside(() -> ballot.renew(lease));
            case Effect.Revoke(var lease) -> ballot.revoke(lease);
            case Effect.Gained(Versioned<Leader> guard) -> {
                LOG.info("leadership: this controller leads, by revision {}", guard.revision());
                followers.forEach(follower -> tell(() -> follower.gained(guard)));
            }
            case Effect.Lost(String reason) -> {
                LOG.warn("leadership: this controller no longer leads, {}", reason);
                followers.forEach(follower -> tell(follower::lost));
            }
        }
    }

    /** One follower's bug must not keep the others from hearing. */
    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            LOG.error("leadership: a follower failed", e);
        }
    }

    private void aside(Ballot.Call call) {
        Thread.ofVirtual().name("leadership-call").start(() -> {
            try {
                Event answer = call.run();
                offer(answer);
                if (state instanceof State.Closed && answer instanceof Event.Won won) {
                    ballot.revoke(won.lease());
                }
            } catch (InterruptedException e) {
                LOG.debug("leadership: a call was interrupted");
            }
        });
    }
}
