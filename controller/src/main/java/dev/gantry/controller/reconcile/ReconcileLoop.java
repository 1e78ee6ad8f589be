package dev.gantry.controller.reconcile;

import com.google.protobuf.Message;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    /** One subscription, one queue and their workers. */
    private static final class Term<T extends Message> implements Store.Listener {

        private final Passes<T> passes;
        private final LoopEnvironment environment;
        private final Store.Subscription subscription;
        private final List<Thread> workers = new ArrayList<>();
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition news = lock.newCondition();
        private long newsCount;
        private volatile boolean ended;

        private Term(ReconcileLoop<T> loop) {
            environment = loop.environment;
            passes = new Passes<>(loop.reconciler, environment, loop.settings, loop.meters);
            subscription = environment.store().subscribe(this);
            for (int i = 0; i < loop.settings.workers(); i++) {
                workers.add(Thread.ofVirtual()
                        .name(loop.reconciler.name() + "-" + i)
                        .start(this::work));
            }
        }

        @Override
        public void changed(Snapshot image, List<Change<?>> changes) {
            passes.changed(image, changes);
            tell();
        }

        private void work() {
            try {
                while (!ended) {
                    long seen = newsCount();
                    Instant now = environment.clock().instant();
                    Instant next = passes.step(now);
                    if (next.isAfter(now)) {
                        await(seen, Duration.between(environment.clock().instant(), next));
                    } else {
                        // Those who wait must learn of the work that is left, and of delays that
                        // this pass has set.
                        tell();
                    }
                }
            } catch (InterruptedException e) {
                if (!ended) {
                    LOG.warn(
                            "{} was interrupted by a stranger",
                            Thread.currentThread().getName());
                }
            }
        }

        private long newsCount() {
            lock.lock();
            try {
                return newsCount;
            } finally {
                lock.unlock();
            }
        }

        private void tell() {
            lock.lock();
            try {
                newsCount++;
                news.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void await(long seen, Duration most) throws InterruptedException {
            lock.lock();
            try {
                long nanos = most.toNanos();
                while (newsCount == seen && nanos > 0) {
                    nanos = news.awaitNanos(nanos);
                }
            } finally {
                lock.unlock();
            }
        }

        private void end() {
            ended = true;
            subscription.close();
            workers.forEach(Thread::interrupt);
        }

        private void join() {
            long deadline = System.nanoTime() + END_MAX.toNanos();
            try {
                for (Thread worker : workers) {
                    if (!worker.join(Duration.ofNanos(deadline - System.nanoTime()))) {
                        LOG.warn("{} does not end", worker.getName());
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
