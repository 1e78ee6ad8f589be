package dev.gantry.agent.plan;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What to do next for a workload.
 *
 * @param memory what to remember; its observation is what is true now, to be reported when it differs from before
 * @param wake when to plan again even if nothing happens
 * @param over nothing of the workload is left on this node
 */
public record Plan(Memory memory, List<Action> actions, Optional<Instant> wake, boolean over) {

    public Plan {
        actions = List.copyOf(actions);
    }
}
