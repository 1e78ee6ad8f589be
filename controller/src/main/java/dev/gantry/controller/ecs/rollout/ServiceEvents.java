package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Event;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.List;

/** The records of a service's events, of which the newest are kept. */
final class ServiceEvents {

    /** As many as DescribeServices shows (ECS developer guide). */
    private static final int KEPT = 100;

    /** More go in later transactions, so that one stays below its limit. */
    private static final int FORGOTTEN_AT_ONCE_MAX = 6;

    private final String scope;
    private final List<Versioned<Event>> before;
    private int added;
    private int forgotten;

    ServiceEvents(Snapshot snapshot, Key<EcsService> service) {
        this.scope = service.path();
        this.before = snapshot.list(Kinds.EVENT, scope);
    }

    /** Oldest first. */
    List<Versioned<Event>> before() {
        return before;
    }

    /** Adds what was said, and as many deletions as keep their number. */
    void write(List<Event> said, EcsService.Builder service, Transaction.Builder writes, Instant now) {
        // An earlier service of this name may have left events.
        long number = Math.max(service.getNextEvent(), before.isEmpty() ? 0 : number(before.getLast()) + 1);
        for (Event one : said) {
            Event event = one.toBuilder()
                    .setId(TaskNames.eventId(service.getUid(), number))
                    .setAtMs(now.toEpochMilli())
                    .build();
            writes.create(Kinds.EVENT.key(scope, TaskNames.event(number)), event);
            number++;
        }
        if (said.isEmpty()) {
            return;
        }
        service.setNextEvent(number);
        added += said.size();
        int surplus = Math.clamp(
                before.size() - forgotten + added - KEPT,
                0,
                Math.min(FORGOTTEN_AT_ONCE_MAX, before.size() - forgotten));
        before.subList(forgotten, forgotten + surplus).forEach(writes::delete);
        forgotten += surplus;
    }

    private static long number(Versioned<Event> event) {
        return Long.parseLong(event.key().name());
    }
}
