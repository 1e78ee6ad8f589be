package dev.gantry.controller.kube.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
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

/** Says of each volume whose it is: nobody's, a claim's, or one's that is gone and whose data is still in it. */
public final class VolumeReconciler implements Reconciler<KubeObject> {

    @Override
    public String name() {
        return "kube-volumes";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return KubeDocument.keys(snapshot, VolumeNames.VOLUMES);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (!change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return List.of();
        }
        ObjectName name = ObjectName.of(change.key());
        if (name.resource().equals(VolumeNames.VOLUMES)) {
            return List.of(name.key());
        }
        return name.resource().equals(VolumeNames.CLAIMS) ? byClaim(change, name) : List.of();
    }

    private static Collection<Key<KubeObject>> byClaim(Change<?> change, ObjectName claim) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>();
        for (Versioned<?> side : change.sides()) {
            if (side.value() instanceof KubeObject object) {
                String volume =
                        Json.object(object.getJson()).at("/spec/volumeName").asText();
                if (!volume.isEmpty()) {
                    keys.add(new ObjectName(claim.cluster(), VolumeNames.VOLUMES, "", volume).key());
                }
            }
        }
        return keys;
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<KubeDocument> volume = snapshot.get(key).map(KubeDocument::of);
        return volume.map(found -> {
                    OwnerPass pass = new OwnerPass(snapshot, found, now);
                    pass.json().withObject("/status").put("phase", phase(snapshot, found));
                    return pass.outcome();
                })
                .orElse(Outcome.nothing());
    }

    private static String phase(Snapshot snapshot, KubeDocument volume) {
        JsonNode owner = volume.spec().path("claimRef");
        String uid = owner.path("uid").asText();
        if (uid.isEmpty()) {
            return "Available";
        }
        ObjectName claim = new ObjectName(
                volume.name().cluster(),
                VolumeNames.CLAIMS,
                owner.path("namespace").asText(),
                owner.path("name").asText());
        boolean isThere = KubeDocument.find(snapshot, claim)
                .filter(found -> found.meta().uid().equals(uid))
                .isPresent();
        return isThere ? "Bound" : "Released";
    }
}
