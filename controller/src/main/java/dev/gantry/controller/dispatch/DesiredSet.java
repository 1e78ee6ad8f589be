package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Desired;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Node;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a node shall run, as of one revision: its live workloads, and those that have stopped of late, so that the agent
 * keeps them for their logs.
 *
 * @param revision of the snapshot it was computed from
 * @param epoch    of the node in that snapshot; placements of an older one are void
 * @param workloads by {@code scope/id}
 * @param expiry   when the first of the stopped ones is to be forgotten
 */
public record DesiredSet(long revision, long epoch, Map<String, DesiredWorkload> workloads, Optional<Instant> expiry) {

    /** As long as ECS's own agent keeps what has stopped. */
    static final Duration SETTLED_FOR = Duration.ofHours(3);

    static final int SETTLED_MAX = 200;

    static final DesiredSet NOTHING = new DesiredSet(0, 0, Map.of(), Optional.empty());

    public DesiredSet {
        workloads = Map.copyOf(workloads);
    }

    /** Computed from nothing; looks at the node's whole history, so once per session. */
    static DesiredSet whole(Snapshot image, Versioned<Node> node, Instant now) {
        return compute(
                image, node, image.find(Kinds.WORKLOADS_BY_NODE, node.key().name()).stream(), now);
    }

    /** The same for a newer image, looking only at what was in this one and at what is live. */
    DesiredSet at(Snapshot image, Versioned<Node> node, Instant now) {
        if (node.value().getEpoch() != epoch) {
            return whole(image, node, now);
        }
        Stream<Versioned<Workload>> known = workloads.values().stream()
                .flatMap(workload -> image.get(key(workload.getScope(), workload.getId())).stream());
        return compute(image, node, known, now);
    }

    private static DesiredSet compute(
            Snapshot image, Versioned<Node> node, Stream<Versioned<Workload>> maybeStopped, Instant now) {
        String nodeId = node.key().name();
        Map<String, DesiredWorkload> workloads = new LinkedHashMap<>();
        for (Versioned<Workload> live : image.find(Kinds.LIVE_WORKLOADS_BY_NODE, nodeId)) {
            if (live.value().getPlacement().getNodeEpoch() == node.value().getEpoch()) {
                workloads.put(name(live.key()), running(live));
            }
        }
        List<Versioned<Workload>> settled = maybeStopped
                .filter(workload -> Workloads.isStopped(workload.value()))
                .filter(workload -> workload.value().getPlacement().getNode().equals(nodeId))
                .filter(workload -> forgottenAt(workload).isAfter(now))
                .sorted(Comparator.<Versioned<Workload>, Instant>comparing(DesiredSet::forgottenAt)
                        .reversed())
                .limit(SETTLED_MAX)
                .toList();
        settled.forEach(workload -> workloads.put(name(workload.key()), settled(workload)));
        Optional<Instant> expiry = settled.isEmpty() ? Optional.empty() : Optional.of(forgottenAt(settled.getLast()));
        return new DesiredSet(image.revision(), node.value().getEpoch(), workloads, expiry);
    }

    /** The message that replaces whatever the agent had. */
    Desired full() {
        return Desired.newBuilder()
                .setRevision(revision)
                .setEpoch(epoch)
                .setFull(true)
                .addAllWorkloads(workloads.values())
                .build();
    }

    /** The message that leads from an earlier set to this one; empty when they are the same. */
    Optional<Desired> since(DesiredSet before) {
        if (before.epoch != epoch) {
            return Optional.of(full());
        }
        List<DesiredWorkload> changed = workloads.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(before.workloads.get(entry.getKey())))
                .map(Map.Entry::getValue)
                .toList();
        List<String> removed = before.workloads.keySet().stream()
                .filter(name -> !workloads.containsKey(name))
                .toList();
        if (changed.isEmpty() && removed.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Desired.newBuilder()
                .setRevision(revision)
                .setEpoch(epoch)
                .setBaseRevision(before.revision)
                .addAllWorkloads(changed)
                .addAllRemoved(removed)
                .build());
    }

    private static DesiredWorkload running(Versioned<Workload> live) {
        Workload workload = live.value();
        boolean stop = workload.getWish().getDesired() == RunState.STOP;
        DesiredWorkload.Builder desired = DesiredWorkload.newBuilder()
                .setScope(live.key().scope())
                .setId(live.key().name())
                .setDesired(stop ? RunState.STOP : RunState.RUN)
                .setStopReason(stop ? workload.getWish().getStopReason() : "")
                .setSpec(workload.getSpec());
        if (workload.hasSupplies()) {
            desired.setSupplies(workload.getSupplies());
        }
        if (stop && workload.getWish().hasGraceSeconds()) {
            desired.setStopGraceSeconds(workload.getWish().getGraceSeconds());
        }
        return desired.build();
    }

    private static DesiredWorkload settled(Versioned<Workload> stopped) {
        return DesiredWorkload.newBuilder()
                .setScope(stopped.key().scope())
                .setId(stopped.key().name())
                .setDesired(RunState.STOP)
                .setStopReason(stopped.value().getObserved().getStopReason())
                .setSpec(stopped.value().getSpec())
                .setSettled(true)
                .setDiscarded(Pods.pod(stopped.value())
                        .filter(pod -> pod.getRemovedAtMs() > 0)
                        .isPresent())
                .build();
    }

    private static Instant forgottenAt(Versioned<Workload> stopped) {
        return Instant.ofEpochMilli(stopped.value().getObserved().getStoppedAtMs())
                .plus(SETTLED_FOR);
    }

    private static Key<Workload> key(String scope, String id) {
        return Kinds.WORKLOAD.key(scope, id);
    }

    private static String name(Key<Workload> key) {
        return key.scope() + "/" + key.name();
    }
}
