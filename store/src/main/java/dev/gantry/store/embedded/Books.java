package dev.gantry.store.embedded;

import dev.gantry.store.Backend.Contents;
import dev.gantry.store.Backend.Event;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Backend.Result;
import dev.gantry.store.Backend.Watcher;
import dev.gantry.store.Lease;
import dev.gantry.store.ledger.Audience;
import dev.gantry.store.ledger.History;
import dev.gantry.store.ledger.Ledger;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ledger and file, always in step, with what was decided and is not on the disk yet. Used by the writer thread alone. */
final class Books implements AutoCloseable {

    private final EmbeddedSettings settings;
    private final Pages pages;
    private final Ledger ledger;
    private final History history;
    private final Audience audience;
    private final List<List<Event>> undelivered = new ArrayList<>();
    private boolean dirty;

    private Books(EmbeddedSettings settings, Pages pages, Audience audience) {
        this.settings = settings;
        this.pages = pages;
        this.ledger = pages.ledger(settings.clock().instant());
        // Whoever watches is in this process, so nobody can ask for what was before it.
        this.history = new History(ledger.revision(), settings.historyMax(), settings.historyBytes());
        this.audience = audience;
    }

    static Books open(EmbeddedSettings settings, String scheme, Audience audience) throws IOException {
        Pages pages = Pages.open(settings.directory(), scheme);
        try {
            return new Books(settings, pages, audience);
        } catch (RuntimeException e) {
            pages.abandon();
            throw e;
        }
    }

    Contents read() {
        return new Contents(ledger.revision(), pages.entries());
    }

    Result commit(Request request) {
        Optional<String> conflict = ledger.conflict(request);
        if (conflict.isPresent()) {
            return new Result.Conflicted(conflict.get());
        }
        write(ledger.apply(request), request.leases());
        return new Result.Committed(ledger.revision());
    }

    AutoCloseable watch(long revision, Watcher watcher) {
        // What was decided in this turn is not in the history yet; the watcher hears of it with everybody else.
        return history.replay(revision, watcher) ? audience.add(revision, watcher) : () -> {};
    }

    Lease grant(Duration timeToLive) {
        Lease lease = ledger.grant(timeToLive, settings.clock().instant());
        pages.grant(lease, timeToLive);
        dirty = true;
        return lease;
    }

    boolean renew(Lease lease) {
        return ledger.renew(lease, settings.clock().instant());
    }

    Lease end(Lease lease) {
        write(ledger.end(lease), Map.of());
        pages.end(lease);
        dirty = true;
        return lease;
    }

    void endOverdueLeases() {
        ledger.ended(settings.clock().instant()).forEach(this::end);
    }

    Optional<Instant> nextLeaseEnd() {
        return ledger.nextEnd();
    }

    long forget(long revision) {
        history.forget(Math.min(revision, ledger.revision()));
        return revision;
    }

    /** Puts what was decided on the disk, if anything was. */
    void persist() {
        if (dirty) {
            pages.commit(ledger.revision());
            dirty = false;
        }
    }

    /** Tells the watchers what is on the disk now. */
    void deliver() {
        for (List<Event> events : undelivered) {
            long revision = events.getFirst().revision();
            history.add(revision, events);
            audience.tell(revision, events);
        }
        undelivered.clear();
    }

    boolean compactFile() {
        return pages.compact();
    }

    long fileBytes() {
        return pages.fileBytes();
    }

    int livePercent() {
        return pages.livePercent();
    }

    @Override
    public void close() {
        pages.close();
    }

    void abandon() {
        pages.abandon();
    }

    private void write(List<Event> events, Map<String, Lease> leases) {
        if (!events.isEmpty()) {
            pages.write(events, leases);
            undelivered.add(events);
            dirty = true;
        }
    }
}
