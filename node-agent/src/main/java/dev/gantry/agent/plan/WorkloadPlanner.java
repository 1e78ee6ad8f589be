package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what to do for one workload: starts its containers in the order of their dependencies, stops them in the reverse
 * one, and removes them when nobody needs their logs any more. A container that ran is started again only by its own restart policy.
 *
 * @param stopTimeout between SIGTERM and SIGKILL for containers that name none
 * @param cleanupWait from a container's exit to its removal, once the workload is settled
 */
public record WorkloadPlanner(Duration stopTimeout, Duration cleanupWait) {

    /** Plans from what is known. A settled workload is not observed any more, only stopped and cleaned up. */
    public Plan plan(DesiredWorkload desired, Memory memory, Instant now) {
        if (desired.getSpec().hasPod()) {
            return new PodPlanner(this, desired, memory, now.toEpochMilli()).plan();
        }
        Turn turn = new Turn(desired.getSpec().getContainersList(), memory, now.toEpochMilli());
        if (desired.getSettled()) {
            new Ending(this, turn).cleanUp();
            boolean over = turn.memory.containers().values().stream()
                    .allMatch(standing -> standing.seen().isEmpty() && standing.isIdle() && !standing.unsure());
            if (over && !turn.memory.cleared()) {
                turn.actions.add(new Action.Clear());
                turn.memory = turn.memory.withCleared();
            }
            return turn.plan(over);
        }
        cause(desired, turn).ifPresent(cause -> turn.memory = turn.memory.with(cause));
        boolean finished = false;
        if (turn.memory.cause().isPresent()) {
            finished = new Ending(this, turn).stop();
        } else {
            new Starting(turn).start();
        }
        turn.memory = turn.memory.with(Observations.draw(desired.getSpec(), turn.memory, finished, turn.nowMs));
        return turn.plan(false);
    }

    /** The state of one planning. */
    static final class Turn {
        final List<ContainerSpec> specs;
        final long nowMs;
        final List<Action> actions = new ArrayList<>();
        Memory memory;
        private long wakeMs = Long.MAX_VALUE;

        Turn(List<ContainerSpec> specs, Memory memory, long nowMs) {
            this.specs = specs;
            this.memory = memory;
            this.nowMs = nowMs;
        }

        void act(Action action, String container, Step step) {
            actions.add(action);
            memory = memory.doing(container, step);
        }

        void wakeAt(long atMs) {
            wakeMs = Math.min(wakeMs, atMs);
        }

        /** Whether a container whose last call found no engine must wait; plans the wake-up then. */
        boolean mustWait(Standing standing) {
            if (standing.isDue(nowMs)) {
                return false;
            }
            wakeAt(standing.notBeforeMs());
            return true;
        }

        Plan plan(boolean over) {
            Optional<Instant> wake =
                    wakeMs == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(wakeMs));
            return new Plan(memory, actions, wake, over);
        }
    }

    private static Optional<Cause> cause(DesiredWorkload desired, Turn turn) {
        if (turn.memory.cause().isPresent()) {
            return turn.memory.cause();
        }
        if (desired.getDesired() == RunState.STOP) {
            return Optional.of(new Cause("", "", turn.nowMs));
        }
        Optional<Cause> own = turn.specs.stream()
                .filter(ContainerSpec::getEssential)
                .flatMap(spec -> cause(spec, turn).stream())
                .findFirst();
        return own.or(() -> unmetDependency(turn)).or(() -> nothingLeft(turn));
    }

    private static Optional<Cause> cause(ContainerSpec spec, Turn turn) {
        Standing standing = turn.memory.standing(spec.getName());
        if (!standing.failure().isEmpty()) {
            String code = standing.begun() ? Cause.ESSENTIAL_EXITED : Cause.FAILED_TO_START;
            return Optional.of(new Cause(code, standing.failure(), turn.nowMs));
        }
        boolean over = standing.isExited() && standing.isIdle() && !Dependencies.restarts(spec, standing);
        return over || standing.isLost() ? Optional.of(exited(turn)) : Optional.empty();
    }

    private static Cause exited(Turn turn) {
        return new Cause(Cause.ESSENTIAL_EXITED, "Essential container in task exited", turn.nowMs);
    }

    private static Optional<Cause> unmetDependency(Turn turn) {
        Dependencies dependencies = new Dependencies(turn.specs, turn.memory, turn.nowMs);
        return turn.specs.stream()
                .filter(spec -> !turn.memory.standing(spec.getName()).hasRun())
                .map(dependencies::readiness)
                .filter(Dependencies.Readiness.Never.class::isInstance)
                .map(Dependencies.Readiness.Never.class::cast)
                .map(never -> new Cause(Cause.FAILED_TO_START, never.reason(), turn.nowMs))
                .findFirst();
    }

    /** A workload none of whose containers is essential ends with the last of them. */
    private static Optional<Cause> nothingLeft(Turn turn) {
        boolean over = !turn.specs.isEmpty()
                && turn.specs.stream().allMatch(spec -> {
                    Standing standing = turn.memory.standing(spec.getName());
                    boolean ended = standing.isExited() && !Dependencies.restarts(spec, standing);
                    return standing.isIdle()
                            && (ended
                                    || standing.isLost()
                                    || !standing.failure().isEmpty());
                });
        return over ? Optional.of(exited(turn)) : Optional.empty();
    }
}
