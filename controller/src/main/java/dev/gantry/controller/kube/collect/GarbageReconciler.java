package dev.gantry.controller.kube.collect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.custom.ClusterTypes;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.owner.Removals;
import dev.gantry.controller.kube.registry.Deletion;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.KubePod;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what nobody owns any longer, and lets an owner go that waits for its dependents, or for their being left alone. Its
 * keys are not those of records but of owners: scope {@code <cluster>/<namespace>}, the namespace of the owner or of a
 * dependent, named by the owner's uid. So an owner has a key even when it is gone.
 */
public final class GarbageReconciler implements Reconciler<KubeObject> {

    private static final int WRITES_MAX = 50;

    private final ClusterTypes types = new ClusterTypes(ResourceTypes.builtIn());

    @Override
    public String name() {
        return "kube-garbage";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>();
        for (Versioned<KubeObject> object : snapshot.list(Kinds.KUBE_OBJECT)) {
            owners(object, keys);
            if (KubeDocument.of(object).meta().isDeleted()) {
                keys.add(key(object));
            }
        }
        PodDocument.keys(snapshot).stream()
                .flatMap(key -> snapshot.get(key).flatMap(PodDocument::of).stream())
                .forEach(pod -> {
                    owners(pod.origin(), keys);
                    keys.add(key(pod));
                });
        return keys;
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>();
        if (change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            Optional<Versioned<KubeObject>> before = object(change.before());
            Optional<Versioned<KubeObject>> after = object(change.after());
            boolean isSame = before.isPresent()
                    && after.isPresent()
                    && before.get().value().getJson().equals(after.get().value().getJson());
            if (!isSame) {
                before.ifPresent(object -> owners(object, keys));
                after.ifPresent(object -> owners(object, keys));
                after.filter(object -> !KubeDocument.of(object).meta().isDeleted())
                        .ifPresentOrElse(_ -> {}, () -> before.or(() -> after).ifPresent(any -> keys.add(key(any))));
            }
        } else if (change.key().kind().equals(Kinds.WORKLOAD)) {
            Optional<PodDocument> before = PodDocument.ofAny(change.before());
            Optional<PodDocument> after = PodDocument.ofAny(change.after());
            boolean isSame = before.map(pod -> pod.origin().getJson())
                    .equals(after.map(pod -> pod.origin().getJson()));
            if (!isSame) {
                before.ifPresent(pod -> owners(pod.origin(), keys));
                after.ifPresent(pod -> owners(pod.origin(), keys));
                before.or(() -> after).ifPresent(pod -> keys.add(key(pod)));
            }
        }
        return keys;
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        int slash = key.scope().indexOf('/');
        String cluster = key.scope().substring(0, slash);
        String uid = key.name();
        Optional<Item> owner = Item.find(snapshot, cluster, key.scope().substring(slash + 1), uid);
        if (owner.isPresent() && !owner.get().meta().isDeleted()) {
            // Who has no other owner has all he needs.
            return verdicts(snapshot, cluster, Item.sharedBy(snapshot, cluster, uid), now);
        }
        List<Item> dependents = Item.ownedBy(snapshot, cluster, uid);
        if (owner.isPresent()) {
            List<String> finalizers = owner.get().meta().finalizers();
            if (finalizers.contains(Deletion.ORPHAN)) {
                return dependents.isEmpty()
                        ? released(owner.get(), Deletion.ORPHAN, now)
                        : each(dependents, now, (item, removals) -> orphan(item, uid, removals));
            }
            if (finalizers.contains(Deletion.FOREGROUND)
                    && dependents.stream().noneMatch(item -> isBlocking(item, uid))) {
                return released(owner.get(), Deletion.FOREGROUND, now);
            }
        }
        return verdicts(snapshot, cluster, dependents, now);
    }

    private Outcome verdicts(Snapshot snapshot, String cluster, List<Item> dependents, Instant now) {
        if (dependents.isEmpty()) {
            return Outcome.nothing();
        }
        Verdicts verdicts = new Verdicts(snapshot, cluster, types.of(snapshot, cluster));
        return each(dependents, now, verdicts::apply);
    }

    private static boolean isBlocking(Item dependent, String uid) {
        return dependent.meta().owners().stream().anyMatch(owner -> owner.uid().equals(uid) && owner.blocks());
    }

    private static void orphan(Item item, String uid, Removals removals) {
        ObjectNode json = item.json().deepCopy();
        Ownership.remove(json, reference -> reference.path("uid").asText().equals(uid));
        item.put(removals, json);
    }

    private static Outcome released(Item owner, String finalizer, Instant now) {
        Transaction.Builder writes = Transaction.builder();
        ObjectNode json = owner.json().deepCopy();
        Ownership.withoutFinalizer(json, finalizer);
        owner.put(new Removals(writes, now), json);
        return Outcome.write(writes.build());
    }

    /** In as many transactions as it takes; none of them depends on another. */
    private static Outcome each(List<Item> items, Instant now, BiConsumer<Item, Removals> action) {
        List<Transaction> transactions = new ArrayList<>();
        for (int from = 0; from < items.size(); from += WRITES_MAX) {
            Transaction.Builder writes = Transaction.builder();
            Removals removals = new Removals(writes, now);
            items.subList(from, Math.min(items.size(), from + WRITES_MAX))
                    .forEach(item -> action.accept(item, removals));
            transactions.add(writes.build());
        }
        return Outcome.write(transactions);
    }

    private static void owners(Versioned<KubeObject> object, Set<Key<KubeObject>> keys) {
        ObjectName name = ObjectName.of(object.key());
        object.value().getOwnerUidsList().forEach(uid -> keys.add(key(name.cluster(), name.namespace(), uid)));
    }

    private static void owners(KubePod pod, Set<Key<KubeObject>> keys) {
        pod.getOwnerUidsList().forEach(uid -> keys.add(key(pod.getCluster(), pod.getNamespace(), uid)));
    }

    private static Key<KubeObject> key(Versioned<KubeObject> object) {
        ObjectName name = ObjectName.of(object.key());
        return key(name.cluster(), name.namespace(), object.value().getUid());
    }

    private static Key<KubeObject> key(PodDocument pod) {
        return key(pod.origin().getCluster(), pod.origin().getNamespace(), pod.uid());
    }

    private static Key<KubeObject> key(String cluster, String namespace, String uid) {
        return Kinds.KUBE_OBJECT.key(cluster + "/" + namespace, uid);
    }

    private static Optional<Versioned<KubeObject>> object(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof KubeObject value
                ? Optional.of(new Versioned<>(
                        Kinds.KUBE_OBJECT.key(record.key().scope(), record.key().name()), value, record.revision()))
                : Optional.empty();
    }
}
