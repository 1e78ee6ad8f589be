package dev.gantry.controller;

import dev.gantry.controller.ecs.events.EventReader;
import dev.gantry.controller.operations.Events;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;

/** The events of ECS as Gantry's own API tells them. */
record EventAnswers(EventReader reader) implements Events {

    @Override
    public long oldest(Snapshot snapshot) {
        return EventReader.oldest(snapshot);
    }

    @Override
    public long next(Snapshot snapshot) {
        return EventReader.next(snapshot);
    }

    @Override
    public long newest(Snapshot snapshot, Wanted wanted, long count) {
        return EventReader.newest(snapshot, wanted(wanted), count);
    }

    @Override
    public Part read(Snapshot snapshot, long from, Wanted wanted) {
        EventReader.Part part = reader.read(snapshot, from, wanted(wanted));
        return new Part(
                part.events().stream()
                        .map(told -> new Told(told.number(), told.envelope()))
                        .toList(),
                part.next());
    }

    @Override
    public boolean tells(Change<?> change) {
        return change.key().equals(Kinds.EVENT_CURSOR_KEY);
    }

    private static EventReader.Wanted wanted(Wanted wanted) {
        return new EventReader.Wanted(wanted.cluster(), wanted.type(), wanted.sinceMs());
    }
}
