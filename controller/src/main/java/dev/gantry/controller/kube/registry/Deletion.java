package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How somebody wants an object to be deleted.
 *
 * @param graceSeconds empty for what the object itself says
 * @param propagation  {@code Background}, {@code Foreground}, {@code Orphan}, or empty
 * @param uid          that the object must have; empty for any
 * @param resourceVersion that the object must have; empty for any
 */
public record Deletion(Optional<Long> graceSeconds, String propagation, String uid, String resourceVersion) {

    public static final String FOREGROUND = "foregroundDeletion";
    public static final String ORPHAN = "orphan";

    /** What the deletion makes of an object. */
    public sealed interface Result {
        /** It is taken out now. */
        record Gone() implements Result {}

        /** It stays until its finalizers have done their part, or its grace period is over. */
        record Marked(ObjectNode object) implements Result {}
    }

    /** @param options the body of the request, a {@code DeleteOptions}; an empty object for none */
    public static Deletion of(ObjectNode options) {
        JsonNode preconditions = options.path("preconditions");
        String propagation = options.path("propagationPolicy").asText();
        if (propagation.isEmpty() && options.path("orphanDependents").asBoolean()) {
            propagation = "Orphan";
        }
        return new Deletion(
                options.hasNonNull("gracePeriodSeconds")
                        ? Optional.of(options.get("gracePeriodSeconds").asLong())
                        : Optional.empty(),
                propagation,
                preconditions.path("uid").asText(),
                preconditions.path("resourceVersion").asText());
    }

    /** @param defaultGraceSeconds of an object that ends by itself when told to, as pods do; 0 for all others */
    public Result of(ResourceName resource, ObjectNode object, long defaultGraceSeconds, Instant now) {
        Meta meta = Meta.of(object);
        check(resource, object, meta);
        long grace = graceSeconds.orElse(defaultGraceSeconds);
        if (defaultGraceSeconds == 0) {
            grace = 0;
        }
        ObjectNode marked = object.deepCopy();
        ArrayNode finalizers = marked.withObject("/metadata").withArray("finalizers");
        addFinalizer(finalizers, meta);
        if (finalizers.isEmpty()) {
            marked.withObject("/metadata").remove("finalizers");
        }
        boolean isHeld =
                Revision.isNamespace(object) && !object.at("/spec/finalizers").isEmpty();
        if (finalizers.isEmpty() && !isHeld && grace == 0) {
            return new Result.Gone();
        }
        mark(marked, meta, grace, now);
        if (isHeld) {
            marked.withObject("/status").put("phase", "Terminating");
        }
        return new Result.Marked(marked);
    }

    private static void mark(ObjectNode object, Meta before, long grace, Instant now) {
        ObjectNode metadata = object.withObject("/metadata");
        long graceBefore = before.json().path("deletionGracePeriodSeconds").asLong();
        if (before.isDeleted() && grace >= graceBefore) {
            return;
        }
        metadata.put("deletionTimestamp", Times.text(now.plusSeconds(grace)));
        metadata.put("deletionGracePeriodSeconds", grace);
        if (metadata.has("generation")) {
            metadata.put("generation", before.generation() + 1);
        }
    }

    private void addFinalizer(ArrayNode finalizers, Meta meta) {
        String wanted = switch (propagation) {
            case "Foreground" -> FOREGROUND;
            case "Orphan" -> ORPHAN;
            default -> "";
        };
        if (!wanted.isEmpty() && !meta.finalizers().contains(wanted)) {
            finalizers.add(wanted);
        }
    }

    private void check(ResourceName resource, ObjectNode object, Meta meta) {
        if (!List.of("", "Background", "Foreground", "Orphan").contains(propagation)) {
            throw KubeRefusal.badRequest("invalid propagationPolicy: " + propagation);
        }
        if (!uid.isEmpty() && !uid.equals(meta.uid())) {
            throw KubeRefusal.conflict(
                    resource,
                    meta.name(),
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + meta.uid());
        }
        String version = object.at("/metadata/resourceVersion").asText();
        if (!resourceVersion.isEmpty() && !resourceVersion.equals(version)) {
            throw KubeRefusal.conflict(
                    resource,
                    meta.name(),
                    "Precondition failed: ResourceVersion in precondition: " + resourceVersion
                            + ", ResourceVersion in object meta: " + version);
        }
    }
}
