package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Takes a pod that was deleted out of the API: asks its containers to stop, and when they have and no finalizer stands against it, frees its
 * name; one that shall go at once does not wait for them. What is left is history.
 */
public final class PodReconciler implements Reconciler<Workload> {

    @Override
    public String name() {
        return "kube-pods";
    }

    @Override
    public int atOnce() {
        return MANY;
    }

    @Override
    public Collection<Key<Workload>> all(Snapshot snapshot) {
        return PodDocument.keys(snapshot);
    }

    @Override
    public Collection<Key<Workload>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.after() != null && change.after().value() instanceof Workload workload && Pods.isPod(workload)) {
            return List.of(Kinds.WORKLOAD.key(change.key().scope(), change.key().name()));
        }
        return List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Workload> key, Instant now) {
        Optional<PodDocument> found = snapshot.get(key).flatMap(PodDocument::of);
        if (found.isEmpty()) {
            return Outcome.nothing();
        }
        PodDocument pod = found.get();
        if (pod.isDeleted() && !pod.isOver()) {
            return stopped(snapshot, pod, now);
        }
        // Its node went; whoever manages it makes another one, of the same name perhaps.
        boolean isLost =
                PodEndings.isLost(pod.record().value()) && !pod.controllerUid().isEmpty();
        boolean goes = pod.isDeleted() || isLost;
        return goes && pod.finalizers().isEmpty()
                ? Outcome.write(removal(snapshot, pod, pod.record().value(), now))
                : Outcome.nothing();
    }

    private static Outcome stopped(Snapshot snapshot, PodDocument pod, Instant now) {
        Workload before = pod.record().value();
        Workload after = PodEndings.stopped(before, PodEndings.grace(pod.meta()), now);
        boolean forced = PodEndings.grace(pod.meta()).equals(OptionalInt.of(0));
        if (forced && pod.finalizers().isEmpty()) {
            return Outcome.write(removal(snapshot, pod, after, now));
        }
        return after.equals(before)
                ? Outcome.nothing()
                : Outcome.write(
                        Transaction.builder().update(pod.record(), after).build());
    }

    private static Transaction removal(Snapshot snapshot, PodDocument pod, Workload last, Instant now) {
        Transaction.Builder writes = Transaction.builder();
        PodEndings.remove(writes, snapshot, pod, last, now);
        return writes.build();
    }
}
