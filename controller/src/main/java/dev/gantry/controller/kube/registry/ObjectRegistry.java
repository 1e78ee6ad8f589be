package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;

/** Objects that are records of their own: all kinds but pods and nodes. */
final class ObjectRegistry implements Registry {

    @Override
    public Optional<ObjectNode> find(Snapshot snapshot, ObjectName name) {
        return KubeDocument.find(snapshot, name).map(KubeDocument::json);
    }

    @Override
    public List<ObjectNode> list(Snapshot snapshot, ObjectName within) {
        List<KubeDocument> documents = within.namespace().isEmpty()
                ? KubeDocument.list(snapshot, within.cluster(), within.resource())
                : KubeDocument.list(snapshot, within.cluster(), within.resource(), within.namespace());
        return documents.stream().map(KubeDocument::json).toList();
    }

    @Override
    public void create(Draft draft, ObjectName name, ObjectNode object) {
        draft.writes().create(name.key(), KubeDocument.stored(object, KubeObject.getDefaultInstance()));
    }

    @Override
    public void update(Draft draft, ObjectName name, ObjectNode object) {
        Versioned<KubeObject> before = draft.image().get(name.key()).orElseThrow();
        draft.writes().update(before, KubeDocument.stored(object, before.value()));
    }

    @Override
    public void delete(Draft draft, ObjectName name) {
        draft.writes().delete(draft.image().get(name.key()).orElseThrow());
    }
}
