package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import java.time.Duration;
import java.util.Map;

/** Takes the containers of a workload down, each after those that depend on it, and removes them in the end. */
final class Ending {

    private final WorkloadPlanner planner;
    private final WorkloadPlanner.Turn turn;

    Ending(WorkloadPlanner planner, WorkloadPlanner.Turn turn) {
        this.planner = planner;
        this.turn = turn;
    }

    /** @return whether everything has stopped */
    boolean stop() {
        for (ContainerSpec spec : turn.specs) {
            stop(spec.getName());
        }
        return turn.specs.stream()
                .map(spec -> turn.memory.standing(spec.getName()))
                .allMatch(Ending::isOver);
    }

    private static boolean isOver(Standing standing) {
        boolean settled = !standing.isExited() || standing.logTail().isPresent();
        // A container that never ran need not be gone before the workload counts as stopped.
        boolean idle = standing.isIdle() || standing.step() == Step.REMOVE;
        return idle && !standing.unsure() && !standing.isRunning() && settled;
    }

    private void stop(String name) {
        Standing standing = turn.memory.standing(name);
        if (standing.step() == Step.PULL) {
            turn.act(new Action.Abandon(name), name, Step.ABANDON);
        } else if (standing.isIdle() && !turn.mustWait(standing)) {
            if (standing.unsure()) {
                turn.act(new Action.Look(name), name, Step.LOOK);
            }
            standing.seen().ifPresent(seen -> stop(name, standing, seen));
        }
    }

    private void stop(String name, Standing standing, ObservedContainer seen) {
        switch (seen.state()) {
            case RUNNING -> {
                if (nobodyNeeds(name)) {
                    turn.act(new Action.Stop(name, seen.id(), grace(name)), name, Step.STOP);
                }
            }
            case EXITED -> {
                if (standing.logTail().isEmpty()) {
                    turn.act(new Action.Tail(name, seen.id()), name, Step.TAIL);
                }
            }
            case CREATED -> turn.act(new Action.Remove(name, seen.id()), name, Step.REMOVE);
        }
    }

    private boolean nobodyNeeds(String name) {
        return turn.specs.stream()
                .filter(spec -> Dependencies.names(spec).contains(name))
                .map(spec -> turn.memory.standing(spec.getName()))
                .noneMatch(dependent -> dependent.isRunning() || dependent.step() == Step.LAUNCH);
    }

    private Duration grace(String name) {
        return turn.specs.stream()
                .filter(spec -> spec.getName().equals(name) && spec.getStopTimeoutSeconds() > 0)
                .map(spec -> Duration.ofSeconds(spec.getStopTimeoutSeconds()))
                .findFirst()
                .orElse(planner.stopTimeout());
    }

    /** Stops what runs and removes what has been stopped for long enough, whether or not the specification names it. */
    void cleanUp() {
        for (Map.Entry<String, Standing> entry : turn.memory.containers().entrySet()) {
            String name = entry.getKey();
            Standing standing = entry.getValue();
            boolean exited = standing.isIdle() && standing.isExited();
            if (!exited) {
                stop(name);
            } else if (!turn.mustWait(standing)) {
                removeInTime(name, standing.seen().orElseThrow());
            }
        }
    }

    private void removeInTime(String name, ObservedContainer seen) {
        long dueMs = seen.finishedAtMs() + planner.cleanupWait().toMillis();
        if (dueMs <= turn.nowMs) {
            turn.act(new Action.Remove(name, seen.id()), name, Step.REMOVE);
        } else {
            turn.wakeAt(dueMs);
        }
    }
}
