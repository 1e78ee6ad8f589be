package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.custom.Filling;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;

/** Custom objects in the version in which somebody asks for them, and kept in the one that their definition says. */
final class CustomRegistry implements Registry {

    private static final String API_VERSION = "apiVersion";

    private final Registry objects;
    private final ResourceType type;
    private final Custom custom;

    CustomRegistry(Registry objects, ResourceType type, Custom custom) {
        this.objects = objects;
        this.type = type;
        this.custom = custom;
    }

    @Override
    public Optional<ObjectNode> find(Snapshot snapshot, ObjectName name) {
        return objects.find(snapshot, name).map(this::drawn);
    }

    @Override
    public List<ObjectNode> list(Snapshot snapshot, ObjectName within) {
        return objects.list(snapshot, within).stream().map(this::drawn).toList();
    }

    @Override
    public void create(Draft draft, ObjectName name, ObjectNode object) {
        objects.create(draft, name, kept(object));
    }

    @Override
    public void update(Draft draft, ObjectName name, ObjectNode object) {
        objects.update(draft, name, kept(object));
    }

    @Override
    public void delete(Draft draft, ObjectName name) {
        objects.delete(draft, name);
    }

    /** Changes the object. What the definition fills in since the object was written is there for its readers. */
    ObjectNode drawn(ObjectNode object) {
        object.put(API_VERSION, type.apiVersion());
        if (custom.fills()) {
            Filling.fill(object, custom.schema());
        }
        return object;
    }

    private ObjectNode kept(ObjectNode object) {
        return object.deepCopy().put(API_VERSION, type.name().group() + "/" + custom.storage());
    }
}
