package dev.gantry.controller.ecs.events;

import com.google.protobuf.Message;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EventCursor;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The changes that are not in the stream yet, as far as this controller has heard of them, whether it leads or not. What it
 * has not heard of, because it had not started or the store's watch was lost, it gets from the store's history.
 */
public final class EventTail implements Store.Listener, AutoCloseable {

    /** More wait only while nobody leads; then the history has to serve. */
    private static final int HEARD_MAX = 50_000;

    /** Tells what the store still knows of the time after a revision. */
    @FunctionalInterface
    public interface History {
        Optional<List<Change<?>>> after(long revision) throws InterruptedException;
    }

    /**
     * Something that happened.
     *
     * @param sure whether the change tells all that led to it: otherwise it may have been told already
     */
    record News(Change<?> change, long heardAtMs, boolean sure) {
        long revision() {
            return change.revision();
        }
    }

    private final History history;
    private final InstantSource clock;
    private final long start;
    private final Store.Subscription subscription;
    private final Deque<News> heard = new ArrayDeque<>();

    /** All that happened after it and that is not in the stream has been heard. */
    private long from;

    /** Up to it some steps may have been heard as one; 0 when none were. */
    private long torn;

    public EventTail(Store store, History history, InstantSource clock) {
        this.history = history;
        this.clock = clock;
        this.subscription = store.subscribe(this);
        synchronized (this) {
            // What is heard from now on is newer.
            this.from = store.snapshot().revision();
            this.start = from;
        }
    }

    @Override
    public synchronized void changed(Snapshot image, List<Change<?>> changes) {
        long now = -1;
        for (Change<?> change : changes) {
            if (change.key().equals(Kinds.EVENT_CURSOR_KEY)) {
                forget(change.after());
            } else if (EventSource.isNews(change)) {
                now = now < 0 ? clock.millis() : now;
                torn = isTorn(change, image) ? image.revision() : torn;
                heard.add(new News(change, now, true));
            }
        }
        while (heard.size() > HEARD_MAX) {
            from = heard.remove().revision();
        }
    }

    @Override
    public void close() {
        subscription.close();
    }

    /** The image with which this controller began. */
    long start() {
        return start;
    }

    /** Whether anything is waiting to be told, and since when; what was told may still be among it. */
    synchronized Optional<Instant> oldest(long told) {
        return heard.stream()
                .filter(news -> news.revision() > told)
                .findFirst()
                .map(news -> Instant.ofEpochMilli(news.heardAtMs()));
    }

    /** Whether the store's history has to be asked for what came after {@code told}. */
    synchronized boolean isShort(long told) {
        return told < from || told < torn;
    }

    /** What happened after {@code told} and was heard of, in the order in which it happened. */
    synchronized List<News> after(long told) {
        return heard.stream().filter(news -> news.revision() > told).toList();
    }

    /**
     * Finds out what was not heard.
     *
     * @throws UnavailableException when the store's history does not answer
     */
    void complete(Snapshot image, long told) {
        long end;
        synchronized (this) {
            end = Math.max(from, torn);
        }
        // Not while changes wait to be heard.
        Optional<List<News>> earlier = remembered(told, end);
        synchronized (this) {
            List<News> later =
                    heard.stream().filter(news -> news.revision() > end).toList();
            List<News> whole = earlier.orElseGet(() -> compared(image, told, end));
            heard.clear();
            heard.addAll(whole);
            heard.addAll(later);
            from = Math.min(from, told);
            torn = torn > end ? torn : 0;
        }
    }

    private Optional<List<News>> remembered(long told, long end) {
        try {
            long now = clock.millis();
            return history.after(told)
                    .map(steps -> steps.stream()
                            .filter(step -> step.revision() <= end && EventSource.isNews(step))
                            .map(step -> new News(step, now, step.before() != null))
                            .toList());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted", e);
        }
    }

    /** What can be told of the time until {@code from} without a history: what each record was at its end. */
    private List<News> compared(Snapshot image, long told, long end) {
        List<News> found = new ArrayList<>();
        EventSource.KINDS.forEach(kind -> image.list(kind).forEach(record -> add(found, record, told)));
        // What has changed since is as it was before it did.
        heard.forEach(news -> add(found, news.change().before(), told));
        found.sort(Comparator.comparingLong(News::revision));
        heard.stream().filter(news -> news.revision() <= end).forEach(found::add);
        return found;
    }

    private void add(List<News> found, @Nullable Versioned<?> record, long told) {
        if (record != null && record.revision() > told && record.revision() <= from) {
            Change<?> change = asNew(record);
            if (EventSource.isNews(change)) {
                found.add(new News(change, clock.millis(), false));
            }
        }
    }

    private static <T extends Message> Change<T> asNew(Versioned<T> record) {
        return new Change<>(record.key(), null, record, record.revision());
    }

    private void forget(@Nullable Versioned<?> cursor) {
        if (cursor != null && cursor.value() instanceof EventCursor told) {
            while (!heard.isEmpty() && heard.element().revision() <= told.getRevision()) {
                heard.remove();
            }
            from = Math.max(from, told.getRevision());
        }
    }

    /** One step of an image for several of the store, as after a watch was lost. */
    private static boolean isTorn(Change<?> change, Snapshot image) {
        return change.revision() != image.revision() || EventSource.skips(change);
    }
}
