package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.type.ResourceType;
import java.util.List;

/** What becomes of an object that somebody wants to be otherwise. */
public final class Revision {

    private static final List<String> KEPT = List.of(
            "uid",
            "name",
            "namespace",
            "generateName",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "selfLink");

    private Revision() {}

    /** The object with a new spec and metadata; its status stays. */
    public static ObjectNode ofSpec(ResourceType type, ObjectNode before, ObjectNode asked) {
        check(type, before, asked);
        ObjectNode after = asked.deepCopy();
        after.put("kind", type.kind()).put("apiVersion", type.apiVersion());
        keepMetadata(before, after);
        Birth.withoutNulls(type, after);
        if (type.hasStatus()) {
            copy(before, after, "status");
        }
        if (type.name().equals(ServiceClaims.SERVICES)) {
            ServiceClaims.keep(before, after);
        }
        if (Birth.countsGenerations(type) && !rest(type, before).equals(rest(type, after))) {
            after.withObject("/metadata").put("generation", Meta.of(before).generation() + 1);
        }
        return after;
    }

    /** The object with a new status; the rest stays. */
    public static ObjectNode ofStatus(ResourceType type, ObjectNode before, ObjectNode asked) {
        check(type, before, asked);
        ObjectNode after = before.deepCopy();
        copy(asked, after, "status");
        copy((ObjectNode) asked.withObject("/metadata"), after.withObject("/metadata"), "managedFields");
        Birth.withoutNulls(type, after);
        return after;
    }

    /** The pod with the ephemeral containers that somebody wants it to have; the rest stays. */
    public static ObjectNode ofEphemeralContainers(ResourceType type, ObjectNode before, ObjectNode asked) {
        check(type, before, asked);
        ObjectNode after = before.deepCopy();
        copy(asked.withObject("/spec"), after.withObject("/spec"), "ephemeralContainers");
        copy(asked.withObject("/metadata"), after.withObject("/metadata"), "managedFields");
        Birth.withoutNulls(type, after);
        copy(before, after, "status");
        return after;
    }

    /** Takes out what stands for nothing. */
    public static void withoutNulls(ResourceType type, ObjectNode object) {
        Birth.withoutNulls(type, object);
    }

    /** Whether nothing keeps an object whose deletion was asked for any longer. */
    public static boolean isOver(ObjectNode object) {
        Meta meta = Meta.of(object);
        boolean isHeld = isNamespace(object) && !object.at("/spec/finalizers").isEmpty();
        return meta.isDeleted()
                && meta.finalizers().isEmpty()
                && !isHeld
                && object.at("/metadata/deletionGracePeriodSeconds").asLong() == 0;
    }

    /** Custom kinds may have the same name. */
    static boolean isNamespace(ObjectNode object) {
        return object.path("kind").asText().equals("Namespace")
                && object.path("apiVersion").asText().equals("v1");
    }

    private static void check(ResourceType type, ObjectNode before, ObjectNode asked) {
        Meta old = Meta.of(before);
        Meta fresh = Meta.of(asked);
        if (!fresh.uid().isEmpty() && !fresh.uid().equals(old.uid())) {
            throw KubeRefusal.conflict(
                    type.name(),
                    old.name(),
                    "Precondition failed: UID in precondition: " + fresh.uid() + ", UID in object meta: " + old.uid());
        }
        if (old.isDeleted()
                && fresh.finalizers().stream().anyMatch(one -> !old.finalizers().contains(one))) {
            throw KubeRefusal.invalid(
                    type.name().group(),
                    type.kind(),
                    old.name(),
                    List.of(Cause.forbidden(
                            "metadata.finalizers", "no new finalizers can be added if the object is being deleted")));
        }
    }

    /** What the name in the body and the name in the path say must agree. */
    public static void checkName(ObjectName name, ObjectNode asked) {
        Meta meta = Meta.of(asked);
        if (!meta.name().isEmpty() && !meta.name().equals(name.name())) {
            throw KubeRefusal.badRequest("the name of the object (" + meta.name()
                    + ") does not match the name on the URL (" + name.name() + ")");
        }
        checkNamespace(name.namespace(), asked);
    }

    public static void checkNamespace(String namespace, ObjectNode asked) {
        String said = Meta.of(asked).namespace();
        if (!namespace.isEmpty() && !said.isEmpty() && !said.equals(namespace)) {
            throw KubeRefusal.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the" + " request");
        }
    }

    private static void keepMetadata(ObjectNode before, ObjectNode after) {
        ObjectNode old = before.withObject("/metadata");
        ObjectNode fresh = after.withObject("/metadata");
        KEPT.forEach(member -> copy(old, fresh, member));
        copy(old, fresh, "resourceVersion");
    }

    private static void copy(ObjectNode from, ObjectNode to, String member) {
        JsonNode value = from.get(member);
        if (value == null) {
            to.remove(member);
        } else {
            to.set(member, value.deepCopy());
        }
    }

    private static ObjectNode rest(ResourceType type, ObjectNode object) {
        ObjectNode rest = object.deepCopy();
        rest.remove("metadata");
        if (type.hasStatus()) {
            rest.remove("status");
        }
        return rest;
    }
}
