package dev.gantry.controller.lifecycle;

import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Node;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Ends workloads that nobody else can end: those that shall stop before they got a node, and those
 * whose node is no longer known. What a node that is known gave up, the nodes loop ends.
 */
public final class WorkloadReconciler implements Reconciler<Workload> {

    @Override
    public String name() {
        return "lifecycle";
    }

    @Override
    public int atOnce() {
        return MANY;
    }

    @Override
    public Collection<Key<Workload>> all(Snapshot snapshot) {
        return snapshot.find(Kinds.WORKLOADS_BY_STAGE, Workloads.Stage.LIVE.name()).stream()
                .filter(workload -> isOrphan(workload.value(), snapshot))
                .map(Versioned::key)
                .toList();
    }

    @Override
    public Collection<Key<Workload>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.after() != null && change.after().value() instanceof Workload workload) {
            return isOrphan(workload, snapshot)
                    ? List.of(Kinds.WORKLOAD.key(
                            change.key().scope(), change.key().name()))
                    : List.of();
        }
        boolean nodeWent = change.key().kind().equals(Kinds.NODE) && change.after() == null;
        return nodeWent
                ? snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, change.key().name()).stream()
                        .map(Versioned::key)
                        .toList()
                : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Workload> key, Instant now) {
        return snapshot.get(key)
                .filter(workload -> isOrphan(workload.value(), snapshot))
                .map(workload -> end(workload, now))
                .orElseGet(Outcome::nothing);
    }

    private static boolean isOrphan(Workload workload, Snapshot snapshot) {
        if (Workloads.isStopped(workload)) {
            return false;
        }
        return Workloads.isPlaced(workload)
                ? snapshot.get(nodeKey(workload)).isEmpty()
                : Workloads.isUnwanted(workload);
    }

    private static Key<Node> nodeKey(Workload workload) {
        return Kinds.NODE.key("", workload.getPlacement().getNode());
    }

    private static Outcome end(Versioned<Workload> workload, Instant now) {
        Workload value = workload.value();
        Wish wish = value.getWish();
        Workload ended = wish.getDesired() == RunState.STOP
                ? Workloads.ended(value, wish.getStopCode(), wish.getStopReason(), now)
                : Workloads.ended(
                        value,
                        "TerminationNotice",
                        "Host EC2 (instance " + value.getPlacement().getNode() + ") terminated.",
                        now);
        return Outcome.write(Transaction.builder().update(workload, ended).build());
    }
}
