package dev.gantry.controller.kube.document;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Key;

/**
 * Names one object of one cluster, pods included.
 *
 * @param cluster of the Kubernetes API, for example {@code default}
 * @param namespace empty for what has none
 */
public record ObjectName(String cluster, ResourceName resource, String namespace, String name) {

    private static final int SCOPE_PARTS = 4;

    /** The record that holds it; a pod is a workload and has none. */
    public Key<KubeObject> key() {
        return Kinds.KUBE_OBJECT.key(scope(cluster, resource, namespace), name);
    }

    /** What the records of a resource in one namespace have in common. */
    public static String scope(String cluster, ResourceName resource, String namespace) {
        return cluster + "/" + resource.path() + "/" + namespace;
    }

    public static ObjectName of(Key<?> key) {
        String[] parts = key.scope().split("/", -1);
        if (!key.kind().equals(Kinds.KUBE_OBJECT) || parts.length != SCOPE_PARTS) {
            throw new IllegalArgumentException(key + " is not the key of a Kubernetes object");
        }
        return new ObjectName(parts[0], ResourceName.of(parts[1], parts[2]), parts[3], key.name());
    }

    /** The definition of its kind, where that is one of those that users define. */
    public ObjectName definition() {
        return new ObjectName(cluster, ResourceName.DEFINITIONS, "", resource.toString());
    }

    /** Another object of the same namespace. */
    public ObjectName beside(ResourceName other, String otherName) {
        return new ObjectName(cluster, other, namespace, otherName);
    }

    @Override
    public String toString() {
        return resource + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    }
}
