package dev.gantry.controller.kube.collect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.Uids;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.owner.Removals;
import dev.gantry.controller.kube.owner.Removals.Propagation;
import dev.gantry.controller.kube.registry.Deletion;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Something that owns or is owned, a pod or any other object. */
sealed interface Item {

    /** Metadata and spec. */
    ObjectNode json();

    void delete(Removals removals, Propagation propagation);

    void put(Removals removals, ObjectNode json);

    default Meta meta() {
        return Meta.of(json());
    }

    /** Whether it goes only after what it owns. */
    default boolean waitsForDependents() {
        return meta().isDeleted() && meta().finalizers().contains(Deletion.FOREGROUND);
    }

    record OfPod(PodDocument pod) implements Item {

        @Override
        public ObjectNode json() {
            return pod.json();
        }

        @Override
        public void delete(Removals removals, Propagation propagation) {
            removals.delete(pod);
        }

        @Override
        public void put(Removals removals, ObjectNode json) {
            removals.writes().update(pod.record(), Ownership.changed(pod, json));
        }
    }

    record OfObject(KubeDocument object) implements Item {

        @Override
        public ObjectNode json() {
            return object.json();
        }

        @Override
        public void delete(Removals removals, Propagation propagation) {
            removals.delete(object, propagation);
        }

        @Override
        public void put(Removals removals, ObjectNode json) {
            removals.put(object, json);
        }
    }

    /** @param namespace where it is if it is in one at all */
    static Optional<Item> find(Snapshot snapshot, String cluster, String namespace, String uid) {
        Optional<Item> object = snapshot.find(Kinds.KUBE_OBJECTS_BY_UID, cluster + "/" + uid).stream()
                .map(KubeDocument::of)
                .filter(found -> found.name().namespace().isEmpty()
                        || found.name().namespace().equals(namespace))
                .<Item>map(OfObject::new)
                .findFirst();
        // A pod's record is named by its uid.
        String id = Uids.id(uid);
        return object.isPresent() || id.isEmpty()
                ? object
                : snapshot.get(Kinds.WORKLOAD.key(Pods.scope(cluster, namespace), id))
                        .flatMap(PodDocument::of)
                        .map(OfPod::new);
    }

    static List<Item> ownedBy(Snapshot snapshot, String cluster, String uid) {
        return ownedBy(snapshot, cluster, uid, 1);
    }

    /** Only those that have other owners, too. */
    static List<Item> sharedBy(Snapshot snapshot, String cluster, String uid) {
        return ownedBy(snapshot, cluster, uid, 2);
    }

    private static List<Item> ownedBy(Snapshot snapshot, String cluster, String uid, int ownersAtLeast) {
        Stream<Item> objects = snapshot.find(Kinds.KUBE_OBJECTS_BY_OWNER, cluster + "/" + uid).stream()
                .filter(object -> object.value().getOwnerUidsCount() >= ownersAtLeast)
                .map(KubeDocument::of)
                .map(OfObject::new);
        Stream<Item> pods = PodDocument.ownedBy(snapshot, cluster, uid).stream()
                .filter(pod -> pod.origin().getOwnerUidsCount() >= ownersAtLeast)
                .map(OfPod::new);
        return Stream.concat(objects, pods).toList();
    }
}
