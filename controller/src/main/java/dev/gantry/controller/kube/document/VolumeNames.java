package dev.gantry.controller.kube.document;

import dev.gantry.store.Snapshot;
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

    /** The volume that a claim has, if there is one. */
    public static Optional<KubeDocument> volumeOf(Snapshot snapshot, KubeDocument claim) {
        String volume = claim.spec().path("volumeName").asText();
        return volume.isEmpty()
                ? Optional.empty()
                : KubeDocument.find(snapshot, new ObjectName(claim.name().cluster(), VOLUMES, "", volume));
    }

    /** The id of the node that holds the claim's volume. */
    public static Optional<String> nodeOf(Snapshot snapshot, KubeDocument claim) {
        return volumeOf(snapshot, claim)
                .flatMap(volume ->
                        Optional.ofNullable(volume.meta().annotations().get(NODE)));
    }
}
