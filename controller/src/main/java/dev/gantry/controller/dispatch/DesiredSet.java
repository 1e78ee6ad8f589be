package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Tasks;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Desired;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Node;
import dev.gantry.proto.RunState;
import dev.gantry.proto.TaskFacts;
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
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a node shall run, as of one revision: its live workloads, and those that have stopped of late, so that the agent
 * keeps them for their logs.
 *
 * @param revision of the snapshot it was computed from
 * @param epoch    of the node in that snapshot; placements of an older one are void
 * @param expiry   when the first of the stopped ones is to be forgotten
 */
public record DesiredSet(long revision, long epoch, Map<Key<Workload>, Held> workloads, Optional<Instant> expiry) {

    /**
     * One workload of the set.
     *
     * @param recordRevision of the record that it was made from, which need not be looked into again while it is the newest
     */
    public record Held(long recordRevision, DesiredWorkload workload) {}

    /** As long as ECS's own agent keeps what has stopped. */
    static final Duration SETTLED_FOR = Duration.ofHours(3);

    static final int SETTLED_MAX = 200;

    static final DesiredSet NOTHING = new DesiredSet(0, 0, Map.of(), Optional.empty());

    public DesiredSet {
        workloads = Map.copyOf(workloads);
    }

    /** Computed from nothing; looks at the node's whole history, so once per session. */
    static DesiredSet whole(Snapshot image, Versioned<Node> node, Instant now) {
        String id = node.key().name();
        return NOTHING.compute(image, node, _ -> image.find(Kinds.WORKLOADS_BY_NODE, id).stream(), now);
    }

    /** The same for a newer image, looking only into what changed of what was in this one or is live. */
    DesiredSet at(Snapshot image, Versioned<Node> node, Instant now) {
        if (node.value().getEpoch() != epoch) {
            return whole(image, node, now);
        }
        return compute(
                image,
                node,
                live -> workloads.keySet().stream()
                        .filter(key -> !live.containsKey(key))
                        .flatMap(key -> image.get(key).stream()),
                now);
    }

    /** This set, known to be what was told at an earlier revision. */
    DesiredSet toldAt(long earlier) {
        return new DesiredSet(earlier, epoch, workloads, expiry);
    }

    /** Takes over from this set what is made of the same records. */
    private DesiredSet compute(
            Snapshot image,
            Versioned<Node> node,
            Function<Map<Key<Workload>, Held>, Stream<Versioned<Workload>>> maybeStopped,
            Instant now) {
        String nodeId = node.key().name();
        Map<Key<Workload>, Held> workloads = new LinkedHashMap<>();
        for (Versioned<Workload> live : image.find(Kinds.LIVE_WORKLOADS_BY_NODE, nodeId)) {
            if (live.value().getPlacement().getNodeEpoch() == node.value().getEpoch()) {
                workloads.put(live.key(), held(live, DesiredSet::running));
            }
        }
        List<Versioned<Workload>> settled = maybeStopped
                .apply(workloads)
                .filter(workload -> Workloads.isStopped(workload.value()))
                .filter(workload -> workload.value().getPlacement().getNode().equals(nodeId))
                .filter(workload -> forgottenAt(workload).isAfter(now))
                .sorted(Comparator.<Versioned<Workload>, Instant>comparing(DesiredSet::forgottenAt)
                        .reversed())
                .limit(SETTLED_MAX)
                .toList();
        settled.forEach(workload -> workloads.put(workload.key(), held(workload, DesiredSet::settled)));
        Optional<Instant> expiry = settled.isEmpty() ? Optional.empty() : Optional.of(forgottenAt(settled.getLast()));
        return new DesiredSet(image.revision(), node.value().getEpoch(), workloads, expiry);
    }

    private Held held(Versioned<Workload> record, Function<Versioned<Workload>, DesiredWorkload> making) {
        Held known = workloads.get(record.key());
        // Of a newer record that says the same the newer one is kept: the older one would stay in memory for it alone.
        return known != null && known.recordRevision() == record.revision()
                ? known
                : new Held(record.revision(), making.apply(record));
    }

    /** The message that replaces whatever the agent had. */
    Desired full() {
        return Desired.newBuilder()
                .setRevision(revision)
                .setEpoch(epoch)
                .setFull(true)
                .addAllWorkloads(workloads.values().stream().map(Held::workload).toList())
                .build();
    }

    /** The message that leads from an earlier set to this one; empty when they are the same. */
    Optional<Desired> since(DesiredSet before) {
        if (before.epoch != epoch) {
            return Optional.of(full());
        }
        List<DesiredWorkload> changed = workloads.entrySet().stream()
                .filter(entry -> !isIn(before, entry.getKey(), entry.getValue().workload()))
                .map(entry -> entry.getValue().workload())
                .toList();
        List<String> removed = before.workloads.keySet().stream()
                .filter(key -> !workloads.containsKey(key))
                .map(DesiredSet::name)
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

    private static boolean isIn(DesiredSet set, Key<Workload> key, DesiredWorkload workload) {
        Held held = set.workloads.get(key);
        return held != null && held.workload().equals(workload);
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
        Pods.pod(workload).ifPresent(pod -> desired.putAllLabels(pod.getLabelsMap()));
        Tasks.task(workload).ifPresent(task -> desired.setTask(facts(task)));
        if (workload.hasSupplies()) {
            desired.setSupplies(workload.getSupplies());
        }
        if (stop && workload.getWish().hasGraceSeconds()) {
            desired.setStopGraceSeconds(workload.getWish().getGraceSeconds());
        }
        return desired.build();
    }

    private static TaskFacts facts(EcsTask task) {
        return TaskFacts.newBuilder()
                .setLaunchType(task.getLaunchType())
                .setService(task.getServiceName())
                .putAllTags(task.getTagsMap())
                .build();
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

    private static String name(Key<Workload> key) {
        return key.scope() + "/" + key.name();
    }
}
