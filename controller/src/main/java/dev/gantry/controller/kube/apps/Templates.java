package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.ChildNames;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.owner.Removals.Propagation;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.store.Snapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The templates that an object has had, each kept as a ControllerRevision from which kubectl goes back.
 *
 * @param revisions the oldest first
 */
record Templates(Snapshot snapshot, KubeDocument owner, List<KubeDocument> revisions) {

    private static final ResourceName REVISIONS = new ResourceName("apps", "controllerrevisions");
    private static final ResourceType TYPE =
            ResourceTypes.builtIn().find(REVISIONS).orElseThrow();
    private static final int HISTORY = 10;
    private static final String REVISION = "revision";
    private static final String PATCH = "$patch";

    static Templates of(Snapshot snapshot, KubeDocument owner) {
        List<KubeDocument> revisions = Ownership.managed(snapshot, owner, REVISIONS)
                .sorted(Comparator.comparingLong(Templates::number)
                        .thenComparing(one -> one.meta().name()))
                .toList();
        return new Templates(snapshot, owner, revisions);
    }

    /** The name of the revision of the present template, which is the newest one afterwards. */
    String present(OwnerPass pass) {
        JsonNode data = data();
        Optional<KubeDocument> same = revisions.reversed().stream()
                .filter(one -> one.json().path("data").equals(data))
                .findFirst();
        if (same.isPresent()) {
            boolean isNewest = same.get().equals(revisions.getLast());
            if (!isNewest) {
                ObjectNode json = same.get().json().deepCopy();
                json.put(REVISION, number(revisions.getLast()) + 1);
                pass.update(TYPE, same.get(), json);
            }
            return same.get().meta().name();
        }
        return make(pass, data);
    }

    private String make(OwnerPass pass, JsonNode data) {
        int collisions = 0;
        String hash = ChildNames.hash(data, collisions);
        while (snapshot.get(owner.name().beside(REVISIONS, name(hash)).key()).isPresent()) {
            collisions++;
            hash = ChildNames.hash(data, collisions);
        }
        if (pass.canCreate()) {
            ObjectNode revision = Json.object();
            ObjectNode labels = revision.withObject("/metadata/labels");
            owner.spec()
                    .at("/template/metadata/labels")
                    .properties()
                    .forEach(label -> labels.set(label.getKey(), label.getValue()));
            labels.put("controller.kubernetes.io/hash", hash);
            owner.meta().annotations().forEach((name, value) -> {
                if (!OwnedSets.OWN_ANNOTATIONS.contains(name)) {
                    revision.withObject("/metadata/annotations").put(name, value);
                }
            });
            revision.set("data", data);
            revision.put(REVISION, revisions.isEmpty() ? 1 : number(revisions.getLast()) + 1);
            pass.create(TYPE, name(hash), revision);
        }
        return name(hash);
    }

    private String name(String hash) {
        return owner.meta().name() + "-" + hash;
    }

    boolean has(String name) {
        return revisions.stream().anyMatch(one -> one.meta().name().equals(name));
    }

    /** The template of a revision; the present one for what is not kept. */
    ObjectNode template(String name) {
        JsonNode template = revisions.stream()
                .filter(one -> one.meta().name().equals(name))
                .findFirst()
                .map(one -> one.json().at("/data/spec/template"))
                .orElse(owner.spec().path("template"));
        ObjectNode copy = (ObjectNode) template.deepCopy();
        copy.remove(PATCH);
        return copy;
    }

    /** Forgets the oldest ones that no pod is of, beyond as many as the owner keeps. */
    void forget(OwnerPass pass, Set<String> used) {
        int keep = owner.spec().path("revisionHistoryLimit").asInt(HISTORY);
        List<KubeDocument> unused = revisions.stream()
                .filter(one -> !used.contains(one.meta().name()))
                .toList();
        unused.subList(0, Math.max(0, unused.size() - keep)).stream()
                .filter(_ -> pass.hasRoom())
                .forEach(one -> pass.removals().delete(one, Propagation.BACKGROUND));
    }

    private JsonNode data() {
        ObjectNode data = Json.object();
        ObjectNode template = (ObjectNode) owner.spec().path("template").deepCopy();
        template.put(PATCH, "replace");
        data.withObject("/spec").set("template", template);
        return data;
    }

    private static long number(KubeDocument revision) {
        return revision.json().path(REVISION).asLong();
    }
}
