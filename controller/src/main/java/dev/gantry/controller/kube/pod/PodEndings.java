package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;

/** How a pod is asked to end. */
public final class PodEndings {

    /** With which pods end that have to go for one of higher priority. */
    static final String PREEMPTED = "Preempted";

    /** With which workloads end whose node is given up or taken out by force. */
    private static final Set<String> LOST_CODES = Set.of("TerminationNotice", "UserInitiated");

    private static final String CODE = "UserInitiated";
    private static final String REASON = "pod deleted";
    private static final String GRACE = "deletionGracePeriodSeconds";

    private PodEndings() {}

    /**
     * The pod with its deletion asked for. A second request may only shorten the grace.
     *
     * @param graceSeconds empty for the pod's own; 0 to kill it at once
     */
    public static Workload deleted(PodDocument pod, OptionalInt graceSeconds, Instant now) {
        int own = pod.record().value().getSpec().getPod().getTerminationGraceSeconds();
        int wanted = Math.max(0, graceSeconds.orElse(own));
        int before = grace(pod.meta()).orElse(Integer.MAX_VALUE);
        int grace = Math.min(wanted, before);
        ObjectNode json = pod.json().deepCopy();
        ObjectNode metadata = json.withObject("/metadata");
        if (!pod.isDeleted() || grace < before) {
            metadata.put("deletionTimestamp", Times.text(now.plusSeconds(grace).toEpochMilli()));
            metadata.put(GRACE, grace);
        }
        KubePod origin = PodDocument.stored(pod.origin(), json);
        Workload marked =
                pod.record().value().toBuilder().setOrigin(Any.pack(origin)).build();
        return stopped(marked, OptionalInt.of(grace), now);
    }

    /**
     * The pod with its deletion asked for, in its own grace, because one of higher priority needs its room.
     *
     * @param uid of that one
     * @param node its name
     */
    public static Workload preempted(PodDocument pod, String uid, String node, Instant now) {
        Versioned<Workload> record = pod.record();
        String why = "Preempted by pod %s on node %s".formatted(uid, node);
        Workload stopping = Workloads.stop(record.value(), PREEMPTED, why, now);
        PodDocument called = new PodDocument(new Versioned<>(record.key(), stopping, record.revision()), pod.origin());
        return disrupted(called, Disruption.PREEMPTION, now);
    }

    /** The pod with its deletion asked for, in its own grace, and told why. */
    static Workload disrupted(PodDocument pod, Disruption disruption, Instant now) {
        return deleted(disruption.mark(pod, now), OptionalInt.empty(), now);
    }

    /** Whether a workload has ended because its node was given up, or taken out by force. */
    static boolean isLost(Workload workload) {
        return Workloads.isStopped(workload)
                && LOST_CODES.contains(workload.getObserved().getStopCode())
                && workload.getWish().getDesired() != RunState.STOP;
    }

    static OptionalInt grace(Meta meta) {
        JsonNode seconds = meta.json().path(GRACE);
        return seconds.isNumber() ? OptionalInt.of(seconds.asInt()) : OptionalInt.empty();
    }

    /** The wish that it stops; a shorter grace replaces a longer one. */
    static Workload stopped(Workload workload, OptionalInt graceSeconds, Instant now) {
        Workload stopping = Workloads.stop(workload, CODE, REASON, now);
        boolean asked = stopping.getWish().getDesired() == RunState.STOP && !Workloads.isStopped(stopping);
        boolean same = graceSeconds.isEmpty()
                || stopping.getWish().hasGraceSeconds()
                        && stopping.getWish().getGraceSeconds() <= graceSeconds.getAsInt();
        if (!asked || same) {
            return stopping;
        }
        Workload.Builder shorter = stopping.toBuilder();
        shorter.getWishBuilder().setGraceSeconds(graceSeconds.getAsInt());
        return shorter.build();
    }

    /**
     * Takes a pod out of the API and frees its name. What it left is history; what still runs of it was asked to stop.
     *
     * @param last what the workload says from now on
     */
    public static void remove(
            Transaction.Builder writes, Snapshot snapshot, PodDocument pod, Workload last, Instant now) {
        Versioned<Workload> record = pod.record();
        KubePod gone =
                pod.origin().toBuilder().setRemovedAtMs(now.toEpochMilli()).build();
        writes.update(record, last.toBuilder().setOrigin(Any.pack(gone)).build());
        snapshot.get(Kinds.KUBE_POD_NAME.key(record.key().scope(), pod.origin().getName()))
                .filter(claim ->
                        claim.value().getWorkloadId().equals(record.key().name()))
                .ifPresent(writes::delete);
    }
}
