package dev.gantry.controller.kube.volume;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Node;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a claim one of the volumes that are there, or a directory on the node of the first pod that uses it, and keeps the claim for as long as
 * a pod does. What is in the volume stays when the claim is deleted: nothing here removes data.
 */
public final class VolumeClaimReconciler implements Reconciler<KubeObject> {

    private static final String PROTECTION = "kubernetes.io/pvc-protection";

    @Override
    public String name() {
        return "kube-volume-claims";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return KubeDocument.keys(snapshot, VolumeNames.CLAIMS);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.WORKLOAD)) {
            return byPod(change);
        }
        if (!change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return List.of();
        }
        ObjectName name = ObjectName.of(change.key());
        if (name.resource().equals(VolumeNames.CLAIMS)) {
            return List.of(name.key());
        }
        if (name.resource().equals(VolumeNames.CLASSES)) {
            return KubeDocument.keys(snapshot, name.cluster(), VolumeNames.CLAIMS);
        }
        return name.resource().equals(VolumeNames.VOLUMES) ? byVolume(change, name, snapshot) : List.of();
    }

    private Collection<Key<KubeObject>> byVolume(Change<?> change, ObjectName volume, Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>();
        for (Versioned<?> side : change.sides()) {
            if (side.value() instanceof KubeObject object) {
                JsonNode claim = Json.object(object.getJson()).at("/spec/claimRef");
                if (claim.path("uid").asText().isEmpty()) {
                    // Any claim may have waited for it.
                    return KubeDocument.keys(snapshot, volume.cluster(), VolumeNames.CLAIMS);
                }
                keys.add(new ObjectName(
                                volume.cluster(),
                                VolumeNames.CLAIMS,
                                claim.path("namespace").asText(),
                                claim.path("name").asText())
                        .key());
            }
        }
        return keys;
    }

    private static Collection<Key<KubeObject>> byPod(Change<?> change) {
        Optional<PodDocument> before = PodDocument.ofAny(change.before());
        Optional<PodDocument> after = PodDocument.ofAny(change.after());
        if (before.map(VolumeClaimReconciler::standing).equals(after.map(VolumeClaimReconciler::standing))) {
            return List.of();
        }
        PodDocument pod = after.or(() -> before).orElseThrow();
        return claims(pod).stream()
                .map(claim -> pod.name().beside(VolumeNames.CLAIMS, claim).key())
                .toList();
    }

    private static String standing(PodDocument pod) {
        return pod.record().value().getPlacement().getNode() + " " + pod.isOver();
    }

    private static List<String> claims(PodDocument pod) {
        return pod.spec()
                .path("volumes")
                .valueStream()
                .map(volume -> volume.at("/persistentVolumeClaim/claimName").asText())
                .filter(claim -> !claim.isEmpty())
                .toList();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<KubeDocument> claim = snapshot.get(key).map(KubeDocument::of);
        return claim.map(found -> decide(snapshot, found, now)).orElse(Outcome.nothing());
    }

    private static Outcome decide(Snapshot snapshot, KubeDocument claim, Instant now) {
        OwnerPass pass = new OwnerPass(snapshot, claim, now);
        if (claim.meta().isDeleted()) {
            return released(snapshot, claim, pass);
        }
        ObjectNode json = pass.json();
        if (!claim.meta().finalizers().contains(PROTECTION)) {
            json.withObject("/metadata").withArray("finalizers").add(PROTECTION);
        }
        if (!claim.spec().hasNonNull("storageClassName")) {
            json.withObject("/spec").put("storageClassName", VolumeNames.CLASS);
        }
        ClaimBinding binding = new ClaimBinding(claim, pass);
        if (!claim.spec().path("volumeName").asText().isEmpty()) {
            binding.named(snapshot);
        } else if (VolumeNames.isMadeFor(claim)) {
            firstUser(snapshot, claim).flatMap(pod -> node(snapshot, pod)).ifPresent(node -> binding.made(node, now));
        } else {
            binding.chosen(snapshot, users(snapshot, claim).isEmpty());
        }
        return pass.outcome();
    }

    /** The first that has a node. */
    private static Optional<PodDocument> firstUser(Snapshot snapshot, KubeDocument claim) {
        return users(snapshot, claim).stream()
                .filter(pod -> Workloads.isPlaced(pod.record().value()))
                .findFirst();
    }

    private static List<PodDocument> users(Snapshot snapshot, KubeDocument claim) {
        return PodDocument.list(snapshot, claim.name().cluster(), claim.name().namespace()).stream()
                .filter(pod ->
                        !pod.isOver() && claims(pod).contains(claim.name().name()))
                .toList();
    }

    private static Optional<Node> node(Snapshot snapshot, PodDocument pod) {
        return snapshot.get(
                        Kinds.NODE.key("", pod.record().value().getPlacement().getNode()))
                .map(Versioned::value);
    }

    /** Pods that use it keep it; then it goes, and its volume with what is in it stays. */
    private static Outcome released(Snapshot snapshot, KubeDocument claim, OwnerPass pass) {
        Meta meta = claim.meta();
        if (!meta.finalizers().contains(PROTECTION) || !users(snapshot, claim).isEmpty()) {
            return Outcome.nothing();
        }
        ObjectNode json = claim.json().deepCopy();
        Ownership.withoutFinalizer(json, PROTECTION);
        pass.removals().put(claim, json);
        return pass.outcomeWithoutOwner();
    }
}
