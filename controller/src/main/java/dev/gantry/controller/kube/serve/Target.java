package dev.gantry.controller.kube.serve;

import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a path is about. */
sealed interface Target {

    /** Of the Kubernetes API's clusters; others than {@code default} have a prefix in the path. */
    String cluster();

    /** Anything but objects: discovery, documents, health. */
    record Plain(String cluster, List<String> segments) implements Target {
        String path() {
            return "/" + String.join("/", segments);
        }
    }

    /**
     * Objects of one kind, or one of them.
     *
     * @param namespace empty for all of them, and for what has none
     * @param name empty for all objects
     * @param subresource may be empty
     * @param watch whether it is the old form of a watch, {@code /watch/} in its path
     */
    record Objects(String cluster, ResourceType type, String namespace, String name, String subresource, boolean watch)
            implements Target {

        ObjectName objectName() {
            return new ObjectName(cluster, type.name(), type.namespaced() ? namespace : "", name);
        }

        Objects named(String other) {
            return new Objects(cluster, type, namespace, other, subresource, watch);
        }
    }

    /**
     * @param types of a cluster
     * @param home  the cluster of a path that names none
     */
    static Target parse(Function<String, ResourceTypes> types, String path, Supplier<String> home) {
        List<String> segments = Arrays.stream(path.split("/"))
                .filter(segment -> !segment.isEmpty())
                .toList();
        boolean isNamed = segments.size() >= 2 && segments.getFirst().equals("clusters");
        String cluster = isNamed ? segments.get(1) : home.get();
        if (isNamed) {
            segments = segments.subList(2, segments.size());
        }
        boolean isCore = segments.size() > 2 && segments.getFirst().equals("api");
        boolean isGroup = segments.size() > 3 && segments.getFirst().equals("apis");
        if (!isCore && !isGroup) {
            return new Plain(cluster, segments);
        }
        String apiVersion = isCore ? segments.get(1) : segments.get(1) + "/" + segments.get(2);
        return objects(types.apply(cluster), cluster, apiVersion, segments.subList(isCore ? 2 : 3, segments.size()));
    }

    private static Target objects(ResourceTypes types, String cluster, String apiVersion, List<String> path) {
        List<String> rest = path;
        boolean watch = rest.getFirst().equals("watch") && rest.size() > 1;
        if (watch) {
            rest = rest.subList(1, rest.size());
        }
        String namespace = "";
        // A namespace's own subresources have the form of a namespaced resource.
        boolean isInside = rest.getFirst().equals("namespaces")
                && rest.size() > 2
                && !(apiVersion.equals("v1") && List.of("status", "finalize").contains(rest.get(2)));
        if (isInside) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        ResourceType type = types.find(apiVersion, rest.getFirst()).orElseThrow(KubeRefusal::unknownPath);
        if (rest.size() > 3 || isInside != (type.namespaced() && (isInside || rest.size() > 1))) {
            throw KubeRefusal.unknownPath();
        }
        String name = rest.size() > 1 ? rest.get(1) : "";
        String subresource = rest.size() > 2 ? rest.get(2) : "";
        if (!subresource.isEmpty() && type.subresource(subresource).isEmpty()) {
            throw KubeRefusal.unknownPath();
        }
        return new Objects(cluster, type, namespace, name, subresource, watch);
    }
}
