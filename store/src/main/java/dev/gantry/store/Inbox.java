package dev.gantry.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What one watch told and nobody applied yet. Bounded: when it overflows, the watch counts as lost. */
final class Inbox implements Backend.Watcher {

    sealed interface Told {
        record Changed(long revision, List<Backend.Event> events) implements Told {}

        record Lost(String reason) implements Told {}
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Deque<Told.Changed> queue = new ArrayDeque<>();
    private final long bytesMax;
    private long bytes;
    private @Nullable String lost;

    Inbox(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public void changed(long revision, List<Backend.Event> events) {
        lock.lock();
        try {
            if (lost != null) {
                return;
            }
            long more = size(events);
            if (!queue.isEmpty() && bytes + more > bytesMax) {
                queue.clear();
                lost = "fell behind by more than " + bytesMax + " bytes";
            } else {
                queue.add(new Told.Changed(revision, events));
                bytes += more;
            }
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void lost(String reason) {
        lock.lock();
        try {
            lost = lost == null ? reason : lost;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The oldest; that the watch was lost comes after everything it told before. */
    Optional<Told> poll() {
        lock.lock();
        try {
            return Optional.ofNullable(next());
        } finally {
            lock.unlock();
        }
    }

    Told take() throws InterruptedException {
        lock.lock();
        try {
            Told next = next();
            while (next == null) {
                filled.await();
                next = next();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the oldest; empty when nothing came in that time. */
    Optional<Told> take(Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long nanos = longest.toNanos();
            Told next = next();
            while (next == null && nanos > 0) {
                nanos = filled.awaitNanos(nanos);
                next = next();
            }
            return Optional.ofNullable(next);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Told next() {
        Told.Changed changed = queue.poll();
        if (changed != null) {
            bytes -= size(changed.events());
            return changed;
        }
        return lost == null ? null : new Told.Lost(lost);
    }

    private static long size(List<Backend.Event> events) {
        long size = 64;
        for (Backend.Event event : events) {
            size += 128
                    + event.path().length()
                    + (event.value() == null ? 0 : event.value().size());
        }
        return size;
    }
}
