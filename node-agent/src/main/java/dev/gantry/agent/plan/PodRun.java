package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerEnd;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.PodSpec.Restart;
import dev.gantry.proto.Probe;
import java.time.Duration;
import java.util.Optional;

/** Takes one container of a pod a step further: image, start, probes, and start again. */
final class PodRun {

    /** What upstream says of a container that could not be started. */
    static final int START_ERROR = 128;

    static final int LOST = 137;
    static final String IN_CREATION = "ContainerCreating";
    private static final String PULL_FAILED = "CannotPullContainerError: ";
    static final String START_FAILED = "CannotStartContainerError: ";
    private static final String NO_CONFIG = "CreateContainerConfigError";
    private static final String CONFIG_FAILED = "HostConfigError: ";
    private static final String MOUNT_FAILED = "FailedMount: ";

    private final DesiredWorkload desired;
    private final WorkloadPlanner.Turn turn;

    PodRun(DesiredWorkload desired, WorkloadPlanner.Turn turn) {
        this.desired = desired;
        this.turn = turn;
    }

    /** 10 s doubling to 5 minutes. */
    static long retryAfterMs(int troubles) {
        return Life.backOff(troubles + 1).toMillis();
    }

    /** Whether it ended well and shall not run again. */
    boolean isDone(ContainerSpec spec) {
        return end(spec).filter(end -> end.getExitCode() == 0).isPresent() && isOver(spec);
    }

    /** Whether it ended and will not be started again. */
    boolean isOver(ContainerSpec spec) {
        Standing standing = turn.memory.standing(spec.getName());
        boolean settled = standing.isIdle() && !standing.unsure();
        return settled
                && end(spec).filter(end -> !restarts(spec, end.getExitCode())).isPresent();
    }

    private boolean restarts(ContainerSpec spec, int exitCode) {
        Restart policy = desired.getSpec().getPod().getRestart();
        return switch (spec.getPod().getRole()) {
            case SIDECAR -> true;
            case INIT -> exitCode != 0 && policy != Restart.NEVER;
            case EPHEMERAL -> false;
            case APP, UNRECOGNIZED -> policy == Restart.ALWAYS || policy == Restart.ON_FAILURE && exitCode != 0;
        };
    }

    /** How its run ended that is not followed by another yet. */
    private Optional<ContainerEnd> end(ContainerSpec spec) {
        Standing standing = turn.memory.standing(spec.getName());
        if (standing.isExited()) {
            return standing.logTail()
                    .map(tail -> PodObservations.end(
                            spec,
                            standing.seen().orElseThrow(),
                            tail,
                            turn.memory.life(spec.getName()).words()));
        }
        if (standing.failure().startsWith(START_FAILED)) {
            return Optional.of(ContainerEnd.newBuilder()
                    .setExitCode(START_ERROR)
                    .setReason("StartError")
                    .setMessage(standing.failure().substring(START_FAILED.length()))
                    .setFinishedAtMs(turn.nowMs)
                    .build());
        }
        boolean lost = standing.isLost() && !turn.memory.life(spec.getName()).restarting();
        return lost
                ? Optional.of(ContainerEnd.newBuilder()
                        .setExitCode(LOST)
                        .setReason("ContainerStatusUnknown")
                        .setMessage("The container could not be located when the pod was looked at")
                        .build())
                : Optional.empty();
    }

    /**
     * @param sheltered whether the pod's sandbox runs
     */
    void drive(ContainerSpec spec, boolean sheltered) {
        String name = spec.getName();
        Standing standing = turn.memory.standing(name);
        if (!standing.isIdle() || turn.mustWait(standing)) {
            return;
        }
        if (standing.unsure()) {
            turn.act(new Action.Look(name), name, Step.LOOK);
        } else if (standing.isRunning()) {
            watch(spec, standing.seen().orElseThrow());
        } else if (standing.isExited() && standing.logTail().isEmpty()) {
            turn.act(new Action.Tail(name, standing.seen().orElseThrow().id()), name, Step.TAIL);
        } else if (end(spec).isPresent()) {
            end(spec).filter(end -> restarts(spec, end.getExitCode())).ifPresent(end -> again(spec, standing, end));
        } else if (!standing.failure().isEmpty()) {
            tryAgain(spec, standing);
        } else if (!turn.memory.life(name).isDue(turn.nowMs)) {
            turn.wakeAt(turn.memory.life(name).notBeforeMs());
        } else {
            begin(spec, standing, sheltered);
        }
    }

    private void begin(ContainerSpec spec, Standing standing, boolean sheltered) {
        String name = spec.getName();
        boolean isLookedFor = !desired.getSpec().getPod().getNeedsSupplies() || desired.hasSupplies();
        boolean needsLogin = desired.getSpec().getPod().getPullSecretsCount() > 0;
        if (!standing.imageReady() && needsLogin && !isLookedFor) {
            waiting(name, new Life.Trouble(IN_CREATION, ""));
        } else if (!standing.imageReady()) {
            turn.act(new Action.Pull(name), name, Step.PULL);
        } else if (!sheltered) {
            Life.Trouble ofSandbox = turn.memory.life(Sandbox.NAME).trouble();
            waiting(name, ofSandbox.reason().isEmpty() ? new Life.Trouble(IN_CREATION, "") : ofSandbox);
        } else if (!isLookedFor) {
            waiting(name, new Life.Trouble(IN_CREATION, ""));
        } else if (missing(spec).isPresent()) {
            waiting(name, missing(spec).orElseThrow());
        } else if (hasNoTarget(spec)) {
            String target = spec.getPod().getTarget();
            waiting(name, new Life.Trouble(NO_CONFIG, "unable to find target container " + target + " that runs"));
        } else if (standing.seen().isPresent()) {
            turn.act(new Action.Start(name, standing.seen().orElseThrow().id()), name, Step.LAUNCH);
        } else {
            turn.act(new Action.Launch(name), name, Step.LAUNCH);
        }
    }

    /** Its processes are to be among those of another container, which has none. */
    private boolean hasNoTarget(ContainerSpec spec) {
        String target = spec.getPod().getTarget();
        return !target.isEmpty() && !turn.memory.standing(target).isRunning();
    }

    private Optional<Life.Trouble> missing(ContainerSpec spec) {
        return new SupplyNeeds(desired).missing(spec);
    }

    private void waiting(String name, Life.Trouble why) {
        turn.memory = turn.memory.with(name, turn.memory.life(name).waiting(why));
    }

    /** It did not come to a run: later again. */
    private void tryAgain(ContainerSpec spec, Standing standing) {
        String name = spec.getName();
        Life life = turn.memory.life(name);
        boolean pull = standing.failure().startsWith(PULL_FAILED);
        long untilMs = turn.nowMs + retryAfterMs(life.troubles());
        turn.memory = turn.memory
                .with(name, life.inTrouble(trouble(standing.failure(), life.troubles()), untilMs))
                .with(name, standing.retried(!pull && standing.imageReady()));
        turn.wakeAt(untilMs);
    }

    private static Life.Trouble trouble(String failure, int before) {
        if (failure.contains("pull policy of Never")) {
            return new Life.Trouble("ErrImageNeverPull", failure.substring(PULL_FAILED.length()));
        }
        if (failure.startsWith(PULL_FAILED)) {
            return new Life.Trouble(
                    before == 0 ? "ErrImagePull" : "ImagePullBackOff", failure.substring(PULL_FAILED.length()));
        }
        if (failure.startsWith(MOUNT_FAILED)) {
            return new Life.Trouble(IN_CREATION, failure.substring(MOUNT_FAILED.length()));
        }
        String reason = failure.startsWith(CONFIG_FAILED) ? NO_CONFIG : "CreateContainerError";
        int colon = failure.indexOf(": ");
        return new Life.Trouble(reason, colon < 0 ? failure : failure.substring(colon + 2));
    }

    private void again(ContainerSpec spec, Standing standing, ContainerEnd end) {
        String name = spec.getName();
        Life life = turn.memory.life(name);
        Optional<ObservedContainer> seen = standing.seen().filter(ObservedContainer::isExited);
        int before = seen.map(life::crashesBefore).orElse(life.crashes());
        long sinceMs = seen.map(ObservedContainer::finishedAtMs).orElse(turn.nowMs);
        long dueMs = sinceMs + Life.backOff(before).toMillis();
        Life.Trouble wait = new Life.Trouble(
                "CrashLoopBackOff",
                "back-off " + spoken(Life.backOff(before).toSeconds()) + " restarting failed container=" + name);
        if (seen.isPresent() && !Life.isDue(dueMs, turn.nowMs)) {
            turn.wakeAt(dueMs);
            waiting(name, wait);
            return;
        }
        Life next = life.restartedAfter(end, before + 1);
        if (seen.isPresent()) {
            turn.actions.add(new Action.Replace(name, seen.orElseThrow().id()));
            turn.memory = turn.memory.with(name, next).with(name, standing.renewing());
            return;
        }
        // Nothing is left of it to be removed first; only the wait stands before the next run.
        Life later = dueMs > turn.nowMs ? next.inTrouble(wait, dueMs) : next;
        turn.memory = turn.memory.with(name, later).with(name, standing.renewed());
        turn.wakeAt(dueMs);
    }

    private static String spoken(long seconds) {
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }

    private void watch(ContainerSpec spec, ObservedContainer seen) {
        String name = spec.getName();
        Life life = turn.memory.life(name).running(seen.startedAtMs());
        if (!spec.getPod().hasStartup()) {
            life = life.withStarted();
        }
        turn.memory = turn.memory.with(name, life);
        if (!life.started()) {
            ask(spec, seen, ProbeKind.STARTUP);
            if (turn.memory.life(name).probe(ProbeKind.STARTUP).passing()) {
                turn.memory = turn.memory.with(name, turn.memory.life(name).withStarted());
            }
        }
        if (turn.memory.life(name).started()) {
            ask(spec, seen, ProbeKind.LIVENESS);
            ask(spec, seen, ProbeKind.READINESS);
        }
    }

    /** Has the probe answered when its time has come, and draws conclusions from what it said. */
    private void ask(ContainerSpec spec, ObservedContainer seen, ProbeKind kind) {
        Optional<Probe> found = kind.of(spec.getPod());
        if (found.isEmpty() || !turn.memory.standing(spec.getName()).isIdle()) {
            return;
        }
        String name = spec.getName();
        Probe probe = found.get();
        Life life = turn.memory.life(name);
        Probing state = life.probe(kind).judged(probe.getSuccessThreshold(), probe.getFailureThreshold());
        if (kind != ProbeKind.READINESS && state.hasFailed(probe.getFailureThreshold())) {
            stop(spec);
            return;
        }
        long dueMs = state.answeredAtMs() == 0
                ? seen.startedAtMs() + probe.getInitialDelaySeconds() * 1000L
                : state.answeredAtMs() + Math.max(1, probe.getPeriodSeconds()) * 1000L;
        boolean over = kind == ProbeKind.STARTUP && state.passing();
        if (!over && !state.asking() && dueMs <= turn.nowMs) {
            turn.actions.add(new Action.Ask(name, seen.id(), kind, seen.startedAtMs()));
            state = state.asked();
        } else if (!over && !state.asking()) {
            turn.wakeAt(dueMs);
        }
        turn.memory = turn.memory.with(name, life.with(kind, state));
    }

    /** Stops a container that runs; its restart policy says what comes then. */
    void stop(ContainerSpec spec) {
        Standing standing = turn.memory.standing(spec.getName());
        if (standing.isIdle() && standing.isRunning()) {
            Duration grace = Duration.ofSeconds(desired.getSpec().getPod().getTerminationGraceSeconds());
            String id = standing.seen().orElseThrow().id();
            turn.act(new Action.Stop(spec.getName(), id, grace), spec.getName(), Step.STOP);
        }
    }
}
