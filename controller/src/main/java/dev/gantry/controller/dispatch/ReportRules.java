package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Node;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadReport;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** What becomes of one report. Pure. */
public final class ReportRules {

    static final int OBSERVATION_BYTES_MAX = 64 * 1024;
    private static final Pattern NAME = Pattern.compile("[0-9A-Za-z._-]{1,255}");
    private static final Pattern SCOPE = Pattern.compile("[0-9A-Za-z._/-]{0,255}");

    public sealed interface Verdict {
        record Write(Versioned<Workload> before, Workload after) implements Verdict {}

        /** The record says so already. */
        record Known() implements Verdict {}

        /** The agent has no say in it; its desired set tells it to stop the workload. */
        record Dropped(String reason) implements Verdict {}
    }

    private ReportRules() {}

    public static Verdict judge(Snapshot image, String nodeId, WorkloadReport report, Instant now) {
        if (!NAME.matcher(report.getId()).matches()
                || !SCOPE.matcher(report.getScope()).matches()) {
            return new Verdict.Dropped("its name is no workload's");
        }
        Optional<Versioned<Workload>> found = image.get(Kinds.WORKLOAD.key(report.getScope(), report.getId()));
        if (found.isEmpty()) {
            return new Verdict.Dropped("there is no such workload");
        }
        Workload workload = found.get().value();
        if (!workload.getPlacement().getNode().equals(nodeId)) {
            return new Verdict.Dropped("it was not placed on this node");
        }
        long epoch = image.get(Kinds.NODE.key("", nodeId))
                .map(Versioned::value)
                .map(Node::getEpoch)
                .orElse(0L);
        if (workload.getPlacement().getNodeEpoch() != epoch) {
            return new Verdict.Dropped(
                    "it was placed in epoch " + workload.getPlacement().getNodeEpoch()
                            + " of the node, which was given up since; now is epoch " + epoch);
        }
        Workload after = Workloads.observed(workload, dated(workload, bounded(report.getObserved()), now));
        return after.equals(workload) ? new Verdict.Known() : new Verdict.Write(found.get(), after);
    }

    /**
     * How long an end is remembered counts from when it was: a node whose clock is wrong must not have its tasks forgotten at
     * once, or kept for years.
     */
    private static Observation dated(Workload workload, Observation observed, Instant now) {
        long at = observed.getStoppedAtMs();
        boolean possible = at >= workload.getPlacement().getPlacedAtMs() && at <= now.toEpochMilli();
        return observed.getPhase() != Phase.STOPPED || possible
                ? observed
                : observed.toBuilder().setStoppedAtMs(now.toEpochMilli()).build();
    }

    /** An end must be recorded even if what explains it is too long to keep. */
    private static Observation bounded(Observation observed) {
        if (observed.getSerializedSize() <= OBSERVATION_BYTES_MAX) {
            return observed;
        }
        Observation.Builder less = observed.toBuilder().clearNotes();
        less.getContainersBuilderList().forEach(container -> container.clearLogTail());
        Observation shorter = less.build();
        if (shorter.getSerializedSize() <= OBSERVATION_BYTES_MAX) {
            return shorter;
        }
        return less.clearContainers()
                .setStopReason(less.getStopReason()
                        .substring(0, Math.min(1024, less.getStopReason().length())))
                .setStopCode(less.getStopCode()
                        .substring(0, Math.min(64, less.getStopCode().length())))
                .build();
    }
}
