package dev.gantry.controller.operations;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import java.util.List;

/** The event stream, whoever keeps it. Each event has a number; numbers grow by one. */
public interface Events {

    /**
     * Which events to read.
     *
     * @param cluster that they happened in; empty for any
     * @param type    what the envelope calls detail-type; empty for any
     * @param sinceMs only what is not older
     */
    record Wanted(String cluster, String type, long sinceMs) {}

    record Told(long number, ObjectNode envelope) {}

    /**
     * A part of the stream.
     *
     * @param next number to go on from
     */
    record Part(List<Told> events, long next) {}

    /** Number of the oldest event that is kept. */
    long oldest(Snapshot snapshot);

    /** Number of the event that comes next. */
    long next(Snapshot snapshot);

    /**
     * From where on there are so many that are wanted, or all of them.
     *
     * @throws IllegalArgumentException when there is no such type
     */
    long newest(Snapshot snapshot, Wanted wanted, long count);

    /** Some of those from a number on, oldest first. */
    Part read(Snapshot snapshot, long from, Wanted wanted);

    /** Whether there may be new ones since this change. */
    boolean tells(Change<?> change);
}
