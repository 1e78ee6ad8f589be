package dev.gantry.controller.kube.disruption;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.Concerned;
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
import java.util.Set;

/** Tells in the status of disruption budgets how they stand. */
public final class BudgetReconciler implements Reconciler<KubeObject> {

    /** Whose size counts. */
    private static final Set<ResourceName> SCALED = Set.of(
            new ResourceName("apps", "deployments"),
            new ResourceName("apps", "replicasets"),
            new ResourceName("apps", "statefulsets"),
            ResourceName.core("replicationcontrollers"));

    private final Concerned concerned = new Concerned(Evictions.BUDGETS);

    @Override
    public String name() {
        return "kube-disruption-budgets";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return concerned.all(snapshot);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            ObjectName name = ObjectName.of(change.key());
            if (name.resource().equals(Evictions.BUDGETS)) {
                return List.of(name.key());
            }
            return SCALED.contains(name.resource()) ? within(snapshot, name.cluster(), name.namespace()) : List.of();
        }
        Versioned<?> any = change.after() == null ? change.before() : change.after();
        Optional<KubePod> pod =
                any != null && any.value() instanceof Workload workload ? Pods.pod(workload) : Optional.empty();
        return pod.map(found -> within(snapshot, found.getCluster(), found.getNamespace()))
                .orElse(List.of());
    }

    private static List<Key<KubeObject>> within(Snapshot snapshot, String cluster, String namespace) {
        return KubeDocument.keys(snapshot, cluster, Evictions.BUDGETS, namespace);
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Transaction.Builder writes = Transaction.builder();
        snapshot.get(key)
                .map(KubeDocument::of)
                .filter(budget -> !budget.meta().isDeleted())
                .ifPresent(budget -> BudgetStatus.write(writes, budget, Budget.of(snapshot, budget), now, false));
        return Outcome.write(writes.build());
    }
}
