package dev.gantry.controller.kube.volume;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.owner.ChildNames;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.registry.Birth;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Node;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.Optional;

/** Writes into a claim and a volume that they are each other's, or tells why the claim has none. */
record ClaimBinding(KubeDocument claim, OwnerPass pass) {

    private static final String BOUND = "Bound";
    private static final String LOST = "Lost";
    private static final String BY_US = "pv.kubernetes.io/bound-by-controller";
    private static final String FAILED = "FailedBinding";
    private static final ResourceType VOLUME_TYPE =
            ResourceTypes.builtIn().find(VolumeNames.VOLUMES).orElseThrow();

    /**
     * Takes the volume that the claim names, when that is nobody's. Of others it gets nothing: whoever may write claims in one namespace could
     * read the data of all.
     */
    void named(Snapshot snapshot) {
        if (VolumeNames.volumeOf(snapshot, claim).isPresent()) {
            status().put("phase", BOUND);
            return;
        }
        Optional<KubeDocument> named = VolumeNames.namedBy(snapshot, claim);
        Optional<String> mismatch =
                named.filter(volume -> !VolumeNames.isKeptFor(volume, claim)).flatMap(new VolumeMatch(claim)::mismatch);
        if (named.isPresent() && VolumeNames.isFree(named.get(), claim) && mismatch.isEmpty()) {
            take(named.get());
            return;
        }
        String before = claim.status().path("phase").asText();
        boolean wasBound = before.equals(BOUND) || before.equals(LOST);
        status().put("phase", wasBound ? LOST : "Pending");
        named.filter(_ -> !wasBound).ifPresent(volume -> refused(volume, mismatch));
    }

    private void refused(KubeDocument volume, Optional<String> mismatch) {
        String name = "volume \"" + volume.name().name() + "\"";
        if (!VolumeNames.isFree(volume, claim)) {
            pass.warn(FAILED, name + " already bound to a different claim.");
        } else {
            mismatch.ifPresent(why -> pass.warn("VolumeMismatch", "Cannot bind to requested " + name + ": " + why));
        }
    }

    /**
     * Takes the best of the volumes that are there.
     *
     * @param isUnused whether no pod uses the claim, for which some classes wait
     */
    void chosen(Snapshot snapshot, boolean isUnused) {
        Optional<KubeDocument> type = Optional.of(VolumeNames.classOf(claim))
                .filter(name -> !name.isEmpty())
                .map(name -> new ObjectName(claim.name().cluster(), VolumeNames.CLASSES, "", name))
                .flatMap(name -> KubeDocument.find(snapshot, name));
        boolean waits = isUnused
                && type.filter(found ->
                                found.json().path("volumeBindingMode").asText().equals("WaitForFirstConsumer"))
                        .isPresent();
        Optional<KubeDocument> best = new VolumeMatch(claim)
                .best(KubeDocument.list(snapshot, claim.name().cluster(), VolumeNames.VOLUMES), waits);
        if (best.isPresent()) {
            pass.json().withObject("/spec").put("volumeName", best.get().name().name());
            take(best.get());
        } else if (waits) {
            pass.tell("WaitForFirstConsumer", "waiting for first consumer to be created before binding");
        } else {
            none(type);
        }
    }

    private void none(Optional<KubeDocument> type) {
        String name = VolumeNames.classOf(claim);
        if (name.isEmpty()) {
            pass.tell(FAILED, "no persistent volumes available for this claim and no storage class is set");
        } else if (name.equals(VolumeNames.CLASS)) {
            pass.warn(
                    "ProvisioningFailed",
                    "a directory of a node is made for ReadWriteOnce claims without a selector only; for others make a"
                            + " volume, of this class or of another, that has what the claim asks for");
        } else if (type.isEmpty()) {
            pass.warn("ProvisioningFailed", "storageclass.storage.k8s.io \"" + name + "\" not found");
        } else {
            pass.tell(
                    "ExternalProvisioning",
                    "Waiting for a volume to be created either by the external provisioner '"
                            + type.get().json().path("provisioner").asText()
                            + "' or manually by the system administrator.");
        }
    }

    private void take(KubeDocument found) {
        ObjectNode volume = found.json().deepCopy();
        if (volume.at("/spec/claimRef").isMissingNode()) {
            volume.withObject("/metadata/annotations").put(BY_US, "yes");
        }
        refer(volume.withObject("/spec"), claim);
        volume.withObject("/status").put("phase", BOUND);
        pass.keep(
                found.record().key(), KubeDocument.stored(volume, found.record().value()));
        bound(found.spec());
    }

    private static void refer(ObjectNode spec, KubeDocument claim) {
        spec.putObject("claimRef")
                .put("apiVersion", "v1")
                .put("kind", "PersistentVolumeClaim")
                .put("namespace", claim.name().namespace())
                .put("name", claim.name().name())
                .put("uid", claim.meta().uid());
    }

    private ObjectNode status() {
        return pass.json().withObject("/status");
    }

    private void bound(JsonNode volume) {
        pass.json()
                .withObject("/metadata/annotations")
                .put("pv.kubernetes.io/bind-completed", "yes")
                .put(BY_US, "yes");
        status().put("phase", BOUND)
                .set("accessModes", volume.path("accessModes").deepCopy());
        status().set("capacity", volume.path("capacity").deepCopy());
    }

    /** Makes a directory of a node the claim's volume. */
    void made(Node node, Instant now) {
        String volume = "pvc-" + claim.meta().uid();
        ObjectName name = new ObjectName(claim.name().cluster(), VolumeNames.VOLUMES, "", volume);
        ObjectNode wanted = directory(node);
        ObjectNode born =
                Birth.of(VOLUME_TYPE, wanted, name, ChildNames.uid(claim.meta().uid(), 0), now);
        born.putObject("status").put("phase", BOUND);
        pass.keep(name.key(), KubeDocument.stored(born, KubeObject.getDefaultInstance()));
        ObjectNode json = pass.json();
        json.withObject("/spec").put("volumeName", volume);
        json.withObject("/metadata/annotations")
                .put("volume.kubernetes.io/selected-node", NodeNames.of(node))
                .put("volume.kubernetes.io/storage-provisioner", VolumeNames.PROVISIONER);
        bound(wanted.path("spec"));
        pass.tell("ProvisioningSucceeded", "Successfully provisioned volume " + volume);
    }

    private ObjectNode directory(Node node) {
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
}
