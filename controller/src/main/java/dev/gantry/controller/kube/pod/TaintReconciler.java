package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.event.EventLog;
import dev.gantry.controller.kube.event.Happening;
import dev.gantry.controller.kube.event.Regarding;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Taints;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Node;
import dev.gantry.proto.Taint;
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
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Deletes pods from nodes with a NoExecute taint that they do not tolerate, or not for so long. */
public final class TaintReconciler implements Reconciler<Workload> {

    @Override
    public String name() {
        return "kube-taints";
    }

    @Override
    public int atOnce() {
        return MANY;
    }

    @Override
    public Collection<Key<Workload>> all(Snapshot snapshot) {
        return snapshot.list(Kinds.NODE).stream()
                .filter(node -> hasNoExecute(node.value()))
                .flatMap(node -> pods(snapshot, node.key().name()).stream())
                .toList();
    }

    @Override
    public Collection<Key<Workload>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.after() == null) {
            return List.of();
        }
        if (change.after().value() instanceof Node node) {
            boolean isSame = change.before() != null
                    && change.before().value() instanceof Node before
                    && before.getTaintsList().equals(node.getTaintsList());
            return isSame ? List.of() : pods(snapshot, change.key().name());
        }
        // A pod that was placed while the taint came.
        boolean isNew = change.after().value() instanceof Workload workload
                && Pods.isPod(workload)
                && Workloads.isPlaced(workload)
                && !isPlaced(change.before());
        return isNew
                ? List.of(Kinds.WORKLOAD.key(change.key().scope(), change.key().name()))
                : List.of();
    }

    private static boolean isPlaced(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload && Workloads.isPlaced(workload);
    }

    private static List<Key<Workload>> pods(Snapshot snapshot, String node) {
        return snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, node).stream()
                .filter(workload -> Pods.isPod(workload.value()))
                .map(Versioned::key)
                .toList();
    }

    private static boolean hasNoExecute(Node node) {
        return node.getTaintsList().stream().map(Taint::getEffect).anyMatch(Taints.NO_EXECUTE::equals);
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Workload> key, Instant now) {
        Optional<PodDocument> pod =
                snapshot.get(key).flatMap(PodDocument::of).filter(found -> !found.isDeleted() && !found.isOver());
        if (pod.isEmpty()) {
            return Outcome.nothing();
        }
        Workload workload = pod.get().record().value();
        List<Taint> taints = snapshot.get(
                        Kinds.NODE.key("", workload.getPlacement().getNode()))
                .map(node -> node.value().getTaintsList())
                .orElse(List.of());
        OptionalLong until =
                Taints.staysUntilMs(taints, workload.getSpec().getPod().getTolerationsList());
        if (until.isEmpty()) {
            return Outcome.nothing();
        }
        Instant end = Instant.ofEpochMilli(until.getAsLong());
        return now.isBefore(end) ? Outcome.wakeAt(end) : Outcome.write(delete(snapshot, pod.get(), now));
    }

    private static Transaction delete(Snapshot snapshot, PodDocument pod, Instant now) {
        Transaction.Builder writes =
                Transaction.builder().update(pod.record(), PodEndings.disrupted(pod, Disruption.TAINT, now));
        String message = "Marking for deletion Pod " + pod.name().namespace() + "/"
                + pod.name().name();
        new EventLog(snapshot, writes, now)
                .tell(
                        Regarding.pod(pod.name(), pod.meta().uid()),
                        Happening.once("taint-eviction-controller", "TaintManagerEviction", message, now));
        return writes.build();
    }
}
