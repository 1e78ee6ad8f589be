package dev.gantry.store.ledger;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend.Event;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Which path stands at which revision, under which lease, and what a request makes of it. Not thread-safe. */
public final class Ledger {

    private final Map<String, Long> revisions = new HashMap<>();
    private final Leases leases = new Leases();
    private long revision;
    private long lastLease;

    /** An empty ledger; its first write gets the revision after {@code revision}. */
    public Ledger(long revision) {
        this.revision = revision;
    }

    /** Takes in a lease that was granted before this process began. It counts anew from now. */
    public void restoreLease(long id, Duration timeToLive, Instant now) {
        lastLease = Math.max(lastLease, id);
        leases.put(id, timeToLive, now);
    }

    /** The highest id of a lease that was ever granted; no lease gets it again. */
    public void restoreLastLease(long id) {
        lastLease = Math.max(lastLease, id);
    }

    /** Takes in an entry that was written before this process began; a lease of 0 is none. */
    public void restore(String path, long entryRevision, long lease) {
        revisions.put(path, entryRevision);
        leases.attach(path, lease == 0 ? null : new Lease(lease));
    }

    public long revision() {
        return revision;
    }

    /** The first path, in their order, that keeps the request from being written: its guard or its lease does not hold. */
    public Optional<String> conflict(Request request) {
        for (Map.Entry<String, Long> guard : new TreeMap<>(request.guards()).entrySet()) {
            if (!revisions.getOrDefault(guard.getKey(), 0L).equals(guard.getValue())) {
                return Optional.of(guard.getKey());
            }
        }
        return request.leases().entrySet().stream()
                .filter(entry -> !leases.has(entry.getValue()))
                .map(Map.Entry::getKey)
                .min(String::compareTo);
    }

    /** Takes in a request that has no conflict, and tells what it changed, in the order of paths. */
    public List<Event> apply(Request request) {
        List<Event> events = new ArrayList<>();
        for (Map.Entry<String, Optional<ByteString>> write : new TreeMap<>(request.writes()).entrySet()) {
            String path = write.getKey();
            if (write.getValue().isPresent()) {
                events.add(new Event(path, write.getValue().get(), revision + 1));
                revisions.put(path, revision + 1);
                leases.attach(path, request.leases().get(path));
            } else if (revisions.remove(path) != null) {
                events.add(new Event(path, null, revision + 1));
                leases.attach(path, null);
            }
        }
        revision = events.isEmpty() ? revision : revision + 1;
        return events;
    }

    public Lease grant(Duration timeToLive, Instant now) {
        lastLease++;
        leases.put(lastLease, timeToLive, now);
        return new Lease(lastLease);
    }

    /** Whether the lease was there and has not ended. */
    public boolean renew(Lease lease, Instant now) {
        return leases.renew(lease, now);
    }

    /** Ends the lease, and tells which entries vanished with it. */
    public List<Event> end(Lease lease) {
        List<Event> events = new ArrayList<>();
        for (String path : leases.end(lease)) {
            revisions.remove(path);
            events.add(new Event(path, null, revision + 1));
        }
        revision = events.isEmpty() ? revision : revision + 1;
        return events;
    }

    /** Leases whose time is over and that {@link #end} has not ended yet. */
    public List<Lease> ended(Instant now) {
        return leases.ended(now);
    }

    /** When the next lease ends unless it is renewed. */
    public Optional<Instant> nextEnd() {
        return leases.nextEnd();
    }
}
