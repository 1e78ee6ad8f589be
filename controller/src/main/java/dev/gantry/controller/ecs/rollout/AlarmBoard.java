package dev.gantry.controller.ecs.rollout;

import dev.gantry.store.Snapshot;
import java.util.List;

/** Knows which alarms there are and which of them fire: what ends a deployment whose figures go bad. Pure. */
@FunctionalInterface
public interface AlarmBoard {

    /** Whether an alarm is there, and what it says. */
    enum State {
        MISSING,
        QUIET,
        FIRING
    }

    /** The state of the alarm with this name. */
    State state(Snapshot snapshot, String name);

    /** For a controller that has no alarms. */
    static AlarmBoard none() {
        return (_, _) -> State.MISSING;
    }

    /** Those of the names that are in the given state. */
    default List<String> in(State state, Snapshot snapshot, List<String> names) {
        return names.stream().filter(name -> state(snapshot, name) == state).toList();
    }
}
