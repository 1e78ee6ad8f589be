package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Who owns an object, as its {@code metadata.ownerReferences} say. */
public final class Ownership {

    private static final String REFERENCES = "ownerReferences";

    private Ownership() {}

    /** Whether the object manages the other one. */
    public static boolean manages(KubeDocument owner, Meta dependent) {
        return dependent
                .controller()
                .filter(controller -> controller.uid().equals(owner.meta().uid()))
                .isPresent();
    }

    /** Whether the object manages the pod. */
    public static boolean manages(KubeDocument owner, PodDocument pod) {
        return pod.controllerUid().equals(owner.meta().uid());
    }

    /** The objects of a resource that the owner manages. */
    public static Stream<KubeDocument> managed(Snapshot snapshot, KubeDocument owner, ResourceName resource) {
        return snapshot
                .find(
                        Kinds.KUBE_OBJECTS_BY_OWNER,
                        owner.name().cluster() + "/" + owner.meta().uid())
                .stream()
                .map(KubeDocument::of)
                .filter(one -> one.name().resource().equals(resource) && manages(owner, one.meta()));
    }

    /** Lets the owner manage an object. */
    public static void add(ObjectNode dependent, KubeDocument owner) {
        ArrayNode references = dependent.withObject("/metadata").withArray(REFERENCES);
        ObjectNode reference = references.addObject();
        reference.put("apiVersion", owner.json().path("apiVersion").asText());
        reference.put("kind", owner.json().path("kind").asText());
        reference.put("name", owner.meta().name());
        reference.put("uid", owner.meta().uid());
        reference.put("controller", true).put("blockOwnerDeletion", true);
    }

    /** Takes out the references for which it holds. */
    public static void remove(ObjectNode dependent, Predicate<JsonNode> which) {
        ObjectNode metadata = dependent.withObject("/metadata");
        ArrayNode rest = Json.object().putArray(REFERENCES);
        metadata.path(REFERENCES).forEach(reference -> {
            if (!which.test(reference)) {
                rest.add(reference);
            }
        });
        if (rest.isEmpty()) {
            metadata.remove(REFERENCES);
        } else {
            metadata.set(REFERENCES, rest);
        }
    }

    /** The pod with another document; its spec must be the same. */
    public static Workload changed(PodDocument pod, ObjectNode json) {
        Workload before = pod.record().value();
        return before.toBuilder()
                .setOrigin(Any.pack(PodDocument.stored(pod.origin(), json)))
                .setVersion(before.getVersion() + 1)
                .build();
    }

    /** Takes a finalizer out of an object's document. */
    public static void withoutFinalizer(ObjectNode json, String finalizer) {
        ObjectNode metadata = json.withObject("/metadata");
        ArrayNode rest = Json.object().putArray("finalizers");
        Meta.of(json).finalizers().stream()
                .filter(one -> !one.equals(finalizer))
                .forEach(rest::add);
        if (rest.isEmpty()) {
            metadata.remove("finalizers");
        } else {
            metadata.set("finalizers", rest);
        }
    }
}
