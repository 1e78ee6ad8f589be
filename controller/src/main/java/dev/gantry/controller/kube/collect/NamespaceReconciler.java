package dev.gantry.controller.kube.collect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.pod.PodEndings;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.proto.KubeObject;
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
import java.util.OptionalInt;

/**
 * Empties a namespace that was deleted, and takes it out when nothing is left in it. Nothing new comes into it meanwhile:
 * the API guards by the namespace's record what it creates there.
 */
public final class NamespaceReconciler implements Reconciler<KubeObject> {

    /** Well below what one transaction may hold. */
    private static final int WRITES_MAX = 100;

    private static final String FINALIZERS = "/spec/finalizers";

    @Override
    public String name() {
        return "kube-namespaces";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return KubeDocument.keys(snapshot, ResourceName.NAMESPACES);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        return namespace(change)
                .filter(key ->
                        snapshot.get(key).filter(NamespaceReconciler::isDeleted).isPresent())
                .map(List::of)
                .orElse(List.of());
    }

    private static Optional<Key<KubeObject>> namespace(Change<?> change) {
        if (change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            ObjectName name = ObjectName.of(change.key());
            boolean isNamespace = name.resource().equals(ResourceName.NAMESPACES);
            return isNamespace || !name.namespace().isEmpty()
                    ? Optional.of(key(name.cluster(), isNamespace ? name.name() : name.namespace()))
                    : Optional.empty();
        }
        if (change.after() != null && change.after().value() instanceof Workload workload) {
            return Pods.pod(workload).map(pod -> key(pod.getCluster(), pod.getNamespace()));
        }
        return Optional.empty();
    }

    private static Key<KubeObject> key(String cluster, String namespace) {
        return new ObjectName(cluster, ResourceName.NAMESPACES, "", namespace).key();
    }

    private static boolean isDeleted(Versioned<KubeObject> namespace) {
        return KubeDocument.of(namespace).meta().isDeleted();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<Versioned<KubeObject>> found = snapshot.get(key).filter(NamespaceReconciler::isDeleted);
        if (found.isEmpty()) {
            return Outcome.nothing();
        }
        ObjectName name = ObjectName.of(key);
        List<Versioned<KubeObject>> objects =
                snapshot.find(Kinds.KUBE_OBJECTS_BY_NAMESPACE, name.cluster() + "/" + name.name());
        List<PodDocument> pods = PodDocument.list(snapshot, name.cluster(), name.name());
        if (objects.isEmpty() && pods.isEmpty()) {
            return Outcome.write(released(found.get()));
        }
        Transaction.Builder writes = Transaction.builder();
        pods.stream()
                .filter(pod -> !pod.isDeleted())
                .limit(WRITES_MAX)
                .forEach(pod -> writes.update(pod.record(), PodEndings.deleted(pod, OptionalInt.empty(), now)));
        // Pods end first, because they may need what is beside them until then.
        if (pods.isEmpty()) {
            objects.stream().limit(WRITES_MAX).forEach(object -> take(writes, KubeDocument.of(object), now));
        }
        return Outcome.write(writes.build());
    }

    private static void take(Transaction.Builder writes, KubeDocument object, Instant now) {
        if (object.meta().finalizers().isEmpty()) {
            writes.delete(object.record());
        } else if (!object.meta().isDeleted()) {
            ObjectNode marked = object.json().deepCopy();
            marked.withObject("/metadata")
                    .put("deletionTimestamp", Times.text(now))
                    .put("deletionGracePeriodSeconds", 0);
            writes.update(
                    object.record(), KubeDocument.stored(marked, object.record().value()));
        }
    }

    /** Its own finalizer is done; those of others, if there are any, still hold it. */
    private static Transaction released(Versioned<KubeObject> record) {
        KubeDocument namespace = KubeDocument.of(record);
        if (namespace.meta().finalizers().isEmpty()) {
            return Transaction.builder().delete(record).build();
        }
        if (namespace.json().at(FINALIZERS).isEmpty()) {
            return Transaction.builder().build();
        }
        ObjectNode rest = namespace.json().deepCopy();
        rest.withObject("/spec").remove("finalizers");
        return Transaction.builder()
                .update(record, KubeDocument.stored(rest, record.value()))
                .build();
    }
}
