package dev.gantry.controller.kube.watch;

import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the store with one subscription, remembers the last events, and offers each to all watchers. */
public final class Fanout implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Fanout.class);
    private static final int REMEMBERED_MAX = 4_096;
    private static final int BEHIND_MAX = 65_536;

    private record Step(Snapshot before, Snapshot after, List<Change<?>> changes) {}

    private final Observation observation;
    private final Store.Subscription subscription;
    private final LinkedBlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<ObjectEvent> remembered = new ArrayDeque<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final Thread thread;
    private volatile Snapshot latest;
    private long floor;

    public Fanout(Store store, Observation observation) {
        this.observation = observation;
        this.latest = store.snapshot();
        this.subscription = store.subscribe(this::heard);
        // What came before the subscription was not heard, and is not remembered.
        this.floor = store.snapshot().revision();
        this.thread = Thread.ofVirtual().name("kube-watch").start(this::run);
    }

    /**
     * Watches from a revision on.
     *
     * @param within names cluster and resource, and the namespace unless it is empty; its name is empty
     * @return nothing when the revision is so old that something after it was forgotten
     */
    public Optional<Watcher> watch(ObjectName within, long since) {
        lock.lock();
        try {
            if (since < floor) {
                return Optional.empty();
            }
            Watcher watcher = new Watcher(within, since, this::leave);
            remembered.forEach(watcher::offer);
            watchers.add(watcher);
            return Optional.of(watcher);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        subscription.close();
        thread.interrupt();
        lock.lock();
        try {
            watchers.forEach(Watcher::drop);
        } finally {
            lock.unlock();
        }
    }

    /** Called by the store: it only enqueues. */
    private void heard(Snapshot image, List<Change<?>> changes) {
        steps.add(new Step(latest, image, changes));
        latest = image;
    }

    private void run() {
        try {
            while (true) {
                Step step = steps.take();
                if (steps.size() > BEHIND_MAX) {
                    forget(step);
                } else {
                    tell(step);
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("the watches end");
        }
    }

    private void tell(Step step) {
        List<ObjectEvent> events = new ArrayList<>();
        for (Change<?> change : step.changes()) {
            try {
                events.addAll(observation.events(step.before(), step.after(), change));
            } catch (RuntimeException e) {
                LOG.error("cannot tell the change of {}", change.key(), e);
            }
        }
        lock.lock();
        try {
            for (ObjectEvent event : events) {
                remembered.add(event);
                if (remembered.size() > REMEMBERED_MAX) {
                    floor = Math.max(floor, remembered.remove().revision());
                }
                watchers.forEach(watcher -> watcher.offer(event));
            }
            watchers.forEach(watcher -> watcher.reached(step.after().revision()));
        } finally {
            lock.unlock();
        }
    }

    /** Falling behind must not grow memory: everybody has to list again. */
    private void forget(Step last) {
        LOG.warn(
                "watches are too far behind at revision {}; their clients list again",
                last.after().revision());
        lock.lock();
        try {
            steps.clear();
            remembered.clear();
            floor = latest.revision();
            watchers.forEach(Watcher::drop);
        } finally {
            lock.unlock();
        }
    }

    private void leave(Watcher watcher) {
        lock.lock();
        try {
            watchers.remove(watcher);
        } finally {
            lock.unlock();
        }
    }
}
