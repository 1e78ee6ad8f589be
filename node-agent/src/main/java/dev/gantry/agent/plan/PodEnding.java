package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.RunState;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Takes a pod down: its containers together, then the sidecars, the last one first, then the sandbox. */
final class PodEnding {

    private final WorkloadPlanner planner;
    private final DesiredWorkload desired;
    private final WorkloadPlanner.Turn turn;

    PodEnding(WorkloadPlanner planner, DesiredWorkload desired, WorkloadPlanner.Turn turn) {
        this.planner = planner;
        this.desired = desired;
        this.turn = turn;
    }

    /** @return whether everything has stopped */
    boolean stop() {
        List<ContainerSpec> specs = desired.getSpec().getContainersList();
        for (ContainerSpec spec : specs.reversed()) {
            if (spec.getPod().getRole() != Role.SIDECAR) {
                stop(spec.getName(), grace());
            }
        }
        boolean clear = specs.stream()
                .filter(spec -> spec.getPod().getRole() != Role.SIDECAR)
                .allMatch(spec -> isOver(spec.getName()));
        for (ContainerSpec spec : specs.reversed()) {
            if (clear && spec.getPod().getRole() == Role.SIDECAR) {
                stop(spec.getName(), grace());
                clear = isOver(spec.getName());
            }
        }
        if (clear) {
            stop(Sandbox.NAME, Duration.ZERO);
        }
        return clear && isOver(Sandbox.NAME);
    }

    private Duration grace() {
        boolean asked = desired.getDesired() == RunState.STOP && desired.hasStopGraceSeconds();
        return Duration.ofSeconds(
                asked
                        ? desired.getStopGraceSeconds()
                        : desired.getSpec().getPod().getTerminationGraceSeconds());
    }

    private boolean isOver(String name) {
        Standing standing = turn.memory.standing(name);
        boolean settled = !standing.isExited() || standing.logTail().isPresent() || name.equals(Sandbox.NAME);
        boolean idle = standing.isIdle() || standing.step() == Step.REMOVE;
        return idle && !standing.unsure() && !standing.isRunning() && settled;
    }

    private void stop(String name, Duration grace) {
        Standing standing = turn.memory.standing(name);
        if (standing.step() == Step.PULL) {
            turn.act(new Action.Abandon(name), name, Step.ABANDON);
        } else if (standing.isIdle() && !turn.mustWait(standing)) {
            if (standing.unsure()) {
                turn.act(new Action.Look(name), name, Step.LOOK);
            }
            standing.seen().ifPresent(seen -> stop(name, grace, standing, seen));
        }
    }

    private void stop(String name, Duration grace, Standing standing, ObservedContainer seen) {
        switch (seen.state()) {
            case RUNNING -> turn.act(new Action.Stop(name, seen.id(), grace), name, Step.STOP);
            case EXITED -> {
                if (standing.logTail().isEmpty() && !name.equals(Sandbox.NAME)) {
                    turn.act(new Action.Tail(name, seen.id()), name, Step.TAIL);
                }
            }
            case CREATED -> turn.act(new Action.Remove(name, seen.id()), name, Step.REMOVE);
        }
    }

    /**
     * Stops what runs and removes the rest, its containers when nobody asks for their logs any more.
     *
     * @return whether nothing is left
     */
    boolean cleanUp() {
        stop();
        for (Map.Entry<String, Standing> entry : turn.memory.containers().entrySet()) {
            Standing standing = entry.getValue();
            if (standing.isIdle() && standing.isExited() && !turn.mustWait(standing)) {
                removeInTime(entry.getKey(), standing.seen().orElseThrow());
            }
        }
        return turn.memory.containers().values().stream()
                .allMatch(standing -> standing.seen().isEmpty() && standing.isIdle() && !standing.unsure());
    }

    private void removeInTime(String name, ObservedContainer seen) {
        boolean atOnce = desired.getDiscarded() || name.equals(Sandbox.NAME);
        long dueMs = atOnce
                ? turn.nowMs
                : seen.finishedAtMs() + planner.cleanupWait().toMillis();
        if (dueMs <= turn.nowMs) {
            turn.act(new Action.Remove(name, seen.id()), name, Step.REMOVE);
        } else {
            turn.wakeAt(dueMs);
        }
    }
}
