package dev.gantry.controller.resource;

import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import java.time.Instant;

/**
 * The life cycle of a workload: its phase follows from placement and observation, and only grows.
 */
public final class Workloads {

    /** Where a workload stands for those who look for work to do. */
    public enum Stage {
        /** Shall run, and has no node yet. */
        UNPLACED,
        /** Has a node, or shall stop before it got one. */
        LIVE,
        STOPPED
    }

    private Workloads() {}

    /** PROVISIONING until placed, PENDING until the agent says otherwise. */
    public static Phase phase(Workload workload) {
        Phase observed = workload.getObserved().getPhase();
        if (observed != Phase.PHASE_UNSPECIFIED) {
            return observed;
        }
        return isPlaced(workload) ? Phase.PENDING : Phase.PROVISIONING;
    }

    public static Stage stage(Workload workload) {
        if (isStopped(workload)) {
            return Stage.STOPPED;
        }
        return isPlaced(workload) || isUnwanted(workload) ? Stage.LIVE : Stage.UNPLACED;
    }

    public static boolean isPlaced(Workload workload) {
        return !workload.getPlacement().getNode().isEmpty();
    }

    public static boolean isStopped(Workload workload) {
        return workload.getObserved().getPhase() == Phase.STOPPED;
    }

    /** Whether it shall stop or has stopped. */
    public static boolean isUnwanted(Workload workload) {
        return workload.getWish().getDesired() == RunState.STOP || isStopped(workload);
    }

    public static boolean isRunning(Workload workload) {
        return workload.getObserved().getPhase() == Phase.RUNNING;
    }

    /**
     * Asks a workload to stop. The first request keeps its reason; a stopped workload stays as it
     * is.
     */
    public static Workload stop(Workload workload, String code, String reason, Instant now) {
        if (isUnwanted(workload)) {
            return workload;
        }
        return workload.toBuilder()
                .setWish(Wish.newBuilder()
                        .setDesired(RunState.STOP)
                        .setStopCode(code)
                        .setStopReason(reason)
                        .setStopRequestedAtMs(now.toEpochMilli()))
                .setVersion(workload.getVersion() + 1)
                .build();
    }

    /**
     * Takes back the wish that a workload runs which stopped by itself: its owner has taken note. A reader of its API sees
     * no change.
     */
    public static Workload noted(Workload workload) {
        Observation observed = workload.getObserved();
        return workload.toBuilder()
                .setWish(Wish.newBuilder()
                        .setDesired(RunState.STOP)
                        .setStopCode(observed.getStopCode())
                        .setStopReason(observed.getStopReason())
                        .setStopRequestedAtMs(observed.getStoppedAtMs()))
                .build();
    }

    /** Ends a workload that no agent will report on any more. */
    public static Workload ended(Workload workload, String code, String reason, Instant now) {
        if (isStopped(workload)) {
            return workload;
        }
        Observation.Builder observed = workload.getObserved().toBuilder()
                .setPhase(Phase.STOPPED)
                .setStopCode(code)
                .setStopReason(reason)
                .setStoppedAtMs(now.toEpochMilli());
        observed.getContainersBuilderList().forEach(container -> container.setPhase(Phase.STOPPED));
        return workload.toBuilder()
                .setObserved(observed)
                .setVersion(workload.getVersion() + 1)
                .build();
    }

    /**
     * Takes in what an agent saw. Phases only grow, so an older or repeated report changes nothing.
     */
    public static Workload observed(Workload workload, Observation report) {
        Observation before = workload.getObserved();
        boolean older = report.getPhaseValue() < before.getPhaseValue() || before.getPhase() == Phase.STOPPED;
        if (older || report.equals(before)) {
            return workload;
        }
        return workload.toBuilder()
                .setObserved(report)
                .setVersion(workload.getVersion() + 1)
                .build();
    }
}
