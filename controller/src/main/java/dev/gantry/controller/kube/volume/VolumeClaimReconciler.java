package dev.gantry.controller.kube.volume;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.owner.ChildNames;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.registry.Birth;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
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
 * Gives a claim a volume on the node of the first pod that uses it, and keeps it for as long as a pod does. What is in the volume stays on its
 * node when the claim is deleted: nothing here removes data.
 */
public final class VolumeClaimReconciler implements Reconciler<KubeObject> {

    private static final String PROTECTION = "kubernetes.io/pvc-protection";
    private static final String BOUND = "Bound";
    private static final String LOST = "Lost";
    private static final ResourceType VOLUME_TYPE =
            ResourceTypes.builtIn().find(VolumeNames.VOLUMES).orElseThrow();

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
        return name.resource().equals(VolumeNames.VOLUMES) ? byVolume(change, name, snapshot) : List.of();
    }

    private Collection<Key<KubeObject>> byVolume(Change<?> change, ObjectName volume, Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>();
        for (Versioned<?> side : change.sides()) {
            if (side.value() instanceof KubeObject object) {
                JsonNode claim = Json.object(object.getJson()).at("/spec/claimRef");
                if (claim.path("uid").asText().isEmpty()) {
                    // Any claim may have waited for it.
                    return all(snapshot);
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
        boolean isOurs = json.at("/spec/storageClassName").asText().equals(VolumeNames.CLASS);
        boolean namesVolume = !claim.spec().path("volumeName").asText().isEmpty();
        if (namesVolume) {
            named(snapshot, claim, pass);
        } else if (isOurs) {
            firstUser(snapshot, claim)
                    .flatMap(pod -> node(snapshot, pod))
                    .ifPresent(node -> bind(claim, pass, node, now));
        }
        return pass.outcome();
    }

    /**
     * Takes the volume that the claim names, when that is nobody's. Of others it gets nothing: whoever may write claims in one namespace could
     * read the data of all.
     */
    private static void named(Snapshot snapshot, KubeDocument claim, OwnerPass pass) {
        Optional<KubeDocument> named = VolumeNames.namedBy(snapshot, claim);
        ObjectNode status = pass.json().withObject("/status");
        boolean wasBound = claim.status().path("phase").asText().equals(BOUND)
                || claim.status().path("phase").asText().equals(LOST);
        if (VolumeNames.volumeOf(snapshot, claim).isPresent()) {
            status.put("phase", BOUND);
        } else if (named.isPresent() && VolumeNames.isFree(named.get(), claim)) {
            ObjectNode volume = named.get().json().deepCopy();
            refer(volume.withObject("/spec"), claim);
            volume.withObject("/status").put("phase", BOUND);
            pass.keep(
                    named.get().record().key(),
                    KubeDocument.stored(volume, named.get().record().value()));
            bound(claim, pass.json(), named.get().spec());
        } else {
            status.put("phase", wasBound ? LOST : "Pending");
        }
    }

    private static void refer(ObjectNode spec, KubeDocument claim) {
        spec.putObject("claimRef")
                .put("apiVersion", "v1")
                .put("kind", "PersistentVolumeClaim")
                .put("namespace", claim.name().namespace())
                .put("name", claim.name().name())
                .put("uid", claim.meta().uid());
    }

    private static void bound(KubeDocument claim, ObjectNode json, JsonNode volume) {
        json.withObject("/metadata/annotations")
                .put("pv.kubernetes.io/bind-completed", "yes")
                .put("pv.kubernetes.io/bound-by-controller", "yes");
        ObjectNode status = json.withObject("/status").put("phase", BOUND);
        status.set("accessModes", claim.spec().path("accessModes").deepCopy());
        status.set("capacity", volume.path("capacity").deepCopy());
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

    private static void bind(KubeDocument claim, OwnerPass pass, Node node, Instant now) {
        String volume = "pvc-" + claim.meta().uid();
        ObjectName name = new ObjectName(claim.name().cluster(), VolumeNames.VOLUMES, "", volume);
        ObjectNode wanted = volume(claim, node);
        ObjectNode born =
                Birth.of(VOLUME_TYPE, wanted, name, ChildNames.uid(claim.meta().uid(), 0), now);
        born.putObject("status").put("phase", BOUND);
        pass.keep(name.key(), KubeDocument.stored(born, KubeObject.getDefaultInstance()));
        ObjectNode json = pass.json();
        json.withObject("/spec").put("volumeName", volume);
        json.withObject("/metadata/annotations")
                .put("volume.kubernetes.io/selected-node", NodeNames.of(node))
                .put("volume.kubernetes.io/storage-provisioner", VolumeNames.PROVISIONER);
        bound(claim, json, wanted.path("spec"));
        pass.tell("ProvisioningSucceeded", "Successfully provisioned volume " + volume);
    }

    private static ObjectNode volume(KubeDocument claim, Node node) {
        ObjectNode volume = Json.object();
        volume.withObject("/metadata/annotations")
                .put("pv.kubernetes.io/provisioned-by", VolumeNames.PROVISIONER)
                .put(VolumeNames.NODE, node.getId());
        ObjectNode spec = volume.putObject("spec");
        spec.set("capacity", claim.spec().at("/resources/requests").deepCopy());
        spec.set("accessModes", claim.spec().path("accessModes").deepCopy());
        spec.put("persistentVolumeReclaimPolicy", "Retain")
                .put("storageClassName", VolumeNames.CLASS)
                .put("volumeMode", "Filesystem");
        refer(spec, claim);
        spec.putObject("csi")
                .put("driver", VolumeNames.PROVISIONER)
                .put("volumeHandle", "pvc-" + claim.meta().uid());
        ArrayNode terms = spec.withObject("/nodeAffinity/required").putArray("nodeSelectorTerms");
        terms.addObject()
                .putArray("matchExpressions")
                .addObject()
                .put("key", "kubernetes.io/hostname")
                .put("operator", "In")
                .putArray("values")
                .add(NodeNames.of(node));
        return volume;
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
