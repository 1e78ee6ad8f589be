package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All nodes with what runs on them, kept from one snapshot to the next, and on top of it what the
 * current pass has decided but not yet seen committed. Only a cache: a new one that reads the same
 * snapshot answers the same.
 */
final class Fleet {

    private final Map<String, NodeState> nodes = new HashMap<>();
    private final Journal journal = new Journal();
    private final Map<Key<Workload>, NodeState> assumed = new HashMap<>();
    private long revision = -1;

    /** In no particular order. */
    Collection<NodeState> nodes() {
        return nodes.values();
    }

    Optional<NodeState> node(String id) {
        return Optional.ofNullable(nodes.get(id));
    }

    Journal journal() {
        return journal;
    }

    /** Becomes what the snapshot says; forgets what was only assumed. */
    void follow(Snapshot snapshot) {
        assumed.forEach((key, node) -> {
            if (node.remove(key)) {
                journal.add(node);
            }
        });
        Set<String> doubtful = new HashSet<>();
        assumed.values().forEach(node -> doubtful.add(node.id()));
        assumed.clear();
        Optional<List<Change<?>>> changes = revision < 0
                ? Optional.empty()
                : snapshot.changesSince(revision).filter(_ -> revision <= snapshot.revision());
        if (changes.isPresent()) {
            changes.get().forEach(change -> collectNodes(change, doubtful));
            doubtful.forEach(
                    id -> refresh(id, snapshot.get(Kinds.NODE.key("", id)).orElse(null), snapshot));
        } else {
            refreshAll(snapshot);
        }
        revision = snapshot.revision();
        journal.trim(nodes.size());
    }

    /** Counts a workload as placed until the next snapshot tells. */
    void assume(Key<Workload> key, Workload placed, NodeState node) {
        node.put(new Versioned<>(key, placed, 0));
        assumed.put(key, node);
        journal.add(node);
    }

    private static void collectNodes(Change<?> change, Set<String> ids) {
        if (change.key().kind().equals(Kinds.NODE)) {
            ids.add(change.key().name());
        }
        collectNode(change.before(), ids);
        collectNode(change.after(), ids);
    }

    private static void collectNode(@Nullable Versioned<?> record, Set<String> ids) {
        if (record != null && record.value() instanceof Workload workload && Workloads.isPlaced(workload)) {
            ids.add(workload.getPlacement().getNode());
        }
    }

    private void refreshAll(Snapshot snapshot) {
        Set<String> before = new HashSet<>(nodes.keySet());
        for (Versioned<Node> node : snapshot.list(Kinds.NODE)) {
            before.remove(node.key().name());
            refresh(node.key().name(), node, snapshot);
        }
        before.forEach(id -> refresh(id, null, snapshot));
    }

    private void refresh(String id, @Nullable Versioned<Node> record, Snapshot snapshot) {
        NodeState node = nodes.get(id);
        if (record == null) {
            if (node != null) {
                node.leave();
                nodes.remove(id);
                journal.add(node);
            }
            return;
        }
        List<Versioned<Workload>> live = snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, id);
        if (node != null && node.record().revision() == record.revision() && node.holds(live)) {
            return;
        }
        if (node == null) {
            node = new NodeState(record);
            nodes.put(id, node);
        } else if (node.record().revision() != record.revision()) {
            node.replace(record);
        }
        node.keepOnly(live);
        journal.add(node);
    }
}
