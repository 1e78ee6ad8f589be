package dev.gantry.controller.kube.select;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which values some fields of an object must have, or must not have. */
public record FieldSelector(List<Rule> rules) {

    public static final FieldSelector EVERYTHING = new FieldSelector(List.of());

    /** @param equal whether the field must have the value, or must not have it */
    record Rule(String field, boolean equal, String value) {}

    private static final Pattern RULE = Pattern.compile("([A-Za-z0-9.]+)(==|=|!=)(.*)");
    private static final String NAME = "metadata.name";
    private static final String NAMESPACE = "metadata.namespace";
    private static final Map<ResourceName, Set<String>> MORE = Map.of(
            ResourceName.PODS,
            Set.of(
                    "spec.nodeName",
                    "spec.restartPolicy",
                    "spec.schedulerName",
                    "spec.serviceAccountName",
                    "spec.hostNetwork",
                    "status.phase",
                    "status.podIP",
                    "status.nominatedNodeName"),
            ResourceName.EVENTS,
            Set.of(
                    "involvedObject.kind",
                    "involvedObject.namespace",
                    "involvedObject.name",
                    "involvedObject.uid",
                    "involvedObject.apiVersion",
                    "involvedObject.resourceVersion",
                    "involvedObject.fieldPath",
                    "reason",
                    "reportingComponent",
                    "source",
                    "type"),
            ResourceName.NODES,
            Set.of("spec.unschedulable"),
            ResourceName.NAMESPACES,
            Set.of("status.phase"),
            ResourceName.core("secrets"),
            Set.of("type"),
            ResourceName.core("replicationcontrollers"),
            Set.of("status.replicas"),
            new ResourceName("apps", "replicasets"),
            Set.of("status.replicas"),
            new ResourceName("batch", "jobs"),
            Set.of("status.successful"));

    public FieldSelector {
        rules = List.copyOf(rules);
    }

    /**
     * @param selectable fields that can be selected by, beside those that are known
     * @param text as in the parameter {@code fieldSelector}
     */
    public static FieldSelector parse(ResourceName resource, List<String> selectable, String text) {
        List<Rule> rules = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                rules.add(rule(resource, selectable, part.trim()));
            }
        }
        return new FieldSelector(rules);
    }

    public boolean matches(ObjectNode object) {
        return rules.stream()
                .allMatch(rule -> rule.equal() == value(object, rule.field()).equals(rule.value()));
    }

    /** The one name that matches, if the selector asks for one. */
    public Optional<String> name() {
        return rules.stream()
                .filter(rule -> rule.field().equals(NAME) && rule.equal())
                .map(Rule::value)
                .findFirst();
    }

    private static Rule rule(ResourceName resource, List<String> selectable, String part) {
        Matcher matcher = RULE.matcher(part);
        if (!matcher.matches()) {
            throw KubeRefusal.badRequest("invalid field selector: " + part + "; can't understand '" + part + "'");
        }
        String field = matcher.group(1);
        if (!field.equals(NAME)
                && !field.equals(NAMESPACE)
                && !selectable.contains(field)
                && !MORE.getOrDefault(resource, Set.of()).contains(field)) {
            throw KubeRefusal.badRequest("Unable to find \"" + resource + "\" that match label selector \"\", field"
                    + " selector \"" + part + "\": field label not supported: " + field);
        }
        return new Rule(field, !matcher.group(2).equals("!="), matcher.group(3));
    }

    private static String value(ObjectNode object, String field) {
        if (field.equals("spec.unschedulable") || field.equals("spec.hostNetwork")) {
            return Boolean.toString(object.at(pointer(field)).asBoolean());
        }
        if (field.equals("source")) {
            return object.at("/source/component").asText();
        }
        JsonNode value = object.at(pointer(field));
        return value.isNull() ? "" : value.asText();
    }

    private static String pointer(String field) {
        return "/" + field.replace('.', '/');
    }
}
