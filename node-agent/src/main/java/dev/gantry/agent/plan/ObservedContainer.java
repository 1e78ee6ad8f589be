package dev.gantry.agent.plan;

import dev.gantry.proto.Health;
import dev.gantry.proto.NetworkBinding;
import java.util.List;

/**
 * What the engine says of one container of a workload.
 *
 * @param id the engine's id
 * @param container name within the workload
 * @param exitCode of the last run; meaningful when EXITED
 * @param error the engine's own words when it could not start the process; empty when it could
 * @param startedAtMs of the last run, milliseconds since the epoch; 0 when it never ran
 * @param imageId "sha256:..."
 */
public record ObservedContainer(
        String id,
        String container,
        State state,
        int exitCode,
        boolean outOfMemory,
        String error,
        long startedAtMs,
        long finishedAtMs,
        Health health,
        String imageId,
        List<NetworkBinding> bindings,
        List<String> addresses) {

    /** CREATED means that it never ran. */
    public enum State {
        CREATED,
        RUNNING,
        EXITED
    }

    public ObservedContainer {
        bindings = List.copyOf(bindings);
        addresses = List.copyOf(addresses);
    }

    public boolean isRunning() {
        return state == State.RUNNING;
    }

    public boolean isExited() {
        return state == State.EXITED;
    }

    /** Answers of an engine can overtake each other: one that shows an earlier moment of this container, or one before it, is void. */
    boolean isOlderThan(ObservedContainer other) {
        if (!id.equals(other.id)) {
            return isExited() && other.isRunning() && startedAtMs < other.startedAtMs;
        }
        boolean sameRun = startedAtMs == other.startedAtMs;
        return startedAtMs < other.startedAtMs || sameRun && state.compareTo(other.state) < 0;
    }
}
