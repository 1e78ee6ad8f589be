package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.BalancedPort;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All nodes with what runs on them, kept from one snapshot to the next, and on top of it what the
 * current pass has decided but not yet seen committed. Only a cache: a new one that reads the same
 * snapshot answers the same.
 */
final class Fleet {

    private final NamespaceLabels namespaces;
    private final Society society;
    private final Map<String, NodeState> nodes = new HashMap<>();
    private final Journal journal = new Journal();
    private final Map<Key<Workload>, NodeState> assumed = new HashMap<>();
    private long revision = -1;

    Fleet(NamespaceLabels namespaces) {
        this.namespaces = namespaces;
        this.society = new Society(namespaces);
    }

    /** What the pods on the nodes mean to others. */
    Society society() {
        return society;
    }

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
        society.follow(snapshot);
        assumed.forEach((key, node) -> {
            if (node.remove(key)) {
                journal.add(node);
            }
        });
        assumed.clear();
        Optional<List<Change<?>>> changes = revision < 0
                ? Optional.empty()
                : snapshot.changesSince(revision).filter(_ -> revision <= snapshot.revision());
        changes.ifPresentOrElse(all -> apply(all, snapshot), () -> refreshAll(snapshot));
        revision = snapshot.revision();
        journal.trim(nodes.size());
    }

    /** Counts a workload on a node until the next snapshot tells; of the workload itself nothing that is counted changes. */
    void assume(Key<Workload> key, Workload workload, NodeState node) {
        node.put(new Versioned<>(key, workload, 0));
        assumed.put(key, node);
        journal.add(node);
    }

    /** Costs as much as there are changes, however many workloads the nodes have. */
    private void apply(List<Change<?>> changes, Snapshot snapshot) {
        Set<String> altered = new HashSet<>();
        boolean haveNamespacesChanged = false;
        for (Change<?> change : changes) {
            haveNamespacesChanged |= namespaces.isAbout(change);
            if (change.key().kind().equals(Kinds.NODE)) {
                altered.add(change.key().name());
            }
            BalancedPort.of(change.key()).map(BalancedPort::node).ifPresent(altered::add);
            counted(change.before())
                    .ifPresent(gone ->
                            holder(gone).filter(node -> node.remove(gone.key())).ifPresent(journal::add));
            counted(change.after())
                    .ifPresent(here -> holder(here).ifPresent(node -> {
                        node.put(here);
                        journal.add(node);
                    }));
        }
        if (haveNamespacesChanged) {
            society.namespacesChanged();
        }
        Map<String, Set<BalancedPort>> balanced = altered.isEmpty() ? Map.of() : balanced(snapshot);
        altered.forEach(id -> refresh(
                id, snapshot.get(Kinds.NODE.key("", id)).orElse(null), balanced.getOrDefault(id, Set.of()), snapshot));
    }

    /** The record, if it is a workload that holds something on a node. */
    @SuppressWarnings("unchecked") // A record whose value is a workload is of workloads' kind.
    private static Optional<Versioned<Workload>> counted(@Nullable Versioned<?> record) {
        return record != null
                        && record.value() instanceof Workload workload
                        && Workloads.isPlaced(workload)
                        && !Workloads.isStopped(workload)
                ? Optional.of((Versioned<Workload>) record)
                : Optional.empty();
    }

    private Optional<NodeState> holder(Versioned<Workload> workload) {
        return node(workload.value().getPlacement().getNode());
    }

    private void refreshAll(Snapshot snapshot) {
        society.namespacesChanged();
        Set<String> before = new HashSet<>(nodes.keySet());
        Map<String, Set<BalancedPort>> balanced = balanced(snapshot);
        for (Versioned<Node> node : snapshot.list(Kinds.NODE)) {
            String id = node.key().name();
            before.remove(id);
            refresh(id, node, balanced.getOrDefault(id, Set.of()), snapshot);
        }
        before.forEach(id -> refresh(id, null, Set.of(), snapshot));
    }

    /** The ports that lead to services, by the ids of their nodes. */
    private static Map<String, Set<BalancedPort>> balanced(Snapshot snapshot) {
        return BalancedPort.claims(snapshot).stream()
                .flatMap(claim -> BalancedPort.of(claim.key()).stream())
                .collect(Collectors.groupingBy(BalancedPort::node, Collectors.toSet()));
    }

    private void refresh(String id, @Nullable Versioned<Node> record, Set<BalancedPort> balanced, Snapshot snapshot) {
        NodeState node = nodes.get(id);
        if (node != null && node.balance(balanced)) {
            journal.add(node);
        }
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
            node = new NodeState(record, society);
            node.balance(balanced);
            nodes.put(id, node);
        } else if (node.record().revision() != record.revision()) {
            node.replace(record);
        }
        node.keepOnly(live);
        journal.add(node);
    }
}
