package dev.gantry.controller.kube.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.store.Snapshot;
import java.util.ArrayList;
import java.util.List;

/** Decides by roles and bindings what a user may do in a cluster. */
public final class Roles {

    private static final String GROUP = "rbac.authorization.k8s.io";
    static final ResourceName ROLES = new ResourceName(GROUP, "roles");
    static final ResourceName CLUSTER_ROLES = new ResourceName(GROUP, "clusterroles");
    static final ResourceName ROLE_BINDINGS = new ResourceName(GROUP, "rolebindings");
    static final ResourceName CLUSTER_ROLE_BINDINGS = new ResourceName(GROUP, "clusterrolebindings");
    private static final String ANY = "*";

    private final Snapshot snapshot;
    private final String cluster;

    public Roles(Snapshot snapshot, String cluster) {
        this.snapshot = snapshot;
        this.cluster = cluster;
    }

    public boolean allow(User user, Deed deed) {
        return user.groups().contains(User.MASTERS)
                || rules(user, deed.namespace()).stream().anyMatch(rule -> covers(rule, deed));
    }

    /** The rules that hold for a user: those of the cluster, and those of the namespace unless it is empty. */
    public List<JsonNode> rules(User user, String namespace) {
        List<JsonNode> rules = new ArrayList<>();
        for (KubeDocument binding : KubeDocument.list(snapshot, cluster, CLUSTER_ROLE_BINDINGS)) {
            addRules(binding.json(), user, "", rules);
        }
        if (!namespace.isEmpty()) {
            for (KubeDocument binding : KubeDocument.list(snapshot, cluster, ROLE_BINDINGS, namespace)) {
                addRules(binding.json(), user, namespace, rules);
            }
        }
        return rules;
    }

    private void addRules(JsonNode binding, User user, String namespace, List<JsonNode> rules) {
        for (JsonNode subject : binding.path("subjects")) {
            if (isMeant(subject, user, namespace)) {
                role(binding.path("roleRef"), namespace).forEach(rules::add);
                return;
            }
        }
    }

    private JsonNode role(JsonNode reference, String namespace) {
        return KubeDocument.find(snapshot, referred(reference, namespace))
                .map(role -> role.json().path("rules"))
                .orElse(com.fasterxml.jackson.databind.node.MissingNode.getInstance());
    }

    /**
     * @param reference from a binding
     * @param namespace of the binding; empty for one of the cluster
     */
    ObjectName referred(JsonNode reference, String namespace) {
        String name = reference.path("name").asText();
        return reference.path("kind").asText().equals("Role")
                ? new ObjectName(cluster, ROLES, namespace, name)
                : new ObjectName(cluster, CLUSTER_ROLES, "", name);
    }

    private static boolean isMeant(JsonNode subject, User user, String namespace) {
        String name = subject.path("name").asText();
        return switch (subject.path("kind").asText()) {
            case "User" -> user.name().equals(name);
            case "Group" -> user.groups().contains(name);
            case "ServiceAccount" ->
                user.equals(User.serviceAccount(subject.path("namespace").asText(namespace), name));
            default -> false;
        };
    }

    static boolean covers(JsonNode rule, Deed deed) {
        if (!has(rule.path("verbs"), deed.verb())) {
            return false;
        }
        if (!deed.path().isEmpty()) {
            for (JsonNode path : rule.path("nonResourceURLs")) {
                String pattern = path.asText();
                if (pattern.equals(deed.path())
                        || (pattern.endsWith(ANY)
                                && deed.path().startsWith(pattern.substring(0, pattern.length() - 1)))) {
                    return true;
                }
            }
            return false;
        }
        return has(rule.path("apiGroups"), deed.group())
                && coversResource(rule.path("resources"), deed)
                && (rule.path("resourceNames").isEmpty() || contains(rule.path("resourceNames"), deed.name()));
    }

    private static boolean coversResource(JsonNode resources, Deed deed) {
        return contains(resources, ANY)
                || contains(resources, deed.resourceInRules())
                || (!deed.subresource().isEmpty() && contains(resources, ANY + "/" + deed.subresource()));
    }

    private static boolean has(JsonNode list, String value) {
        return contains(list, ANY) || contains(list, value);
    }

    private static boolean contains(JsonNode list, String value) {
        for (JsonNode one : list) {
            if (one.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }
}
