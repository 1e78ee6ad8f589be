package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.proto.HostDirectory;
import dev.gantry.proto.NfsVolume;
import dev.gantry.proto.Supply;
import dev.gantry.store.Snapshot;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tells a pod of a claim: which volume it has and where that is, or what the pod waits for. */
final class ClaimSupply {

    private final KubeDocument claim;
    private final Supply.Builder supply;

    private ClaimSupply(KubeDocument claim, String name) {
        this.claim = claim;
        this.supply = Supply.newBuilder().setKind(Supply.Kind.CLAIM).setName(name);
    }

    static Supply of(Snapshot snapshot, KubeDocument claim) {
        ClaimSupply told = new ClaimSupply(claim, claim.name().name());
        VolumeNames.volumeOf(snapshot, claim).ifPresentOrElse(told::volume, told::none);
        return told.supply.build();
    }

    private void none() {
        if (claim.status().path("phase").asText().equals("Lost")) {
            supply.setObstacle("persistentvolumeclaim \"" + claim.name().name()
                    + "\" bound to non-existent persistentvolume \""
                    + claim.spec().path("volumeName").asText() + "\".");
        } else if (!VolumeNames.isMadeFor(claim)) {
            supply.setObstacle("pod has unbound immediate PersistentVolumeClaims.");
        }
    }

    private void volume(KubeDocument volume) {
        JsonNode spec = volume.spec();
        Optional<String> node = Optional.ofNullable(volume.meta().annotations().get(VolumeNames.NODE));
        if (spec.hasNonNull("nfs")) {
            supply.setNfs(share(spec));
        } else if (spec.hasNonNull("hostPath")) {
            supply.setHost(directory(
                    spec.at("/hostPath/path").asText(),
                    spec.at("/hostPath/type").asText()));
        } else if (spec.hasNonNull("local")) {
            supply.setHost(directory(spec.at("/local/path").asText(), "Directory"));
        } else if (node.isPresent()) {
            supply.putData("node", ByteString.copyFromUtf8(node.get()));
        } else {
            return;
        }
        supply.putData("volume", ByteString.copyFromUtf8(volume.name().name()));
        if (!supply.containsData("node")) {
            nodes(spec.at("/nodeAffinity/required/nodeSelectorTerms"));
        }
    }

    private static NfsVolume share(JsonNode spec) {
        return NfsVolume.newBuilder()
                .setServer(spec.at("/nfs/server").asText())
                .setPath(spec.at("/nfs/path").asText())
                .setReadOnly(spec.at("/nfs/readOnly").asBoolean())
                .addAllOptions(Json.texts(spec.path("mountOptions")))
                .build();
    }

    private static HostDirectory directory(String path, String type) {
        return HostDirectory.newBuilder().setPath(path).setType(type).build();
    }

    private void nodes(JsonNode terms) {
        Part all = new Part(terms, "spec.nodeAffinity.required.nodeSelectorTerms");
        if (terms.isEmpty()) {
            return;
        }
        try {
            supply.setNodes(all.items().stream().map(NodeChoice::term).collect(Collectors.joining(") or (", "(", ")")));
        } catch (RefusedException e) {
            supply.setObstacle("the volume's " + e.getMessage());
        }
    }
}
