package dev.gantry.controller.kube.document;

/**
 * A resource of the Kubernetes API, whatever its version.
 *
 * @param group empty for the core group
 * @param plural as in paths, for example {@code deployments}
 */
public record ResourceName(String group, String plural) {

    public static final ResourceName PODS = core("pods");
    public static final ResourceName NODES = core("nodes");
    public static final ResourceName NAMESPACES = core("namespaces");
    public static final ResourceName EVENTS = core("events");
    public static final ResourceName DEFINITIONS =
            new ResourceName("apiextensions.k8s.io", "customresourcedefinitions");

    private static final String CORE = "core";

    public static ResourceName core(String plural) {
        return new ResourceName("", plural);
    }

    /** As in kubectl: {@code deployments.apps}, {@code pods}. */
    @Override
    public String toString() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** As in the scope of a record. */
    public String path() {
        return (group.isEmpty() ? CORE : group) + "/" + plural;
    }

    static ResourceName of(String groupOrCore, String plural) {
        return new ResourceName(groupOrCore.equals(CORE) ? "" : groupOrCore, plural);
    }
}
