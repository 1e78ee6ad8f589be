package dev.gantry.controller.kube.disruption;

import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.Uids;
import dev.gantry.controller.kube.pod.PodEndings;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.resource.Workloads.Stage;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Victim;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Deletes the pods that have to go for one of higher priority, as the scheduler wrote down with that pod. Each deletion is
 * guarded by it: when it has a place or is gone meanwhile, nobody has to go any more.
 */
public final class PreemptionReconciler implements Reconciler<Workload> {

    /** Of one transaction, below the store's limit. */
    private static final int VICTIMS_MAX = 50;

    @Override
    public String name() {
        return "kube-preemption";
    }

    @Override
    public Collection<Key<Workload>> all(Snapshot snapshot) {
        return snapshot.find(Kinds.WORKLOADS_BY_STAGE, Stage.UNPLACED.name()).stream()
                .filter(waiting -> waiting.value().getPlacement().getVictimsCount() > 0)
                .map(Versioned::key)
                .toList();
    }

    @Override
    public Collection<Key<Workload>> wokenBy(Change<?> change, Snapshot snapshot) {
        return change.after() != null
                        && change.after().value() instanceof Workload workload
                        && workload.getPlacement().getVictimsCount() > 0
                ? List.of(Kinds.WORKLOAD.key(change.key().scope(), change.key().name()))
                : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Workload> key, Instant now) {
        return snapshot.get(key)
                .filter(waiting -> Workloads.stage(waiting.value()) == Stage.UNPLACED)
                .map(waiting -> Outcome.write(deletions(snapshot, waiting, now)))
                .orElse(Outcome.nothing());
    }

    private static List<Transaction> deletions(Snapshot snapshot, Versioned<Workload> waiting, Instant now) {
        Placement placement = waiting.value().getPlacement();
        String uid = Uids.of(waiting.value().getId());
        String node = NodeNames.of(snapshot, placement.getNominatedNode());
        List<Transaction> transactions = new ArrayList<>();
        Transaction.Builder current = Transaction.builder();
        for (Victim victim : placement.getVictimsList()) {
            Optional<PodDocument> pod = living(snapshot, victim);
            if (pod.isPresent()) {
                current.guard(waiting).update(pod.get().record(), PodEndings.preempted(pod.get(), uid, node, now));
            }
            if (current.size() > VICTIMS_MAX) {
                transactions.add(current.build());
                current = Transaction.builder();
            }
        }
        transactions.add(current.build());
        return transactions;
    }

    private static Optional<PodDocument> living(Snapshot snapshot, Victim victim) {
        return snapshot.get(Kinds.WORKLOAD.key(victim.getScope(), victim.getId()))
                .flatMap(PodDocument::of)
                .filter(pod -> !pod.isDeleted() && !pod.isOver());
    }
}
