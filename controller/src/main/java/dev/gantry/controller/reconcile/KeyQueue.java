package dev.gantry.controller.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Decides which key is worked on next. A key is worked on by one at a time; what happens to it
 * meanwhile makes it due once more; a key that failed waits whatever happens; a key that wrote
 * waits for an image that holds the write. Bounded. No clock and no threads in it: a state machine,
 * to be driven by one thread at a time.
 */
final class KeyQueue<K> {

    /** What made a key due. */
    enum Cause {
        CHANGE,
        /** Nothing but the periodic look at everything. */
        RESYNC
    }

    /** One key to work on. */
    record Turn<K>(K key, Cause cause) {}

    private enum State {
        READY,
        /** Waits for an image. */
        PARKED,
        /** Waits for a time. */
        DELAYED,
        RUNNING
    }

    private static final class Entry<K> {
        private final K key;
        private final long order;
        private State state = State.READY;
        private Cause cause;

        /** Whether there is something to do once it is neither running nor parked. */
        private boolean wanted;

        /** A delay that a change does not shorten. */
        private boolean held;

        private int failures;
        private long revision;
        private Instant due = Instant.MIN;

        private Entry(K key, long order, Cause cause) {
            this.key = key;
            this.order = order;
            this.cause = cause;
        }
    }

    private final int capacity;
    private final Map<K, Entry<K>> entries = new HashMap<>();
    private final Deque<Entry<K>> ready = new ArrayDeque<>();
    private final TreeSet<Entry<K>> parked = new TreeSet<>(
            Comparator.<Entry<K>>comparingLong(entry -> entry.revision).thenComparingLong(entry -> entry.order));
    private final TreeSet<Entry<K>> delayed = new TreeSet<>(
            Comparator.<Entry<K>, Instant>comparing(entry -> entry.due).thenComparingLong(entry -> entry.order));
    private long nextOrder;

    /** How many of the parked ones have something to do once their image is there. */
    private int parkedWanted;

    KeyQueue(int capacity) {
        this.capacity = capacity;
    }

    /** Makes a key due. False when there is no room for one more. */
    boolean offer(K key, Cause cause) {
        Entry<K> entry = entries.get(key);
        if (entry == null) {
            if (isFull()) {
                return false;
            }
            Entry<K> fresh = new Entry<>(key, nextOrder++, cause);
            entries.put(key, fresh);
            ready.add(fresh);
            return true;
        }
        boolean first = (entry.state == State.RUNNING || entry.state == State.PARKED) && !entry.wanted;
        entry.cause = (first || cause == Cause.CHANGE) ? cause : entry.cause;
        parkedWanted += entry.state == State.PARKED && !entry.wanted ? 1 : 0;
        entry.wanted = true;
        if (entry.state == State.DELAYED && !entry.held) {
            delayed.remove(entry);
            makeReady(entry);
        }
        return true;
    }

    /**
     * The key that has waited longest of those that are due, now being worked on until {@link
     * #finished}, {@link #conflicted} or {@link #failed} is called for it.
     *
     * @param image the revision of the image that would be decided on
     */
    Optional<Turn<K>> take(Instant now, long image) {
        release(now, image);
        for (Entry<K> entry = ready.poll(); entry != null; entry = ready.poll()) {
            if (entry.revision > image) {
                park(entry, true);
                continue;
            }
            entry.state = State.RUNNING;
            entry.wanted = false;
            return Optional.of(new Turn<>(entry.key, entry.cause));
        }
        return Optional.empty();
    }

    /**
     * Ends a turn that did what it decided.
     *
     * @param revision of the last write, 0 for none: the key is not decided again on an older image
     * @param wake when it is due even if nothing changes
     */
    void finished(K key, long revision, Optional<Instant> wake) {
        Entry<K> entry = running(key);
        entry.failures = 0;
        entry.revision = Math.max(entry.revision, revision);
        if (entry.wanted) {
            makeReady(entry);
        } else if (wake.isPresent()) {
            delay(entry, wake.get(), false);
        } else if (revision > 0) {
            park(entry, false);
        } else {
            entries.remove(key);
        }
    }

    /**
     * Ends a turn whose write met a newer record; it is decided again on an image of at least
     * {@code revision}.
     */
    int conflicted(K key, long revision) {
        Entry<K> entry = running(key);
        entry.revision = Math.max(entry.revision, revision);
        entry.cause = Cause.CHANGE;
        park(entry, true);
        return ++entry.failures;
    }

    /** Ends a turn that failed: not before {@code retry}, whatever happens. */
    void failed(K key, long revision, Instant retry) {
        Entry<K> entry = running(key);
        entry.failures++;
        entry.revision = Math.max(entry.revision, revision);
        delay(entry, retry, true);
    }

    /** Failures and conflicts in a row. */
    int failures(K key) {
        Entry<K> entry = entries.get(key);
        return entry == null ? 0 : entry.failures;
    }

    /** When the next delay ends; empty when nothing is delayed. */
    Optional<Instant> nextDue() {
        return delayed.isEmpty() ? Optional.empty() : Optional.of(delayed.first().due);
    }

    /** The revision of the image at which a parked key may be due, if nothing else happens before; at most that. */
    OptionalLong awaited() {
        return parkedWanted == 0 ? OptionalLong.empty() : OptionalLong.of(parked.first().revision);
    }

    /** Moves all delays, because the clock was set by so much. */
    void shift(Duration by) {
        List<Entry<K>> all = List.copyOf(delayed);
        delayed.clear();
        all.forEach(entry -> {
            entry.due = entry.due.plus(by);
            delayed.add(entry);
        });
    }

    boolean isFull() {
        return entries.size() >= capacity;
    }

    /** How many keys could be worked on now. */
    int depth() {
        return ready.size();
    }

    private void release(Instant now, long image) {
        while (!parked.isEmpty() && parked.first().revision <= image) {
            Entry<K> entry = parked.pollFirst();
            if (entry.wanted) {
                parkedWanted--;
                makeReady(entry);
            } else {
                entries.remove(entry.key);
            }
        }
        while (!delayed.isEmpty() && !delayed.first().due.isAfter(now)) {
            Entry<K> entry = delayed.pollFirst();
            entry.cause = Cause.CHANGE;
            makeReady(entry);
        }
    }

    private void makeReady(Entry<K> entry) {
        entry.state = State.READY;
        entry.held = false;
        ready.add(entry);
    }

    private void park(Entry<K> entry, boolean wanted) {
        entry.state = State.PARKED;
        entry.wanted = wanted;
        parkedWanted += wanted ? 1 : 0;
        parked.add(entry);
    }

    private void delay(Entry<K> entry, Instant due, boolean held) {
        entry.state = State.DELAYED;
        entry.due = due;
        entry.held = held;
        delayed.add(entry);
    }

    private Entry<K> running(K key) {
        Entry<K> entry = entries.get(key);
        if (entry == null || entry.state != State.RUNNING) {
            throw new NoSuchElementException(key + " is not being worked on");
        }
        return entry;
    }
}
