package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.util.ArrayList;
import java.util.List;

/**
 * Which pods belong to an object that selects them by labels.
 *
 * @param pods that it manages and selects, those that have ended or are ending included
 * @param adoptable that nobody manages, and that it selects
 * @param released that it manages and selects no longer
 */
public record Claims(List<PodDocument> pods, List<PodDocument> adoptable, List<PodDocument> released) {

    private static final int WRITES_MAX = 100;

    public static Claims of(Snapshot snapshot, KubeDocument owner, LabelSelector selector) {
        String cluster = owner.name().cluster();
        List<PodDocument> pods = new ArrayList<>();
        List<PodDocument> released = new ArrayList<>();
        for (PodDocument pod :
                PodDocument.ownedBy(snapshot, cluster, owner.meta().uid())) {
            if (Ownership.manages(owner, pod)) {
                boolean isKept = selector.matches(pod.labels()) || !isAlive(pod);
                (isKept ? pods : released).add(pod);
            }
        }
        List<PodDocument> adoptable = new ArrayList<>();
        snapshot
                .find(
                        Kinds.KUBE_FREE_PODS_BY_NAMESPACE,
                        cluster + "/" + owner.name().namespace())
                .stream()
                .flatMap(record -> PodDocument.of(record).stream())
                .filter(pod -> isAlive(pod) && selector.matches(pod.labels()))
                .forEach(adoptable::add);
        return new Claims(pods, adoptable, released);
    }

    /** Whether it has neither ended nor been told to. */
    public static boolean isAlive(PodDocument pod) {
        return !pod.isOver() && !pod.isDeleted();
    }

    public boolean areSettled() {
        return adoptable.isEmpty() && released.isEmpty();
    }

    /**
     * Takes over what is adoptable, and lets go what is released.
     *
     * @param finalizer that those have which are the owner's; empty for none
     */
    public Transaction settle(KubeDocument owner, String finalizer) {
        Transaction.Builder writes = Transaction.builder().guard(owner.record());
        for (PodDocument pod : adoptable.subList(0, Math.min(WRITES_MAX / 2, adoptable.size()))) {
            ObjectNode json = pod.json().deepCopy();
            Ownership.add(json, owner);
            if (!finalizer.isEmpty() && !pod.finalizers().contains(finalizer)) {
                json.withObject("/metadata").withArray("finalizers").add(finalizer);
            }
            writes.update(pod.record(), Ownership.changed(pod, json));
        }
        for (PodDocument pod : released.subList(0, Math.min(WRITES_MAX / 2, released.size()))) {
            ObjectNode json = pod.json().deepCopy();
            String uid = owner.meta().uid();
            Ownership.remove(json, reference -> reference.path("uid").asText().equals(uid));
            Ownership.withoutFinalizer(json, finalizer);
            writes.update(pod.record(), Ownership.changed(pod, json));
        }
        return writes.build();
    }
}
