package dev.gantry.controller.reconcile;

import com.google.protobuf.Message;
import dev.gantry.store.Change;
import dev.gantry.store.Commit;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One leader's term of one loop, without threads of its own: {@link #takeIn} takes in what changed, and says whether a
 * step has become due by it; each {@link #step} does at most one pass. Workers call it side by side; a simulation calls
 * it alone with a clock of its own.
 */
public final class Passes<T extends Message> implements Store.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Passes.class);

    /** Clocks of workers differ by less; a greater step back means that the clock was set. */
    private static final Duration CLOCK_STEP = Duration.ofSeconds(1);

    private final Reconciler<T> reconciler;
    private final LoopEnvironment environment;
    private final LoopSettings settings;
    private final LoopMeters meters;
    private final KeyQueue<Key<T>> queue;

    /** What changes have woken since the last step. When it is full, everything is looked at instead. */
    private final BlockingQueue<Key<T>> woken;

    /** Something may be due that is not in the queue. At first that is everything. */
    private final AtomicBoolean missed = new AtomicBoolean(true);

    private Iterator<Key<T>> backlog = Collections.emptyIterator();
    private KeyQueue.Cause backlogCause = KeyQueue.Cause.CHANGE;
    private Instant nextResync = Instant.MAX;
    private volatile Instant lastStep = Instant.MIN;

    /** The image at which a key that waits for one may be due. */
    private volatile long awaited = Long.MAX_VALUE;

    private record Work<T extends Message>(List<KeyQueue.Turn<Key<T>>> turns, Snapshot image) {}

    /** How a pass ended; {@code revision} is that of its last write, 0 for none. */
    private sealed interface Result {
        record Done(long revision, Optional<Instant> wake) implements Result {}

        record Conflicted(long revision, Key<?> with) implements Result {}

        record Failed(long revision, Exception cause) implements Result {}

        record NotAllowed(long revision) implements Result {}

        /** What it means for one of the outcomes that were carried out together. */
        default Result of(Outcome one) {
            return this instanceof Done done ? new Done(done.revision(), one.wake()) : this;
        }
    }

    Passes(Reconciler<T> reconciler, LoopEnvironment environment, LoopSettings settings, LoopMeters meters) {
        this.reconciler = reconciler;
        this.environment = environment;
        this.settings = settings;
        this.meters = meters;
        this.queue = new KeyQueue<>(settings.queueMax());
        this.woken = new LinkedBlockingQueue<>(settings.queueMax());
    }

    public Passes(Reconciler<T> reconciler, LoopEnvironment environment, LoopSettings settings) {
        this(reconciler, environment, settings, new LoopMeters(environment.meters(), reconciler.name()));
    }

    @Override
    public void changed(Snapshot image, List<Change<?>> changes) {
        boolean _ = takeIn(image, changes);
    }

    /**
     * Takes in what changed, on the thread that tells it: most of what happens in a store concerns few of its loops, and
     * to wake all of them to find that out would cost more than what they do.
     *
     * @return whether a step may find something to do that it did not find before
     */
    public boolean takeIn(Snapshot image, List<Change<?>> changes) {
        boolean wakes = false;
        for (Change<?> change : changes) {
            wakes |= takeIn(change, image);
        }
        return wakes
                || image.revision() >= awaited
                || isSetBack(environment.clock().instant());
    }

    /**
     * Does one pass if a key is due, over as many keys as the reconciler takes at once.
     *
     * @return when to call again, {@code now} for at once; earlier if anything changes
     */
    public Instant step(Instant now) throws InterruptedException {
        // Before the image is read: a pass that began under one leader's record must not end under
        // another's.
        Optional<? extends Versioned<?>> guard = environment.guard().current();
        Work<T> work = next(now);
        if (!work.turns().isEmpty()) {
            Timer.Sample sample = meters.start();
            Map<Key<T>, Result> results = pass(work, guard, now);
            meters.passed(sample);
            work.turns()
                    .forEach(turn -> settle(turn, work.image(), Objects.requireNonNull(results.get(turn.key())), now));
        }
        return nextStep(now);
    }

    private synchronized Work<T> next(Instant now) {
        followClock(now);
        for (Key<T> key = woken.poll(); key != null; key = woken.poll()) {
            if (!queue.offer(key, KeyQueue.Cause.CHANGE)) {
                missed.set(true);
            }
        }
        // After what was told: no key is decided on an image from before the change that woke it.
        Snapshot image = environment.store().snapshot();
        fillUp(image, now);
        List<KeyQueue.Turn<Key<T>>> turns = new ArrayList<>();
        Optional<KeyQueue.Turn<Key<T>>> turn = queue.take(now, image.revision());
        while (turn.isPresent()) {
            turns.add(turn.get());
            turn = turns.size() < reconciler.atOnce() ? queue.take(now, image.revision()) : Optional.empty();
        }
        awaited = queue.awaited().orElse(Long.MAX_VALUE);
        return new Work<>(turns, image);
    }

    private void followClock(Instant now) {
        if (nextResync.equals(Instant.MAX)) {
            nextResync = now.plus(settings.resync());
        } else if (isSetBack(now)) {
            Duration by = Duration.between(lastStep, now);
            queue.shift(by);
            nextResync = nextResync.plus(by);
        }
        lastStep = now;
    }

    private boolean isSetBack(Instant now) {
        return now.plus(CLOCK_STEP).isBefore(lastStep);
    }

    private boolean takeIn(Change<?> change, Snapshot image) {
        boolean wakes = false;
        try {
            for (Key<T> key : reconciler.wokenBy(change, image)) {
                wakes = true;
                if (!woken.offer(key)) {
                    missed.set(true);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("{}: cannot tell what {} wakes; the next resync looks at everything", name(), change.key(), e);
        }
        return wakes;
    }

    private void fillUp(Snapshot image, Instant now) {
        boolean due = !now.isBefore(nextResync);
        if (due) {
            nextResync = now.plus(settings.resync());
        }
        if (!backlog.hasNext() && (missed.get() || due)) {
            backlogCause = missed.getAndSet(false) ? KeyQueue.Cause.CHANGE : KeyQueue.Cause.RESYNC;
            backlog = reconciler.all(image).iterator();
        }
        while (backlog.hasNext() && !queue.isFull()) {
            queue.offer(backlog.next(), backlogCause);
        }
    }

    private Map<Key<T>, Result> pass(Work<T> work, Optional<? extends Versioned<?>> guard, Instant now)
            throws InterruptedException {
        Map<Key<T>, Result> results = new HashMap<>();
        Map<Key<T>, Outcome> small = new LinkedHashMap<>();
        for (KeyQueue.Turn<Key<T>> turn : work.turns()) {
            Key<T> key = turn.key();
            try {
                Outcome outcome = reconciler.reconcile(work.image(), key, now);
                if (work.turns().size() > 1 && outcome.writes().size() == 1) {
                    small.put(key, outcome);
                } else {
                    results.put(key, carryOut(outcome, guard));
                }
            } catch (RuntimeException e) {
                results.put(key, new Result.Failed(0, e));
            }
        }
        while (!small.isEmpty()) {
            results.putAll(together(small, guard));
        }
        return results;
    }

    /** Commits the first of them, and with it what fits beside it; takes those out that it has results of. */
    private Map<Key<T>, Result> together(Map<Key<T>, Outcome> small, Optional<? extends Versioned<?>> guard)
            throws InterruptedException {
        Bundle bundle = new Bundle();
        Map<Key<T>, Outcome> taken = new LinkedHashMap<>();
        small.forEach((key, outcome) -> {
            if (bundle.add(outcome.writes().getFirst())) {
                taken.put(key, outcome);
            }
        });
        small.keySet().removeAll(taken.keySet());
        Map<Key<T>, Result> results = new HashMap<>();
        Result all = carryOut(Outcome.write(bundle.build()), guard);
        // One that met another write must not hold up those that did not.
        boolean areApart = all instanceof Result.Conflicted && taken.size() > 1;
        for (Map.Entry<Key<T>, Outcome> one : taken.entrySet()) {
            results.put(one.getKey(), areApart ? carryOut(one.getValue(), guard) : all.of(one.getValue()));
        }
        return results;
    }

    private Result carryOut(Outcome outcome, Optional<? extends Versioned<?>> guard) throws InterruptedException {
        long revision = 0;
        Map<Key<?>, Long> written = new HashMap<>();
        try {
            for (Transaction transaction : outcome.writes()) {
                if (transaction.isEmpty()) {
                    continue;
                }
                if (guard.isEmpty() || !guard.equals(environment.guard().current())) {
                    return new Result.NotAllowed(revision);
                }
                switch (commit(transaction.after(written).guardedBy(guard.get()))) {
                    case Commit.Committed(long at) -> {
                        revision = at;
                        transaction
                                .writes()
                                .forEach((one, value) -> written.put(one, value.isPresent() ? at : Transaction.ABSENT));
                    }
                    case Commit.Conflicted(Key<?> with) -> {
                        return new Result.Conflicted(revision, with);
                    }
                }
            }
            return new Result.Done(revision, outcome.wake());
        } catch (RuntimeException e) {
            return new Result.Failed(revision, e);
        }
    }

    private Commit commit(Transaction transaction) throws InterruptedException {
        Timer.Sample sample = meters.start();
        String result = "failed";
        try {
            Commit commit = environment.store().commit(transaction);
            result = commit instanceof Commit.Committed ? "committed" : "conflicted";
            return commit;
        } finally {
            meters.committed(sample, result);
        }
    }

    private synchronized void settle(KeyQueue.Turn<Key<T>> turn, Snapshot image, Result result, Instant now) {
        Key<T> key = turn.key();
        switch (result) {
            case Result.Done(long revision, Optional<Instant> wake) -> {
                if (revision > 0 && turn.cause() == KeyQueue.Cause.RESYNC) {
                    meters.drifted();
                    LOG.warn("{}: only the periodic resync found work for {}", name(), key);
                }
                queue.finished(key, revision, wake);
            }
            case Result.Conflicted(long revision, Key<?> with) -> {
                meters.retried();
                LOG.debug("{}: {} was decided on an old {}", name(), key, with);
                if (queue.failures(key) < settings.conflictsAtOnce()) {
                    // The image is behind the store, or there would be no conflict: a newer one is
                    // on its way.
                    queue.conflicted(key, Math.max(revision, image.revision() + 1));
                } else {
                    queue.failed(key, revision, retryAt(key, now));
                }
            }
            case Result.NotAllowed(long revision) -> queue.failed(key, revision, retryAt(key, now));
            case Result.Failed(long revision, Exception cause) -> {
                meters.retried();
                report(key, cause);
                queue.failed(key, revision, retryAt(key, now));
            }
        }
        meters.depth(queue.depth());
    }

    private void report(Key<T> key, Exception cause) {
        if (cause instanceof UnavailableException) {
            LOG.warn("{}: {} waits for the store: {}", name(), key, cause.getMessage());
        } else {
            LOG.error("{}: {} cannot be decided, it is tried again later", name(), key, cause);
        }
    }

    private Instant retryAt(Key<T> key, Instant now) {
        return now.plus(settings.backOff()
                .after(queue.failures(key) + 1, environment.chance().getAsDouble()));
    }

    private synchronized Instant nextStep(Instant now) {
        awaited = queue.awaited().orElse(Long.MAX_VALUE);
        // An image that came before that was said woke nobody.
        if (queue.depth() > 0 || environment.store().snapshot().revision() >= awaited) {
            return now;
        }
        return queue.nextDue().filter(due -> due.isBefore(nextResync)).orElse(nextResync);
    }

    private String name() {
        return reconciler.name();
    }
}
