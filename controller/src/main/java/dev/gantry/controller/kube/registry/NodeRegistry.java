package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
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
import java.util.Map;
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

    /**
     * Labels are attributes of the machine, and a cordon is its own: so they hold for everything that is placed. Taints hold for
     * pods. The rest is kept beside it.
     */
    @Override
    public void update(Draft draft, ObjectName name, ObjectNode object) {
        Versioned<Node> machine = machines(draft.image())
                .filter(node -> NodeDrawing.name(node.value()).equals(name.name()))
                .findFirst()
                .orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
        Node changed = changed(machine.value(), object).toBuilder()
                .clearTaints()
                .addAllTaints(NodeTaints.of(object.at("/spec/taints"), machine.value(), draft.now()))
                .build();
        if (!changed.equals(machine.value())) {
            draft.writes()
                    .update(
                            machine,
                            changed.toBuilder()
                                    .setVersion(changed.getVersion() + 1)
                                    .build());
        }
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

    private static Node changed(Node node, ObjectNode object) {
        Map<String, String> labels = Meta.of(object).labels();
        NodeDrawing.of(node.toBuilder().clearAttributes().build())
                .at("/metadata/labels")
                .fieldNames()
                .forEachRemaining(labels::remove);
        Node.Builder changed = node.toBuilder();
        NodeDrawing.userLabels(node).keySet().forEach(changed::removeAttributes);
        changed.putAllAttributes(labels);
        boolean closed = object.at("/spec/unschedulable").asBoolean();
        boolean draining = node.getAdministration() == Administration.DRAINING;
        if (draining && !closed) {
            changed.setAdministration(Administration.ACTIVE);
        }
        return changed.setCordoned(closed && !draining).build();
    }

    /** What users added, without what is drawn. */
    private static ObjectNode overlay(ObjectNode node) {
        ObjectNode overlay = node.deepCopy();
        overlay.remove(List.of("status", "spec"));
        overlay.withObject("/metadata").remove("labels");
        return overlay;
    }

    private static void add(ObjectNode overlay, ObjectNode node) {
        ObjectNode metadata = node.withObject("/metadata");
        for (String member : List.of("annotations", "managedFields", "finalizers")) {
            JsonNode more = overlay.path("metadata").path(member);
            if (more instanceof ObjectNode texts) {
                metadata.withObject("/" + member).setAll(texts);
            } else if (!more.isMissingNode()) {
                metadata.set(member, more);
            }
        }
    }
}
