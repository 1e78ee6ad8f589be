package dev.gantry.controller.kube.owner;

import dev.gantry.controller.kube.admission.Relief;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which objects of one resource a change concerns: itself, its owners, whoever may adopt it, and those whom it lets in. */
public record Concerned(ResourceName resource) {

    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return KubeDocument.keys(snapshot, resource);
    }

    public Collection<Key<KubeObject>> by(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return byObject(change, snapshot);
        }
        return change.key().kind().equals(Kinds.WORKLOAD) ? byPod(change, snapshot) : List.of();
    }

    /** The owners of an object that are of the resource. */
    public Collection<Key<KubeObject>> owners(Snapshot snapshot, Versioned<KubeObject> object) {
        String cluster = ObjectName.of(object.key()).cluster();
        return keys(snapshot, cluster, new LinkedHashSet<>(object.value().getOwnerUidsList()));
    }

    private Collection<Key<KubeObject>> byObject(Change<?> change, Snapshot snapshot) {
        ObjectName name = ObjectName.of(change.key());
        if (name.resource().equals(resource)) {
            return List.of(name.key());
        }
        if (Relief.isBy(name, change)) {
            return within(snapshot, name);
        }
        Set<String> owners = new LinkedHashSet<>();
        for (Versioned<?> record : change.sides()) {
            if (record.value() instanceof KubeObject object) {
                owners.addAll(object.getOwnerUidsList());
            }
        }
        return keys(snapshot, name.cluster(), owners);
    }

    /** Those of the same namespace; of all namespaces for what has none. */
    private Collection<Key<KubeObject>> within(Snapshot snapshot, ObjectName name) {
        return name.namespace().isEmpty()
                ? KubeDocument.keys(snapshot, name.cluster(), resource)
                : KubeDocument.keys(snapshot, name.cluster(), resource, name.namespace());
    }

    private Collection<Key<KubeObject>> byPod(Change<?> change, Snapshot snapshot) {
        Optional<KubePod> before = pod(change.before());
        Optional<KubePod> after = pod(change.after());
        Optional<KubePod> any = after.or(() -> before);
        if (any.isEmpty()) {
            return List.of();
        }
        Set<String> owners = new LinkedHashSet<>();
        before.ifPresent(pod -> owners.addAll(pod.getOwnerUidsList()));
        after.ifPresent(pod -> owners.addAll(pod.getOwnerUidsList()));
        Set<Key<KubeObject>> concerned =
                new LinkedHashSet<>(keys(snapshot, any.get().getCluster(), owners));
        boolean isFree = after.filter(pod -> pod.getOwnerUidsCount() == 0).isPresent();
        boolean isNews =
                before.isEmpty() || !before.get().getJson().equals(any.get().getJson());
        if (isFree && isNews) {
            snapshot.get(Kinds.WORKLOAD.key(change.key().scope(), change.key().name()))
                    .flatMap(PodDocument::of)
                    .ifPresent(pod -> concerned.addAll(adopters(snapshot, pod)));
        }
        return concerned;
    }

    private List<Key<KubeObject>> adopters(Snapshot snapshot, PodDocument pod) {
        return KubeDocument.list(
                        snapshot, pod.name().cluster(), resource, pod.name().namespace())
                .stream()
                .filter(owner -> Selectors.of(owner)
                        .filter(selector -> selector.matches(pod.labels()))
                        .isPresent())
                .map(owner -> owner.record().key())
                .toList();
    }

    private Collection<Key<KubeObject>> keys(Snapshot snapshot, String cluster, Set<String> uids) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>();
        for (String uid : uids) {
            snapshot.find(Kinds.KUBE_OBJECTS_BY_UID, cluster + "/" + uid).stream()
                    .map(Versioned::key)
                    .filter(key -> ObjectName.of(key).resource().equals(resource))
                    .forEach(keys::add);
        }
        return keys;
    }

    private static Optional<KubePod> pod(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload ? Pods.shown(workload) : Optional.empty();
    }
}
