package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.select.LabelSelector;
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

    /** Those of a list that have such labels. What it holds may be drawn anew each time that somebody looks at it. */
    default List<ObjectNode> select(Snapshot snapshot, ObjectName within, LabelSelector labels) {
        List<ObjectNode> all = list(snapshot, within);
        return labels.rules().isEmpty()
                ? all
                : all.stream()
                        .filter(object -> labels.matches(Meta.of(object).labels()))
                        .toList();
    }

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
