package dev.gantry.store.ledger;

import dev.gantry.store.Backend.Event;
import dev.gantry.store.Backend.Watcher;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The newest revisions, for watches that begin in the past. Bounded by count and by bytes. Not thread-safe. */
public final class History {

    private static final int EVENT_BYTES = 128;

    private final int revisionsMax;
    private final long bytesMax;
    private final NavigableMap<Long, List<Event>> events = new TreeMap<>();
    private long bytes;
    private long start;

    /** A history that begins after {@code start}. */
    public History(long start, int revisionsMax, long bytesMax) {
        this.start = start;
        this.revisionsMax = revisionsMax;
        this.bytesMax = bytesMax;
    }

    public void add(long revision, List<Event> told) {
        events.put(revision, told);
        bytes += size(told);
        while (events.size() > revisionsMax || (bytes > bytesMax && events.size() > 1)) {
            forget(events.firstKey());
        }
    }

    /** Forgets the revisions up to this one; a watch may still begin after it. */
    public void forget(long revision) {
        NavigableMap<Long, List<Event>> old = events.headMap(revision, true);
        for (List<Event> one : old.values()) {
            bytes -= size(one);
        }
        old.clear();
        start = Math.max(start, revision);
    }

    /** Tells the watcher what came after the revision; false when some of it is forgotten. */
    public boolean replay(long revision, Watcher watcher) {
        if (revision < start) {
            watcher.lost("revision " + revision + " is older than the history, which begins at " + start);
            return false;
        }
        for (Map.Entry<Long, List<Event>> one : events.tailMap(revision, false).entrySet()) {
            watcher.changed(one.getKey(), one.getValue());
        }
        return true;
    }

    private static long size(List<Event> told) {
        long size = 0;
        for (Event event : told) {
            size += EVENT_BYTES
                    + event.path().length()
                    + (event.value() == null ? 0 : event.value().size());
        }
        return size;
    }
}
