package dev.gantry.controller.nodes;

import dev.gantry.controller.nodes.ReadinessPlanner.Standing;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the readiness of nodes. Giving a node up bumps its epoch and ends its workloads; workloads
 * that were placed under an older epoch are void and are ended whenever they are seen, so that it
 * does not matter where an ending was cut.
 */
public final class NodeReconciler implements Reconciler<Node> {

    private final Heartbeats heartbeats;
    private final NodeSettings settings;
    private final ReadinessPlanner planner;

    public NodeReconciler(Heartbeats heartbeats, NodeSettings settings) {
        this.heartbeats = heartbeats;
        this.settings = settings;
        this.planner = new ReadinessPlanner(settings);
    }

    @Override
    public String name() {
        return "nodes";
    }

    @Override
    public Collection<Key<Node>> all(Snapshot snapshot) {
        return snapshot.list(Kinds.NODE).stream().map(Versioned::key).toList();
    }

    @Override
    public Collection<Key<Node>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.NODE)) {
            return List.of(Kinds.NODE.key("", change.key().name()));
        }
        if (change.after() != null && change.after().value() instanceof Workload workload) {
            return placedInVain(workload, snapshot);
        }
        if (change.before() != null && change.before().value() instanceof Workload workload) {
            return leftDeregistered(workload, snapshot);
        }
        return List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Node> key, Instant now) {
        Optional<Versioned<Node>> found = snapshot.get(key);
        if (found.isEmpty()) {
            return Outcome.nothing();
        }
        Versioned<Node> node = found.get();
        return node.value().getAdministration() == Administration.DEREGISTERED
                ? dismiss(snapshot, node, now)
                : follow(snapshot, node, now);
    }

    private Outcome follow(Snapshot snapshot, Versioned<Node> node, Instant now) {
        Standing standing =
                planner.plan(node.value(), heartbeats.lastHeard(node.key().name()), heartbeats.confirmedSince(), now);
        Endings endings = Endings.hostTerminated(node.key().name(), now);
        boolean changes = standing.readiness() != node.value().getReadiness();
        Transaction.Builder first = Transaction.builder();
        long epoch = node.value().getEpoch();
        if (changes) {
            epoch += standing.readiness() == Readiness.LOST ? 1 : 0;
            first.update(node, standing(node.value(), standing.readiness(), epoch, now));
        }
        Outcome outcome = new Outcome(endings.after(first, placedBefore(epoch, snapshot, node)), Optional.empty());
        return standing.wake().map(outcome::orWakeAt).orElse(outcome);
    }

    private Outcome dismiss(Snapshot snapshot, Versioned<Node> node, Instant now) {
        if (node.value().getReadiness() != Readiness.LOST) {
            // The epoch makes void what the scheduler may be placing there at this moment.
            Transaction.Builder first = Transaction.builder();
            long epoch = node.value().getEpoch() + 1;
            first.update(node, standing(node.value(), Readiness.LOST, epoch, now));
            List<Versioned<Workload>> live = live(snapshot, node);
            return new Outcome(Endings.deregistered(now).after(first, live), Optional.empty());
        }
        List<Versioned<Workload>> live = live(snapshot, node);
        if (!live.isEmpty()) {
            return new Outcome(Endings.deregistered(now).after(Transaction.builder(), live), Optional.empty());
        }
        Instant removal =
                Instant.ofEpochMilli(node.value().getReadinessSinceMs()).plus(settings.retention());
        if (now.isBefore(removal)) {
            return Outcome.wakeAt(removal);
        }
        boolean isReferredTo =
                snapshot.count(Kinds.WORKLOADS_BY_NODE, node.key().name()) > 0;
        // The last of its stopped workloads to be removed wakes this again.
        return isReferredTo
                ? Outcome.nothing()
                : Outcome.write(Transaction.builder().delete(node).build());
    }

    private static Node standing(Node node, Readiness readiness, long epoch, Instant now) {
        return node.toBuilder()
                .setReadiness(readiness)
                .setReadinessSinceMs(now.toEpochMilli())
                .setEpoch(epoch)
                .setVersion(node.getVersion() + 1)
                .build();
    }

    private static List<Versioned<Workload>> placedBefore(long epoch, Snapshot snapshot, Versioned<Node> node) {
        return live(snapshot, node).stream()
                .filter(workload -> workload.value().getPlacement().getNodeEpoch() < epoch)
                .toList();
    }

    private static List<Versioned<Workload>> live(Snapshot snapshot, Versioned<Node> node) {
        return snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, node.key().name());
    }

    private static List<Key<Node>> placedInVain(Workload workload, Snapshot snapshot) {
        if (Workloads.isStopped(workload) || !Workloads.isPlaced(workload)) {
            return List.of();
        }
        Key<Node> key = Kinds.NODE.key("", workload.getPlacement().getNode());
        return snapshot.get(key).map(Versioned::value).stream()
                .filter(node -> node.getAdministration() == Administration.DEREGISTERED
                        || workload.getPlacement().getNodeEpoch() < node.getEpoch())
                .map(_ -> key)
                .toList();
    }

    private static List<Key<Node>> leftDeregistered(Workload workload, Snapshot snapshot) {
        if (!Workloads.isPlaced(workload)) {
            return List.of();
        }
        Key<Node> key = Kinds.NODE.key("", workload.getPlacement().getNode());
        return snapshot.get(key).map(Versioned::value).stream()
                .filter(node -> node.getAdministration() == Administration.DEREGISTERED)
                .map(_ -> key)
                .toList();
    }
}
