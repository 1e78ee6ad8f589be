package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;

/**
 * Reads and writes the objects of a resource, whatever records they are. What it returns is whole, with status and
 * {@code metadata.resourceVersion}, and belongs to the caller.
 */
public interface Registry {

    Optional<ObjectNode> find(Snapshot snapshot, ObjectName name);

    /** @param within names the cluster, the resource and the namespace, which is empty for all of them; its name is empty */
    List<ObjectNode> list(Snapshot snapshot, ObjectName within);

    void create(Draft draft, ObjectName name, ObjectNode object);

    /** Writes an object that is in the draft's image, and guards that it is unchanged. */
    void update(Draft draft, ObjectName name, ObjectNode object);

    /** Takes an object that is in the draft's image out at once. */
    void delete(Draft draft, ObjectName name);

    /** How long an object has to end after its deletion was asked for; 0 for what does not run. */
    default long graceSeconds(ObjectNode object) {
        return 0;
    }
}
