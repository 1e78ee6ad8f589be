package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Node;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Nodes: drawn from what the machines say of themselves, and from an object of the same name that holds what users
 * added. Machines make nodes; the API cannot.
 */
final class NodeRegistry implements Registry {

    @Override
    public Optional<ObjectNode> find(Snapshot snapshot, ObjectName name) {
        return machines(snapshot)
                .filter(node -> NodeDrawing.name(node.value()).equals(name.name()))
                .findFirst()
                .map(node -> drawn(snapshot, name.cluster(), node));
    }

    @Override
    public List<ObjectNode> list(Snapshot snapshot, ObjectName within) {
        return machines(snapshot)
                .map(node -> drawn(snapshot, within.cluster(), node))
                .sorted(java.util.Comparator.comparing(
                        node -> node.at("/metadata/name").asText()))
                .toList();
    }

    @Override
    public void create(Draft draft, ObjectName name, ObjectNode object) {
        throw KubeRefusal.forbidden(
                name.resource(), name.name(), "a node is made by a machine that joins: gantry token");
    }

    @Override
    public void update(Draft draft, ObjectName name, ObjectNode object) {
        ObjectNode overlay = overlay(object);
        Optional<Versioned<KubeObject>> before = draft.image().get(name.key());
        if (before.isPresent()) {
            draft.writes()
                    .update(
                            before.get(),
                            KubeDocument.stored(overlay, before.get().value()));
        } else {
            draft.writes().create(name.key(), KubeDocument.stored(overlay, KubeObject.getDefaultInstance()));
        }
    }

    @Override
    public void delete(Draft draft, ObjectName name) {
        throw KubeRefusal.forbidden(
                name.resource(), name.name(), "take the machine out with: aws ecs deregister-container-instance");
    }

    /** A node as a cluster sees it. */
    static ObjectNode drawn(Snapshot snapshot, String cluster, Versioned<Node> node) {
        ObjectNode json = NodeDrawing.of(node.value());
        ObjectName name = new ObjectName(cluster, ResourceName.NODES, "", NodeDrawing.name(node.value()));
        long revision = node.revision();
        Optional<KubeDocument> overlay = KubeDocument.find(snapshot, name);
        if (overlay.isPresent()) {
            revision = Math.max(revision, overlay.get().record().revision());
            add(overlay.get().json(), json);
        }
        json.withObject("/metadata").put("resourceVersion", Long.toString(revision));
        return json;
    }

    private static Stream<Versioned<Node>> machines(Snapshot snapshot) {
        return snapshot.list(Kinds.NODE).stream()
                .filter(node -> node.value().getAdministration() != Administration.DEREGISTERED);
    }

    /** What users added, without what is drawn. */
    private static ObjectNode overlay(ObjectNode node) {
        ObjectNode overlay = node.deepCopy();
        overlay.remove("status");
        return overlay;
    }

    private static void add(ObjectNode overlay, ObjectNode node) {
        ObjectNode metadata = node.withObject("/metadata");
        for (String member : List.of("labels", "annotations", "managedFields", "finalizers")) {
            JsonNode more = overlay.path("metadata").path(member);
            if (more instanceof ObjectNode texts) {
                metadata.withObject("/" + member).setAll(texts);
            } else if (!more.isMissingNode()) {
                metadata.set(member, more);
            }
        }
        if (overlay.get("spec") instanceof ObjectNode spec) {
            node.withObject("/spec").setAll(spec);
        }
    }
}
