package dev.gantry.controller.reconcile;

import com.google.protobuf.Message;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads around one reconciler. Runs from {@link #start} to {@link #stop}, which is once per
 * leader's term.
 */
public final class ReconcileLoop<T extends Message> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReconcileLoop.class);

    /** How long a worker is given to notice that it was stopped. */
    private static final Duration END_MAX = Duration.ofSeconds(5);

    /** Until a worker says when the next one is due. */
    private static final long FOREVER_NANOS = Duration.ofDays(365).toNanos();

    private final Reconciler<T> reconciler;
    private final LoopEnvironment environment;
    private final LoopSettings settings;
    private final LoopMeters meters;
    private @Nullable Term<T> term;

    public ReconcileLoop(Reconciler<T> reconciler, LoopEnvironment environment, LoopSettings settings) {
        this.reconciler = reconciler;
        this.environment = environment;
        this.settings = settings;
        this.meters = new LoopMeters(environment.meters(), reconciler.name());
    }

    /** Queues every key and works until stopped. */
    public synchronized void start() {
        if (term == null) {
            LOG.info("{}: starts", reconciler.name());
            term = new Term<>(this);
        }
    }

    /** Begins nothing any more, and does not wait for what is under way: its writes are guarded. */
    public synchronized void stop() {
        if (term != null) {
            LOG.info("{}: stops", reconciler.name());
            term.end();
            term = null;
        }
    }

    /** Stops, and waits for what is under way. */
    @Override
    public void close() {
        Term<T> last;
        synchronized (this) {
            last = term;
            stop();
        }
        if (last != null) {
            last.join();
        }
    }

    /**
     * One subscription, one queue, a thread that keeps the time, and as many workers as find work: a worker is started for
     * what has become due and ends when nothing is, since most of what is told concerns few of the loops.
     */
    private static final class Term<T extends Message> implements Store.Listener {

        private final ReconcileLoop<T> loop;
        private final Passes<T> passes;
        private final Store.Subscription subscription;
        private final Thread timer;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition sooner = lock.newCondition();
        private final Set<Thread> workers = new HashSet<>();

        /** Something has become due since a worker began to look last. */
        private boolean due;

        /** When to look even if nothing changes, by {@link System#nanoTime}, which nobody sets. */
        private long wakeNanos = System.nanoTime();

        private boolean ended;

        private Term(ReconcileLoop<T> loop) {
            this.loop = loop;
            passes = new Passes<>(loop.reconciler, loop.environment, loop.settings, loop.meters);
            subscription = loop.environment.store().subscribe(this);
            timer = Thread.ofVirtual().name(loop.reconciler.name() + "-timer").start(this::keepTime);
        }

        @Override
        public void changed(Snapshot image, List<Change<?>> changes) {
            if (passes.takeIn(image, changes)) {
                engage();
            }
        }

        private void keepTime() {
            lock.lock();
            try {
                while (!ended) {
                    long nanos = wakeNanos - System.nanoTime();
                    if (nanos > 0) {
                        long _ = sooner.awaitNanos(nanos);
                    } else {
                        wakeNanos = System.nanoTime() + FOREVER_NANOS;
                        engage();
                    }
                }
            } catch (InterruptedException e) {
                warnUnlessEnded();
            } finally {
                lock.unlock();
            }
        }

        /** Has a worker look at what is due: one more, as long as there may be one, else one that is at work already. */
        private void engage() {
            lock.lock();
            try {
                due = true;
                if (!ended && workers.size() < loop.settings.workers()) {
                    Thread worker =
                            Thread.ofVirtual().name(loop.reconciler.name()).unstarted(this::work);
                    workers.add(worker);
                    worker.start();
                }
            } finally {
                lock.unlock();
            }
        }

        private void work() {
            try {
                while (!leaves(step())) {
                    // Something has become due meanwhile.
                }
            } catch (InterruptedException e) {
                leave(loop.settings.backOff().most());
                warnUnlessEnded();
            } catch (RuntimeException e) {
                LOG.error("{}: a worker failed", loop.reconciler.name(), e);
                leave(loop.settings.backOff().most());
            }
        }

        /** How long until the next one, unless something changes; not positive for at once. */
        private Duration step() throws InterruptedException {
            lock.lock();
            try {
                due = false;
            } finally {
                lock.unlock();
            }
            Instant now = loop.environment.clock().instant();
            Instant next = passes.step(now);
            if (!next.isAfter(now)) {
                // There is more than one worker has to do.
                engage();
            }
            return Duration.between(loop.environment.clock().instant(), next);
        }

        private boolean leaves(Duration wait) {
            lock.lock();
            try {
                if (!ended && (due || !wait.isPositive())) {
                    return false;
                }
                leave(wait);
                return true;
            } finally {
                lock.unlock();
            }
        }

        private void leave(Duration wait) {
            lock.lock();
            try {
                workers.remove(Thread.currentThread());
                long at = System.nanoTime() + wait.toNanos();
                if (at - wakeNanos < 0) {
                    wakeNanos = at;
                    sooner.signal();
                }
            } finally {
                lock.unlock();
            }
        }

        private void warnUnlessEnded() {
            lock.lock();
            try {
                if (!ended) {
                    LOG.warn("{} was interrupted by a stranger", loop.reconciler.name());
                }
            } finally {
                lock.unlock();
            }
        }

        private void end() {
            subscription.close();
            lock.lock();
            try {
                ended = true;
                timer.interrupt();
                workers.forEach(Thread::interrupt);
            } finally {
                lock.unlock();
            }
        }

        private void join() {
            long deadline = System.nanoTime() + END_MAX.toNanos();
            try {
                for (Thread worker : working()) {
                    if (!worker.join(Duration.ofNanos(deadline - System.nanoTime()))) {
                        LOG.warn("{} does not end", worker.getName());
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private List<Thread> working() {
            lock.lock();
            try {
                return List.copyOf(workers);
            } finally {
                lock.unlock();
            }
        }
    }
}
