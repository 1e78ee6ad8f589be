package dev.gantry.controller.ecs.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EventSegment;
import dev.gantry.proto.EventStep;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;

/** Reads the stream: whoever remembers the number of the last event that it has seen goes on after it. */
public final class EventReader {

    private final EventView view;

    public EventReader(Arns arns) {
        this.view = new EventView(arns);
    }

    /**
     * Which events to read.
     *
     * @param cluster that they happened in; empty for any
     * @param type    a detail-type of EventBridge; empty for any
     * @param sinceMs only what is not older
     */
    public record Wanted(String cluster, String type, long sinceMs) {

        public Wanted {
            if (!type.isEmpty() && !EventView.TYPES.contains(type)) {
                throw new IllegalArgumentException("there are no events of the type \"" + type + "\"; the types are "
                        + String.join(", ", EventView.TYPES));
            }
        }

        private boolean admits(EventStep step) {
            return (cluster.isEmpty() || cluster.equals(step.getCluster()))
                    && (type.isEmpty() || type.equals(EventView.type(step)))
                    && step.getAtMs() >= sinceMs;
        }
    }

    /**
     * An event of the stream.
     *
     * @param number   grows by one with each event of the stream
     * @param envelope EventBridge's
     */
    public record Told(long number, ObjectNode envelope) {}

    /**
     * A part of the stream.
     *
     * @param next number of the first event that comes after it
     */
    public record Part(List<Told> events, long next) {}

    /** Number of the event that comes next. */
    public static long next(Snapshot snapshot) {
        return snapshot.get(Kinds.EVENT_CURSOR_KEY)
                .map(cursor -> cursor.value().getNext())
                .orElse(1L);
    }

    /** Number of the oldest event that is kept; that of the next when there is none. */
    public static long oldest(Snapshot snapshot) {
        return Segments.all(snapshot).stream()
                .findFirst()
                .map(segment -> segment.value().getFirst())
                .orElse(next(snapshot));
    }

    /** From where on there are so many that are wanted, or as many as there are. */
    public static long newest(Snapshot snapshot, Wanted wanted, long count) {
        long left = count;
        for (Versioned<EventSegment> segment : Segments.all(snapshot).reversed()) {
            EventSegment events = segment.value();
            if (left > 0 && events.getAtMs() < wanted.sinceMs()) {
                return Segments.end(events);
            }
            List<EventStep> steps = left > 0 ? Segments.steps(events, events.getFirst()) : List.of();
            for (int index = steps.size() - 1; index >= 0; index--) {
                left -= wanted.admits(steps.get(index)) ? 1 : 0;
                if (left == 0) {
                    return events.getFirst() + index;
                }
            }
        }
        return left > 0 ? oldest(snapshot) : next(snapshot);
    }

    /** Those from a number on, oldest first, of one segment at most: whoever wants all asks again from where it ended. */
    public Part read(Snapshot snapshot, long from, Wanted wanted) {
        for (Versioned<EventSegment> segment : Segments.all(snapshot)) {
            if (Segments.end(segment.value()) > from) {
                return part(snapshot, segment.value(), from, wanted);
            }
        }
        return new Part(List.of(), Math.max(from, next(snapshot)));
    }

    private Part part(Snapshot snapshot, EventSegment segment, long from, Wanted wanted) {
        long number = Math.max(from, segment.getFirst());
        List<Told> events = new ArrayList<>();
        if (segment.getAtMs() >= wanted.sinceMs()) {
            for (EventStep step : Segments.steps(segment, number)) {
                if (wanted.admits(step)) {
                    events.add(new Told(number, view.envelope(snapshot, step)));
                }
                number++;
            }
        }
        return new Part(events, Segments.end(segment));
    }
}
