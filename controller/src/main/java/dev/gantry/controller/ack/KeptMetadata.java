package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.registry.Deletion;
import java.util.ArrayList;
import java.util.List;

/** What of an object's metadata only this API knows, and what of it cannot be kept. */
final class KeptMetadata {

    private static final int BYTES_MAX = 256 * 1024;
    private static final String METADATA = "metadata";

    private static final List<String> KEPT = List.of(
            "labels", "annotations", "finalizers", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields");

    private KeptMetadata() {}

    /** Empty where there is nothing to keep. */
    static ByteString of(ObjectNode object) {
        ObjectNode kept = Json.object();
        for (String member : KEPT) {
            JsonNode value = object.path(METADATA).path(member);
            if (value.isValueNode() && !value.isNull() || value.isContainerNode() && !value.isEmpty()) {
                kept.set(member, value);
            }
        }
        return kept.isEmpty() ? ByteString.EMPTY : Json.bytes(kept);
    }

    static void addTo(ObjectNode object, ByteString kept) {
        object.withObject("/" + METADATA).setAll(Json.object(kept));
    }

    /** What is wrong with the metadata of an object. */
    static List<Cause> check(ObjectNode object) {
        List<Cause> wrong = new ArrayList<>();
        Meta meta = Meta.of(object);
        if (!meta.namespace().equals(ObjectNames.NAMESPACE)) {
            wrong.add(Cause.invalid(
                    "metadata.namespace",
                    meta.namespace(),
                    "resources of ECS know no namespaces; all of them are shown in the namespace \""
                            + ObjectNames.NAMESPACE + "\""));
        }
        if (!meta.owners().isEmpty()) {
            wrong.add(Cause.forbidden(
                    "metadata.ownerReferences", "a resource of ECS has no owner, and nobody would collect it"));
        }
        if (meta.finalizers().contains(Deletion.FOREGROUND) || meta.finalizers().contains(Deletion.ORPHAN)) {
            wrong.add(Cause.forbidden(
                    "metadata.finalizers",
                    "a resource of ECS owns no objects; delete it with --cascade=background, which is the default"));
        }
        int bytes = of(object).size();
        if (bytes > BYTES_MAX) {
            wrong.add(Cause.forbidden(
                    METADATA,
                    "labels, annotations and managed fields may have " + BYTES_MAX + " bytes together, and have "
                            + bytes));
        }
        return wrong;
    }
}
