package dev.gantry.controller.kube.quota;

import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
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

/** Keeps the status of quotas true: what may be used, and what is. */
public final class QuotaReconciler implements Reconciler<KubeObject> {

    private final PodCharges pods = new PodCharges();

    @Override
    public String name() {
        return "kube-quotas";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return KubeDocument.keys(snapshot, Quota.RESOURCE);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.WORKLOAD)) {
            return byPod(change, snapshot);
        }
        if (!change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return List.of();
        }
        ObjectName name = ObjectName.of(change.key());
        boolean isNumber = change.before() == null || change.after() == null;
        if (!name.namespace().isEmpty() && (isNumber || Bill.mayGrow(name.resource()))) {
            return quotas(snapshot, name.cluster(), name.namespace());
        }
        return name.resource().equals(Quota.RESOURCE) ? List.of(name.key()) : List.of();
    }

    private static Collection<Key<KubeObject>> byPod(Change<?> change, Snapshot snapshot) {
        Optional<KubePod> before = pod(change.before());
        Optional<KubePod> after = pod(change.after());
        Optional<KubePod> any = after.or(() -> before);
        return any.isEmpty() || standing(change.before()).equals(standing(change.after()))
                ? List.of()
                : quotas(snapshot, any.get().getCluster(), any.get().getNamespace());
    }

    /** What of a pod decides what it is charged: its document, unless it has ended. */
    private static Optional<ByteString> standing(@Nullable Versioned<?> record) {
        return pod(record)
                .map(pod ->
                        record != null && record.value() instanceof Workload workload && Workloads.isStopped(workload)
                                ? ByteString.EMPTY
                                : pod.getJson());
    }

    private static Optional<KubePod> pod(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload ? Pods.shown(workload) : Optional.empty();
    }

    private static List<Key<KubeObject>> quotas(Snapshot snapshot, String cluster, String namespace) {
        return KubeDocument.keys(snapshot, cluster, Quota.RESOURCE, namespace);
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<Quota> quota = snapshot.get(key).map(Quota::of);
        if (quota.isEmpty()) {
            ObjectName name = ObjectName.of(key);
            if (quotas(snapshot, name.cluster(), name.namespace()).isEmpty()) {
                pods.forget(name.cluster(), name.namespace());
            }
            return Outcome.nothing();
        }
        Recount recount = new Recount(snapshot, pods, now);
        List<PodCharges.Charged> charged = recount.pods(quota.get());
        Transaction.Builder writes = Transaction.builder();
        quota.get().tell(writes, recount.used(quota.get(), charged));
        Outcome outcome = Outcome.write(writes.build());
        // A moment later: at that very time it is still charged.
        return recount.next(charged)
                .map(at -> outcome.orWakeAt(at.plusMillis(1)))
                .orElse(outcome);
    }
}
