package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;

/** How claims, volumes and their class are called. */
public final class VolumeNames {

    public static final ResourceName CLAIMS = ResourceName.core("persistentvolumeclaims");
    public static final ResourceName VOLUMES = ResourceName.core("persistentvolumes");
    public static final ResourceName CLASSES = new ResourceName("storage.k8s.io", "storageclasses");

    /** The class whose volumes are directories of nodes. */
    public static final String CLASS = "local-path";

    public static final String PROVISIONER = "gantry.dev/local-path";

    /** Annotation of a volume: the id of the node that holds it. */
    public static final String NODE = "gantry.dev/node";

    private VolumeNames() {}

    /** The volume that a claim names, whoever it belongs to. */
    public static Optional<KubeDocument> namedBy(Snapshot snapshot, KubeDocument claim) {
        String volume = claim.spec().path("volumeName").asText();
        return volume.isEmpty()
                ? Optional.empty()
                : KubeDocument.find(snapshot, new ObjectName(claim.name().cluster(), VOLUMES, "", volume));
    }

    /** The volume that a claim has, if there is one: to name one is not enough, it must name the claim, too. */
    public static Optional<KubeDocument> volumeOf(Snapshot snapshot, KubeDocument claim) {
        return namedBy(snapshot, claim).filter(volume -> {
            JsonNode owner = volume.spec().path("claimRef");
            return owner.path("uid").asText().equals(claim.meta().uid()) && isOf(owner, claim);
        });
    }

    /** Whether a volume may become the claim's: nobody's is, or it waits for a claim of this name. */
    public static boolean isFree(KubeDocument volume, KubeDocument claim) {
        JsonNode owner = volume.spec().path("claimRef");
        return owner.isEmpty() || (owner.path("uid").asText().isEmpty() && isOf(owner, claim));
    }

    private static boolean isOf(JsonNode owner, KubeDocument claim) {
        return owner.path("namespace").asText().equals(claim.name().namespace())
                && owner.path("name").asText().equals(claim.name().name());
    }

    /** Whether a volume is kept for the claim alone: it names the claim, and no claim that was there before it. */
    public static boolean isKeptFor(KubeDocument volume, KubeDocument claim) {
        return !volume.spec().path("claimRef").isEmpty() && isFree(volume, claim);
    }

    /** The class of a claim; that of claims that name none a moment later. */
    public static String classOf(KubeDocument claim) {
        return claim.spec().hasNonNull("storageClassName")
                ? claim.spec().path("storageClassName").asText()
                : CLASS;
    }

    /** Whether a directory is made for the claim, on the node of its first pod. */
    public static boolean isMadeFor(KubeDocument claim) {
        return classOf(claim).equals(CLASS)
                && claim.spec().path("volumeName").asText().isEmpty()
                && claim.spec().path("selector").isEmpty()
                && Json.texts(claim.spec().path("accessModes")).equals(List.of("ReadWriteOnce"));
    }
}
