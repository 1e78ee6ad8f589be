package dev.gantry.store;

import dev.gantry.store.Backend.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A watcher that remembers what it was told. */
public final class Heard implements Backend.Watcher {

    private final List<Event> events = new ArrayList<>();
    private long lastRevision;
    private int calls;
    private @Nullable String lostReason;

    @Override
    public synchronized void changed(long revision, List<Event> told) {
        events.addAll(told);
        lastRevision = revision;
        calls += told.isEmpty() ? 0 : 1;
    }

    @Override
    public synchronized void lost(String reason) {
        lostReason = reason;
    }

    public synchronized List<Event> events() {
        return List.copyOf(events);
    }

    public synchronized long lastRevision() {
        return lastRevision;
    }

    /** How many calls told something. */
    public synchronized int calls() {
        return calls;
    }

    public synchronized Optional<String> lostReason() {
        return Optional.ofNullable(lostReason);
    }
}
