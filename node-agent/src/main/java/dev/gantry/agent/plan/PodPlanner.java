package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.RunState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Decides what to do for one pod: its sandbox first, then its init containers one after another, then the others together; each is started
 * again as the pod's restart policy says, after a wait that grows. Ephemeral containers wait for none of the others, nor these for them.
 */
final class PodPlanner {

    private static final String DEADLINE = "DeadlineExceeded";

    private final WorkloadPlanner planner;
    private final DesiredWorkload desired;
    private final WorkloadPlanner.Turn turn;
    private final PodRun run;

    PodPlanner(WorkloadPlanner planner, DesiredWorkload desired, Memory memory, long nowMs) {
        this.planner = planner;
        this.desired = desired;
        this.turn = new WorkloadPlanner.Turn(Sandbox.containers(desired), memory, nowMs);
        this.run = new PodRun(desired, turn);
    }

    Plan plan() {
        PodEnding ending = new PodEnding(planner, desired, turn);
        if (desired.getSettled()) {
            boolean over = ending.cleanUp();
            if (over && !turn.memory.cleared()) {
                turn.actions.add(new Action.Clear());
                turn.memory = turn.memory.withCleared();
            }
            return turn.plan(over);
        }
        cause().ifPresent(cause -> turn.memory = turn.memory.with(cause));
        boolean finished = false;
        if (turn.memory.cause().isPresent()) {
            finished = ending.stop();
            detach(finished);
        } else {
            start();
        }
        turn.memory = turn.memory.with(new PodObservations(desired, turn.memory, turn.nowMs).draw(finished));
        return turn.plan(false);
    }

    /** Once, when it comes to its end; the containers' logs and the pod's files stay until it is settled. */
    private void detach(boolean finished) {
        boolean mayMount =
                desired.getSpec().getVolumesList().stream().anyMatch(volume -> volume.hasNfs() || volume.hasClaim());
        if (finished && mayMount && turn.memory.last().getPhase() != Phase.STOPPED) {
            turn.actions.add(new Action.Detach());
        }
    }

    private Optional<Cause> cause() {
        if (turn.memory.cause().isPresent()) {
            return turn.memory.cause();
        }
        if (desired.getDesired() == RunState.STOP) {
            return Optional.of(new Cause("", "", turn.nowMs));
        }
        return afterDeadline().or(this::afterItself);
    }

    private Optional<Cause> afterDeadline() {
        long seconds = desired.getSpec().getPod().getActiveDeadlineSeconds();
        long since = turn.memory.last().getPullStartedAtMs();
        if (seconds == 0 || since == 0) {
            return Optional.empty();
        }
        long untilMs = since + seconds * 1000;
        turn.wakeAt(untilMs);
        return turn.nowMs < untilMs
                ? Optional.empty()
                : Optional.of(new Cause(
                        DEADLINE, "Pod was active on the node longer than the specified deadline", turn.nowMs));
    }

    /** It is over when no container of it will run again, or when an init container failed for good. */
    private Optional<Cause> afterItself() {
        List<ContainerSpec> specs = desired.getSpec().getContainersList();
        boolean unfit = !haveAppsBegun()
                && specs.stream()
                        .filter(spec -> spec.getPod().getRole() == Role.INIT)
                        .anyMatch(spec -> run.isOver(spec) && !run.isDone(spec));
        boolean over = specs.stream()
                .filter(spec -> spec.getPod().getRole() == Role.APP)
                .allMatch(run::isOver);
        if (!unfit && !over) {
            return Optional.empty();
        }
        return Optional.of(new Cause(unfit ? "InitContainerFailed" : "ContainersEnded", "", turn.nowMs));
    }

    private void start() {
        refresh();
        boolean sheltered = hasSandbox();
        desired.getSpec().getContainersList().stream()
                .filter(spec -> spec.getPod().getRole() == Role.EPHEMERAL)
                .forEach(spec -> run.drive(spec, sheltered));
        for (ContainerSpec spec : inOrder()) {
            run.drive(spec, sheltered);
            Role role = spec.getPod().getRole();
            boolean holdsUp = role == Role.INIT && !run.isDone(spec)
                    || role == Role.SIDECAR && !turn.memory.life(spec.getName()).started();
            if (holdsUp && !haveAppsBegun()) {
                return;
            }
        }
    }

    /** A container's files are written when it is made; what changes later is written then. */
    private void refresh() {
        boolean mounted = desired.getSpec().getContainersList().stream()
                .anyMatch(spec -> turn.memory.standing(spec.getName()).begun());
        boolean changed = !desired.getSupplies().equals(turn.memory.supplied());
        if (changed && mounted) {
            turn.actions.add(new Action.Refresh());
        }
        if (changed) {
            turn.memory = turn.memory.with(desired.getSupplies());
        }
    }

    /** Init containers and sidecars as they are written, then the others. */
    private List<ContainerSpec> inOrder() {
        return desired.getSpec().getContainersList().stream()
                .filter(spec -> spec.getPod().getRole() != Role.EPHEMERAL)
                .filter(spec -> spec.getPod().getRole() != Role.INIT || !haveAppsBegun())
                .sorted(Comparator.comparing(spec -> spec.getPod().getRole() == Role.APP))
                .toList();
    }

    /** From then on init containers are history. */
    private boolean haveAppsBegun() {
        return desired.getSpec().getContainersList().stream()
                .filter(spec -> spec.getPod().getRole() == Role.APP)
                .anyMatch(spec -> turn.memory.standing(spec.getName()).begun());
    }

    /** Whether the sandbox runs; makes it when it does not, once nothing runs that was in an earlier one. */
    private boolean hasSandbox() {
        Standing sandbox = turn.memory.standing(Sandbox.NAME);
        if (sandbox.isRunning()) {
            if (!turn.memory.life(Sandbox.NAME).equals(Life.NEW)) {
                turn.memory = turn.memory.with(Sandbox.NAME, Life.NEW);
            }
            return true;
        }
        if (!sandbox.isIdle() || turn.mustWait(sandbox)) {
            return false;
        }
        boolean occupied = desired.getSpec().getContainersList().stream()
                .map(spec -> turn.memory.standing(spec.getName()))
                .anyMatch(standing -> standing.isRunning() || !standing.isIdle() && standing.step() != Step.PULL);
        if (sandbox.begun() && occupied) {
            desired.getSpec().getContainersList().forEach(run::stop);
            return false;
        }
        makeSandbox(sandbox);
        return false;
    }

    private void makeSandbox(Standing sandbox) {
        String name = Sandbox.NAME;
        if (sandbox.unsure()) {
            turn.act(new Action.Look(name), name, Step.LOOK);
        } else if (!sandbox.failure().isEmpty()) {
            Life life = turn.memory.life(name);
            long untilMs = turn.nowMs + PodRun.retryAfterMs(life.troubles());
            turn.memory = turn.memory
                    .with(name, life.inTrouble(new Life.Trouble("CreatePodSandboxError", sandbox.failure()), untilMs))
                    .with(name, sandbox.retried(false));
            turn.wakeAt(untilMs);
        } else if (!turn.memory.life(name).isDue(turn.nowMs)) {
            turn.wakeAt(turn.memory.life(name).notBeforeMs());
        } else if (sandbox.isExited()) {
            turn.act(new Action.Remove(name, sandbox.seen().orElseThrow().id()), name, Step.REMOVE);
        } else if (!sandbox.imageReady()) {
            turn.act(new Action.Pull(name), name, Step.PULL);
        } else if (sandbox.seen().isPresent()) {
            turn.act(new Action.Start(name, sandbox.seen().orElseThrow().id()), name, Step.LAUNCH);
        } else {
            turn.act(new Action.Launch(name), name, Step.LAUNCH);
        }
    }
}
