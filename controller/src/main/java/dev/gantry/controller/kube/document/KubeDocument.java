package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;

/**
 * A stored object together with its JSON, which is whole: with status and {@code metadata.resourceVersion}. The tree belongs to whoever asked
 * for it.
 */
public record KubeDocument(Versioned<KubeObject> record, ObjectNode json) {

    private static final String STATUS = "status";
    private static final String RESOURCE_VERSION = "resourceVersion";

    public static KubeDocument of(Versioned<KubeObject> record) {
        ObjectNode json = Json.object(record.value().getJson());
        json.withObject("/metadata").put(RESOURCE_VERSION, Long.toString(record.revision()));
        if (!record.value().getStatusJson().isEmpty()) {
            json.set(STATUS, Json.read(record.value().getStatusJson()));
        }
        return new KubeDocument(record, json);
    }

    public static Optional<KubeDocument> find(Snapshot snapshot, ObjectName name) {
        return snapshot.get(name.key()).map(KubeDocument::of);
    }

    /** The records of all objects of a resource, of whatever cluster. */
    public static List<Key<KubeObject>> keys(Snapshot snapshot, ResourceName resource) {
        return snapshot.list(Kinds.KUBE_OBJECT).stream()
                .map(Versioned::key)
                .filter(key -> ObjectName.of(key).resource().equals(resource))
                .toList();
    }

    /** The same of one cluster. */
    public static List<Key<KubeObject>> keys(Snapshot snapshot, String cluster, ResourceName resource) {
        return snapshot.find(Kinds.KUBE_OBJECTS_BY_RESOURCE, cluster + "/" + resource.path()).stream()
                .map(Versioned::key)
                .toList();
    }

    /** The same of one namespace, or of what has none. */
    public static List<Key<KubeObject>> keys(
            Snapshot snapshot, String cluster, ResourceName resource, String namespace) {
        return snapshot.list(Kinds.KUBE_OBJECT, ObjectName.scope(cluster, resource, namespace)).stream()
                .map(Versioned::key)
                .toList();
    }

    /** The objects of one namespace, or of what has none, in the order of names. */
    public static List<KubeDocument> list(Snapshot snapshot, String cluster, ResourceName resource, String namespace) {
        return snapshot.list(Kinds.KUBE_OBJECT, ObjectName.scope(cluster, resource, namespace)).stream()
                .map(KubeDocument::of)
                .toList();
    }

    /** The objects of all namespaces, in the order of namespace, then name. */
    public static List<KubeDocument> list(Snapshot snapshot, String cluster, ResourceName resource) {
        return snapshot.find(Kinds.KUBE_OBJECTS_BY_RESOURCE, cluster + "/" + resource.path()).stream()
                .map(KubeDocument::of)
                .toList();
    }

    /**
     * What is stored of an object.
     *
     * @param before the record that it replaces, for what is not in the JSON; the default instance for a new object
     */
    public static KubeObject stored(ObjectNode json, KubeObject before) {
        ObjectNode rest = json.deepCopy();
        JsonNode status = rest.remove(STATUS);
        if (rest.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove(RESOURCE_VERSION);
        }
        Meta meta = Meta.of(rest);
        KubeObject.Builder object = before.toBuilder().setJson(Json.bytes(rest)).setUid(meta.uid());
        object.setExpiresAtMs(Lifetime.endMs(rest));
        object.clearOwnerUids();
        meta.owners().forEach(owner -> object.addOwnerUids(owner.uid()));
        return status == null || status.isNull() || status.isEmpty()
                ? object.clearStatusJson().build()
                : object.setStatusJson(Json.bytes(status)).build();
    }

    public ObjectName name() {
        return ObjectName.of(record.key());
    }

    public Meta meta() {
        return Meta.of(json);
    }

    public JsonNode spec() {
        return json.path("spec");
    }

    public JsonNode status() {
        return json.path(STATUS);
    }
}
