package dev.gantry.controller.kube.access;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The roles that every cluster has from the start: cluster-admin, admin, edit, view, and what everybody may ask. */
public final class BuiltInRoles {

    private static final String API_VERSION = "rbac.authorization.k8s.io/v1";
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final List<String> READ = List.of("get", "list", "watch");
    private static final List<String> WRITE = List.of("create", "delete", "deletecollection", "patch", "update");
    private static final Set<String> NOT_FOR_VIEWERS = Set.of("secrets");
    private static final Set<String> ONLY_READ =
            Set.of("resourcequotas", "limitranges", "events", "endpoints", "endpointslices");

    private BuiltInRoles() {}

    /** By name, ready to be born. */
    public static Map<ObjectName, ObjectNode> of(String cluster) {
        Map<ObjectName, ObjectNode> all = new LinkedHashMap<>();
        role(all, cluster, "cluster-admin", List.of(everything(), everyPath()));
        role(all, cluster, "admin", tenant(true, true));
        role(all, cluster, "edit", tenant(true, false));
        role(all, cluster, "view", tenant(false, false));
        role(
                all,
                cluster,
                "system:discovery",
                List.of(paths(
                        "/api",
                        "/api/*",
                        "/apis",
                        "/apis/*",
                        "/openapi/*",
                        "/version",
                        "/healthz",
                        "/livez",
                        "/readyz")));
        role(all, cluster, "system:basic-user", List.of(questions()));
        role(
                all,
                cluster,
                "system:service-account-issuer-discovery",
                List.of(paths("/.well-known/openid-configuration", "/openid/v1/jwks")));
        role(
                all,
                cluster,
                "system:aggregated-metrics-reader",
                List.of(rule("metrics.k8s.io", READ, List.of("pods", "nodes"))));
        binding(all, cluster, "cluster-admin", User.MASTERS);
        binding(all, cluster, "system:discovery", "system:authenticated");
        binding(all, cluster, "system:basic-user", "system:authenticated");
        binding(all, cluster, "system:service-account-issuer-discovery", "system:serviceaccounts");
        return all;
    }

    /** What somebody may do who works in one namespace. */
    private static List<ObjectNode> tenant(boolean writes, boolean grants) {
        Map<String, List<ResourceType>> byGroup = new LinkedHashMap<>();
        ResourceTypes.builtIn().list().stream()
                .filter(type -> type.isStored() && type.namespaced())
                .filter(type -> grants || !type.name().group().equals(GROUP))
                .filter(type -> writes || !NOT_FOR_VIEWERS.contains(type.name().plural()))
                .forEach(type -> byGroup.computeIfAbsent(type.name().group(), _ -> new ArrayList<>())
                        .add(type));
        List<ObjectNode> rules = new ArrayList<>();
        byGroup.forEach((group, types) -> {
            rules.add(rule(group, READ, names(types, false)));
            List<String> written = names(types, true);
            if (writes && !written.isEmpty()) {
                rules.add(rule(group, WRITE, written));
            }
        });
        if (!writes) {
            return rules;
        }
        rules.add(rule("", List.of("create", "get"), List.of("pods/exec", "pods/attach", "pods/portforward")));
        rules.add(rule("", List.of("create"), List.of("pods/eviction", "serviceaccounts/token")));
        return rules;
    }

    private static List<String> names(List<ResourceType> types, boolean forWriting) {
        List<String> names = new ArrayList<>();
        for (ResourceType type : types) {
            String plural = type.name().plural();
            boolean isNamed = names.contains(plural);
            if (isNamed || forWriting && (ONLY_READ.contains(plural) || !type.isMade())) {
                continue;
            }
            names.add(plural);
            if (type.subresource("scale").isPresent()) {
                names.add(plural + "/scale");
            }
            if (!forWriting && type.hasStatus()) {
                names.add(plural + "/status");
            }
            if (!forWriting && type.subresource("log").isPresent()) {
                names.add(plural + "/log");
            }
        }
        return names;
    }

    private static ObjectNode everything() {
        return rule("*", List.of("*"), List.of("*"));
    }

    private static ObjectNode everyPath() {
        ObjectNode rule = Json.object();
        rule.putArray("verbs").add("*");
        rule.putArray("nonResourceURLs").add("*");
        return rule;
    }

    private static ObjectNode paths(String... paths) {
        ObjectNode rule = Json.object();
        rule.putArray("verbs").add("get");
        ArrayNode list = rule.putArray("nonResourceURLs");
        List.of(paths).forEach(list::add);
        return rule;
    }

    private static ObjectNode questions() {
        ObjectNode rule = rule(
                "authorization.k8s.io",
                List.of("create"),
                List.of("selfsubjectaccessreviews", "selfsubjectrulesreviews"));
        rule.withArray("apiGroups").add("authentication.k8s.io");
        rule.withArray("resources").add("selfsubjectreviews");
        return rule;
    }

    private static ObjectNode rule(String group, List<String> verbs, List<String> resources) {
        ObjectNode rule = Json.object();
        ArrayNode verbList = rule.putArray("verbs");
        verbs.forEach(verbList::add);
        rule.putArray("apiGroups").add(group);
        ArrayNode list = rule.putArray("resources");
        resources.forEach(list::add);
        return rule;
    }

    private static void role(Map<ObjectName, ObjectNode> to, String cluster, String name, List<ObjectNode> rules) {
        ObjectNode role = Json.object().put("apiVersion", API_VERSION).put("kind", "ClusterRole");
        ArrayNode list = role.putArray("rules");
        rules.forEach(list::add);
        to.put(new ObjectName(cluster, Roles.CLUSTER_ROLES, "", name), role);
    }

    private static void binding(Map<ObjectName, ObjectNode> to, String cluster, String role, String group) {
        ObjectNode binding = Json.object().put("apiVersion", API_VERSION).put("kind", "ClusterRoleBinding");
        binding.putObject("roleRef")
                .put("apiGroup", GROUP)
                .put("kind", "ClusterRole")
                .put("name", role);
        binding.putArray("subjects")
                .addObject()
                .put("apiGroup", GROUP)
                .put("kind", "Group")
                .put("name", group);
        to.put(new ObjectName(cluster, Roles.CLUSTER_ROLE_BINDINGS, "", role), binding);
    }
}
