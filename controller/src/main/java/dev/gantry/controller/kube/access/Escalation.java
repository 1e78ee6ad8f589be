package dev.gantry.controller.kube.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.store.Snapshot;
import java.util.List;

/**
 * Sees to it that nobody grants what he may not do himself. See the documentation of Kubernetes, "Privilege escalation
 * prevention and bootstrapping".
 */
public final class Escalation {

    /** Of verbs, groups, resources and names in one rule; more are not compared. */
    private static final long COMBINATIONS_MAX = 100_000;

    private static final String RULES = "rules";

    private final Snapshot snapshot;
    private final Roles roles;
    private final User user;

    public Escalation(Snapshot snapshot, String cluster, User user) {
        this.snapshot = snapshot;
        this.roles = new Roles(snapshot, cluster);
        this.user = user;
    }

    /**
     * @param object a role or binding as it shall be; anything else is let through
     * @throws KubeRefusal when it grants what the user does not hold, and no role lets the user do so nevertheless
     */
    public void check(ObjectName name, ObjectNode object) {
        if (name.resource().equals(Roles.ROLES) || name.resource().equals(Roles.CLUSTER_ROLES)) {
            require(name, "escalate", name, object.path(RULES));
        } else if (name.resource().equals(Roles.ROLE_BINDINGS)
                || name.resource().equals(Roles.CLUSTER_ROLE_BINDINGS)) {
            ObjectName role = roles.referred(object.path("roleRef"), name.namespace());
            JsonNode rules = KubeDocument.find(snapshot, role)
                    .map(found -> found.json().path(RULES))
                    .orElseThrow(() -> KubeRefusal.notFound(role.resource(), role.name()));
            require(name, "bind", role, rules);
        }
    }

    /** @param role whose rules are granted */
    private void require(ObjectName written, String verb, ObjectName role, JsonNode rules) {
        Deed leave = new Deed(
                verb, role.resource().group(), role.resource().plural(), "", written.namespace(), role.name(), "");
        if (roles.allow(user, leave)) {
            return;
        }
        List<JsonNode> held = roles.rules(user, written.namespace());
        for (JsonNode rule : rules) {
            if (!isHeld(rule, held)) {
                throw KubeRefusal.about(
                        Reason.FORBIDDEN,
                        written.resource(),
                        written.name(),
                        written.resource() + " \"" + written.name() + "\" is forbidden: user \"" + user.name()
                                + "\" (groups=" + user.groups()
                                + ") is attempting to grant RBAC permissions not currently held: " + rule);
            }
        }
    }

    private static boolean isHeld(JsonNode rule, List<JsonNode> held) {
        List<String> verbs = Json.texts(rule.path("verbs"));
        List<String> paths = Json.texts(rule.path("nonResourceURLs"));
        List<String> groups = Json.texts(rule.path("apiGroups"));
        List<String> resources = Json.texts(rule.path("resources"));
        List<String> names =
                rule.path("resourceNames").isEmpty() ? List.of("") : Json.texts(rule.path("resourceNames"));
        long combinations = (long) verbs.size() * groups.size() * resources.size() * names.size();
        boolean isComparable = combinations <= COMBINATIONS_MAX;
        return isComparable
                && verbs.stream().allMatch(verb -> paths.stream().allMatch(path -> covered(held, Deed.at(verb, path))))
                && verbs.stream()
                        .allMatch(verb -> groups.stream()
                                .allMatch(group -> resources.stream()
                                        .allMatch(resource -> names.stream()
                                                .allMatch(name -> covered(held, deed(verb, group, resource, name))))));
    }

    private static Deed deed(String verb, String group, String resource, String name) {
        int slash = resource.indexOf('/');
        return slash < 0
                ? new Deed(verb, group, resource, "", "", name, "")
                : new Deed(verb, group, resource.substring(0, slash), resource.substring(slash + 1), "", name, "");
    }

    private static boolean covered(List<JsonNode> held, Deed deed) {
        return held.stream().anyMatch(rule -> Roles.covers(rule, deed));
    }
}
