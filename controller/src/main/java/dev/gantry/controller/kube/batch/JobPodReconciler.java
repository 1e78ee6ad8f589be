package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.KubePod;
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
import org.jspecify.annotations.Nullable;

/** Lets pods go that wait to be counted by a job that is gone, or that does not own them any longer. */
public final class JobPodReconciler implements Reconciler<Workload> {

    @Override
    public String name() {
        return "kube-job-pods";
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
        Versioned<?> before = change.before();
        if (change.key().kind().equals(Kinds.WORKLOAD)) {
            Optional<KubePod> pod = pod(change.after());
            // What its machine reports of it makes no difference.
            boolean isNews = pod.isPresent() && !pod.equals(pod(before));
            return isNews
                    ? List.of(Kinds.WORKLOAD.key(
                            change.key().scope(), change.key().name()))
                    : List.of();
        }
        boolean isGone = change.after() == null
                && change.key().kind().equals(Kinds.KUBE_OBJECT)
                && ObjectName.of(change.key()).resource().equals(JobReconciler.JOBS);
        if (isGone && before != null && before.value() instanceof KubeObject job) {
            String cluster = ObjectName.of(change.key()).cluster();
            return snapshot.find(Kinds.KUBE_PODS_BY_OWNER, cluster + "/" + job.getUid()).stream()
                    .map(Versioned::key)
                    .toList();
        }
        return List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Workload> key, Instant now) {
        return snapshot.get(key)
                .flatMap(PodDocument::of)
                .filter(pod -> pod.finalizers().contains(Attempt.FINALIZER) && !hasJob(snapshot, pod))
                .map(JobPodReconciler::released)
                .orElse(Outcome.nothing());
    }

    private static boolean hasJob(Snapshot snapshot, PodDocument pod) {
        return !pod.controllerUid().isEmpty()
                && snapshot.count(Kinds.KUBE_OBJECTS_BY_UID, pod.name().cluster() + "/" + pod.controllerUid()) > 0;
    }

    private static Outcome released(PodDocument pod) {
        ObjectNode json = pod.json().deepCopy();
        Ownership.withoutFinalizer(json, Attempt.FINALIZER);
        return Outcome.write(Transaction.builder()
                .update(pod.record(), Ownership.changed(pod, json))
                .build());
    }

    private static Optional<KubePod> pod(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload ? Pods.shown(workload) : Optional.empty();
    }
}
