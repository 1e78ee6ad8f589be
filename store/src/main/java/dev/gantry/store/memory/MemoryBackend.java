package dev.gantry.store.memory;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend;
import dev.gantry.store.Lease;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.ledger.Audience;
import dev.gantry.store.ledger.History;
import dev.gantry.store.ledger.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All promises of a backend but the one about disks. Watchers hear of a change on the thread that made it, before its
 * commit returns. Leases end only when {@link #expire} says what time it is; {@link LeaseTimer} does so in real time.
 */
public final class MemoryBackend implements Backend {

    /** Revisions that are remembered for watches, unless told otherwise. */
    public static final int HISTORY_MAX = 100_000;

    private static final long HISTORY_BYTES_MAX = 256L << 20;

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Ledger ledger = new Ledger(1);
    private final NavigableMap<String, Entry> entries = new TreeMap<>();
    private final History history;
    private final Audience audience = new Audience();
    private boolean closed;

    /** Leases count by the system's clock. */
    public MemoryBackend() {
        this(InstantSource.system());
    }

    public MemoryBackend(InstantSource clock) {
        this(clock, HISTORY_MAX);
    }

    public MemoryBackend(InstantSource clock, int historyMax) {
        this.clock = clock;
        this.history = new History(ledger.revision(), historyMax, HISTORY_BYTES_MAX);
    }

    @Override
    public Contents read() {
        lock.lock();
        try {
            requireOpen();
            return new Contents(ledger.revision(), List.copyOf(entries.values()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Result commit(Request request) {
        lock.lock();
        try {
            requireOpen();
            Optional<String> conflict = ledger.conflict(request);
            if (conflict.isPresent()) {
                return new Result.Conflicted(conflict.get());
            }
            record(ledger.apply(request));
            return new Result.Committed(ledger.revision());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public AutoCloseable watch(long revision, Watcher watcher) {
        lock.lock();
        try {
            requireOpen();
            return history.replay(revision, watcher) ? audience.add(revision, watcher) : () -> {};
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Lease grant(Duration timeToLive) {
        lock.lock();
        try {
            requireOpen();
            return ledger.grant(timeToLive, clock.instant());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean renew(Lease lease) {
        lock.lock();
        try {
            requireOpen();
            return ledger.renew(lease, clock.instant());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void revoke(Lease lease) {
        lock.lock();
        try {
            requireOpen();
            record(ledger.end(lease));
        } finally {
            lock.unlock();
        }
    }

    /** Ends the leases whose time is over. */
    public void expire(Instant now) {
        lock.lock();
        try {
            ledger.ended(now).forEach(lease -> record(ledger.end(lease)));
        } finally {
            lock.unlock();
        }
    }

    /** When the next lease ends unless it is renewed. */
    public Optional<Instant> nextExpiry() {
        lock.lock();
        try {
            return ledger.nextEnd();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void compact(long revision) {
        lock.lock();
        try {
            requireOpen();
            history.forget(Math.min(revision, ledger.revision()));
        } finally {
            lock.unlock();
        }
    }

    /** Ends every watch as if the connection had gone; those who watch have to read again. */
    public void loseWatchers(String reason) {
        lock.lock();
        try {
            audience.lose(reason);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    private void record(List<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        for (Event event : events) {
            ByteString value = event.value();
            if (value == null) {
                entries.remove(event.path());
            } else {
                entries.put(event.path(), new Entry(event.path(), value, event.revision()));
            }
        }
        history.add(ledger.revision(), events);
        audience.tell(ledger.revision(), events);
    }

    private void requireOpen() {
        if (closed) {
            throw new UnavailableException("the store in memory is closed");
        }
    }
}
