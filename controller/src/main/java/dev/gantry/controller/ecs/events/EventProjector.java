package dev.gantry.controller.ecs.events;

import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EventCursor;
import dev.gantry.proto.EventSegment;
import dev.gantry.proto.EventStep;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes what happened into the stream: the steps of a short while, and how far they lead, in one transaction. */
public final class EventProjector implements Reconciler<EventCursor> {

    /** In one transaction; what more there is goes with the next. */
    private static final int FORGOTTEN_AT_ONCE_MAX = 32;

    private final EventTail tail;
    private final EventSettings settings;

    public EventProjector(EventTail tail, EventSettings settings) {
        this.tail = tail;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "events";
    }

    @Override
    public Collection<Key<EventCursor>> all(Snapshot snapshot) {
        return List.of(Kinds.EVENT_CURSOR_KEY);
    }

    @Override
    public Collection<Key<EventCursor>> wokenBy(Change<?> change, Snapshot snapshot) {
        return EventSource.isNews(change) ? List.of(Kinds.EVENT_CURSOR_KEY) : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<EventCursor> key, Instant now) {
        Optional<Versioned<EventCursor>> found = snapshot.get(key);
        if (found.isEmpty()) {
            // What there was before has been told to nobody, and is not told now.
            return Outcome.write(Transaction.builder().create(key, begun()).build());
        }
        Versioned<EventCursor> cursor = found.get();
        long told = cursor.value().getRevision();
        if (tail.isShort(told)) {
            tail.complete(snapshot, told);
        }
        Optional<Instant> oldest = tail.oldest(told);
        Optional<Instant> due = oldest.map(at -> at.plus(settings.linger()))
                // Not when the clock was set back meanwhile.
                .filter(at -> now.isBefore(at) && !oldest.get().isAfter(now));
        Outcome outcome = oldest.isPresent() && due.isEmpty()
                ? tell(snapshot, cursor, now)
                : Outcome.write(
                        forgetful(snapshot, cursor, Optional.empty(), now).build());
        Optional<Instant> wake = due.or(() -> nextEnd(snapshot));
        return wake.map(outcome::orWakeAt).orElse(outcome);
    }

    private EventCursor begun() {
        return EventCursor.newBuilder().setRevision(tail.start()).setNext(1).build();
    }

    private Outcome tell(Snapshot snapshot, Versioned<EventCursor> cursor, Instant now) {
        List<EventTail.News> waiting = tail.after(cursor.value().getRevision());
        List<EventTail.News> taken = waiting.subList(0, atOnce(waiting));
        List<EventStep> steps = steps(snapshot, taken);
        List<Versioned<EventSegment>> segments = Segments.all(snapshot);
        Optional<Versioned<EventSegment>> open =
                segments.isEmpty() || Segments.isGrown(segments.getLast().value())
                        ? Optional.empty()
                        : Optional.of(segments.getLast());
        Transaction.Builder writes = forgetful(snapshot, cursor, open, now);
        EventCursor.Builder next =
                cursor.value().toBuilder().setRevision(taken.getLast().revision());
        if (!steps.isEmpty()) {
            write(cursor.value().getNext(), open, steps, writes);
            next.setNext(cursor.value().getNext() + steps.size());
        }
        Outcome outcome = Outcome.write(writes.update(cursor, next.build()).build());
        return taken.size() < waiting.size() ? outcome.orWakeAt(now) : outcome;
    }

    private static void write(
            long first, Optional<Versioned<EventSegment>> open, List<EventStep> steps, Transaction.Builder writes) {
        if (open.isPresent()) {
            writes.update(open.get(), Segments.with(open.get().value(), steps));
        } else {
            writes.create(Segments.key(first), Segments.with(Segments.empty(first), steps));
        }
    }

    /** How many of them go into one write: whole transactions of the store, because the cursor stands between such. */
    private int atOnce(List<EventTail.News> waiting) {
        int count = Math.min(settings.batchMax(), waiting.size());
        while (count < waiting.size()
                && waiting.get(count).revision() == waiting.get(count - 1).revision()) {
            count++;
        }
        return count;
    }

    private static List<EventStep> steps(Snapshot snapshot, List<EventTail.News> news) {
        Set<String> told = news.stream().allMatch(EventTail.News::sure) ? Set.of() : told(snapshot);
        List<EventStep> steps = new ArrayList<>();
        for (EventTail.News one : news) {
            for (EventStep step : EventSource.steps(one.change(), one.heardAtMs())) {
                if (one.sure() || !told.contains(EventNames.name(step))) {
                    steps.add(step);
                }
            }
        }
        return steps;
    }

    /** What the stream tells already. Looked up only after what led to a change was not heard. */
    private static Set<String> told(Snapshot snapshot) {
        Set<String> names = new HashSet<>();
        for (Versioned<EventSegment> segment : Segments.all(snapshot)) {
            Segments.steps(segment.value(), 0).forEach(step -> names.add(EventNames.name(step)));
        }
        return names;
    }

    /** Deletes what has been kept for long enough. */
    private Transaction.Builder forgetful(
            Snapshot snapshot, Versioned<EventCursor> cursor, Optional<Versioned<EventSegment>> open, Instant now) {
        Transaction.Builder writes = Transaction.builder();
        Segments.all(snapshot).stream()
                .filter(segment -> open.filter(segment::equals).isEmpty())
                .filter(segment -> isOver(segment.value(), cursor.value(), now))
                .limit(FORGOTTEN_AT_ONCE_MAX)
                .forEach(writes::delete);
        return writes;
    }

    private boolean isOver(EventSegment segment, EventCursor cursor, Instant now) {
        return cursor.getNext() - Segments.end(segment) >= settings.keptMax() || !now.isBefore(end(segment));
    }

    private Instant end(EventSegment segment) {
        return Instant.ofEpochMilli(segment.getAtMs()).plus(settings.keptFor());
    }

    private Optional<Instant> nextEnd(Snapshot snapshot) {
        return Segments.all(snapshot).stream().findFirst().map(segment -> end(segment.value()));
    }
}
