package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import java.util.Set;
import java.util.stream.Collectors;

/** Brings the containers of a workload up: images of all of them first, then each as soon as its dependencies allow. */
final class Starting {

    private final WorkloadPlanner.Turn turn;
    private final Dependencies dependencies;
    private final Set<String> giveVolumes;

    Starting(WorkloadPlanner.Turn turn) {
        this.turn = turn;
        this.dependencies = new Dependencies(turn.specs, turn.memory, turn.nowMs);
        this.giveVolumes = turn.specs.stream()
                .flatMap(spec -> spec.getVolumesFromList().stream())
                .map(from -> from.getContainer())
                .collect(Collectors.toSet());
    }

    void start() {
        for (ContainerSpec spec : turn.specs) {
            Standing standing = turn.memory.standing(spec.getName());
            if (standing.isIdle() && standing.failure().isEmpty() && !turn.mustWait(standing)) {
                advance(spec, standing);
            }
        }
    }

    private void advance(ContainerSpec spec, Standing standing) {
        String name = spec.getName();
        if (standing.unsure()) {
            turn.act(new Action.Look(name), name, Step.LOOK);
        } else if (standing.isExited()) {
            afterExit(spec, standing);
        } else if (standing.seen().isEmpty() && !standing.begun() && !standing.imageReady()) {
            turn.act(new Action.Pull(name), name, Step.PULL);
        } else if (!standing.hasRun()) {
            switch (dependencies.readiness(spec)) {
                case Dependencies.Readiness.Ready _ -> launch(name, standing);
                case Dependencies.Readiness.Waiting(long untilMs) -> {
                    turn.wakeAt(untilMs);
                    createForItsVolumes(name, standing);
                }
                // The cause of the workload's end; found before this.
                case Dependencies.Readiness.Never _ -> {}
            }
        }
    }

    private void launch(String name, Standing standing) {
        Action action = standing.seen()
                .<Action>map(seen -> new Action.Start(name, seen.id()))
                .orElseGet(() -> new Action.Launch(name));
        turn.act(action, name, Step.LAUNCH);
    }

    private void createForItsVolumes(String name, Standing standing) {
        if (standing.seen().isEmpty() && giveVolumes.contains(name)) {
            turn.act(new Action.Create(name), name, Step.LAUNCH);
        }
    }

    private void afterExit(ContainerSpec spec, Standing standing) {
        String name = spec.getName();
        String id = standing.seen().orElseThrow().id();
        if (Dependencies.restarts(spec, standing)) {
            turn.actions.add(new Action.Start(name, id));
            turn.memory = turn.memory.with(name, standing.restarting());
        } else if (standing.logTail().isEmpty()) {
            turn.act(new Action.Tail(name, id), name, Step.TAIL);
        }
    }
}
