package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Health;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;

/**
 * One task of a service that has not stopped.
 *
 * @param deployment its deployment's id
 * @param leaving whether its node is being drained
 * @param phase of the workload; with the next one it is asked for time and again while one plan is made
 */
record LiveTask(Versioned<Workload> workload, String deployment, boolean leaving, Phase phase, boolean hasHealthCheck) {

    /** By so much the clocks of two leaders may differ without either being wrong. */
    private static final long DRIFT_MAX_MS = Duration.ofSeconds(10).toMillis();

    /** Of a time that is not known to come. */
    static final long NEVER = Long.MAX_VALUE;

    LiveTask(Versioned<Workload> workload, String deployment, boolean leaving, boolean hasHealthCheck) {
        this(workload, deployment, leaving, Workloads.phase(workload.value()), hasHealthCheck);
    }

    String id() {
        return workload.key().name();
    }

    String node() {
        return workload.value().getPlacement().getNode();
    }

    /** The node that it is on, or is meant for. */
    String site() {
        return node().isEmpty() ? workload.value().getSpec().getRequiredNode() : node();
    }

    /**
     * Whether it shall run and can: nobody asked it to stop, and it is not going down by itself.
     */
    boolean isAlive() {
        return workload.value().getWish().getDesired() != RunState.STOP && phase.getNumber() <= Phase.RUNNING_VALUE;
    }

    /** Whether no scaling in and no deployment may stop it. */
    boolean isProtected(Instant now) {
        return workload.value().getProtectedUntilMs() > now.toEpochMilli();
    }

    boolean isPlaced() {
        return Workloads.isPlaced(workload.value());
    }

    boolean isRunning() {
        return phase == Phase.RUNNING;
    }

    /** Whether its health checks have failed, and that counts already. */
    boolean isFailing(Duration grace, Instant now) {
        return isRunning() && isUnhealthy() && !now.isBefore(runningSince(now).plus(grace));
    }

    boolean isUnhealthy() {
        return workload.value().getObserved().getHealth() == Health.UNHEALTHY;
    }

    /** Whether it counts as healthy in a new deployment. */
    boolean isSettled(Duration settle, Instant now) {
        if (!isRunning()) {
            return false;
        }
        return hasHealthCheck
                ? workload.value().getObserved().getHealth() == Health.HEALTHY
                : now.toEpochMilli() >= runningSinceMs(now.toEpochMilli()) + settle.toMillis();
    }

    /**
     * When it will have settled if nothing else happens to it, in milliseconds as nothing else because every pass asks
     * every task; {@link #NEVER} when that is not a matter of time.
     */
    long settlesAtMs(long settleMs, long nowMs) {
        if (!isRunning() || hasHealthCheck) {
            return NEVER;
        }
        long at = runningSinceMs(nowMs) + settleMs;
        return at > nowMs ? at : NEVER;
    }

    /**
     * Since when it runs: its node's word, unless that clock cannot be right, and then since it was
     * placed. If even that is yet to come, this controller's clock was set back or is behind that of
     * the leader before; then the task has run for ever, because else it would be waited for until
     * the clock has made up for it.
     */
    Instant runningSince(Instant now) {
        return Instant.ofEpochMilli(runningSinceMs(now.toEpochMilli()));
    }

    private long runningSinceMs(long nowMs) {
        long placed = workload.value().getPlacement().getPlacedAtMs();
        if (placed > nowMs + DRIFT_MAX_MS) {
            return 0;
        }
        long started = workload.value().getObserved().getStartedAtMs();
        return started < placed || started > nowMs ? placed : started;
    }
}
