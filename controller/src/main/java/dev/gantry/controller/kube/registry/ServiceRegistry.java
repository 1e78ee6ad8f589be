package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;

/** Services: objects with addresses and ports that no other service has. */
final class ServiceRegistry implements Registry {

    private final Registry objects;
    private final ServiceRange range;

    ServiceRegistry(Registry objects, ServiceRange range) {
        this.objects = objects;
        this.range = range;
    }

    @Override
    public Optional<ObjectNode> find(Snapshot snapshot, ObjectName name) {
        return objects.find(snapshot, name);
    }

    @Override
    public List<ObjectNode> list(Snapshot snapshot, ObjectName within) {
        return objects.list(snapshot, within);
    }

    @Override
    public void create(Draft draft, ObjectName name, ObjectNode object) {
        new ServiceClaims(draft, name, range).complete(Optional.empty(), object);
        objects.create(draft, name, object);
    }

    @Override
    public void update(Draft draft, ObjectName name, ObjectNode object) {
        Optional<ObjectNode> before = KubeDocument.find(draft.image(), name).map(KubeDocument::json);
        new ServiceClaims(draft, name, range).complete(before, object);
        objects.update(draft, name, object);
    }

    /** What it claimed is free from then on, and tidied away by its reconciler. */
    @Override
    public void delete(Draft draft, ObjectName name) {
        objects.delete(draft, name);
    }
}
