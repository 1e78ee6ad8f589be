package dev.gantry.controller.kube.pod;

import dev.gantry.proto.PlacementConstraint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads which nodes a pod may run on, as expressions over the attributes of nodes. */
final class NodeChoice {

    private static final String ZONE = "ecs.availability-zone";

    /** Labels that every node has, and the attributes that say the same. */
    private static final Map<String, String> ATTRIBUTES = Map.of(
            "kubernetes.io/hostname", "kubernetes.io/hostname",
            "kubernetes.io/os", "ecs.os-type",
            "kubernetes.io/arch", "ecs.cpu-architecture",
            "topology.kubernetes.io/zone", ZONE);

    private final Part spec;

    NodeChoice(Part spec) {
        this.spec = spec;
    }

    List<PlacementConstraint> constraints() {
        List<String> expressions = new ArrayList<>();
        if (!spec.text("nodeName").isEmpty()) {
            expressions.add(equal(spec.at("nodeName"), "kubernetes.io/hostname", spec.text("nodeName")));
        }
        spec.map("nodeSelector").forEach((key, value) -> expressions.add(equal(spec.at("nodeSelector"), key, value)));
        Part affinity = spec.at("affinity");
        affinity.only(Set.of("nodeAffinity", "podAffinity", "podAntiAffinity"));
        Part required = affinity.at("nodeAffinity").at("requiredDuringSchedulingIgnoredDuringExecution");
        List<Part> terms = required.at("nodeSelectorTerms").items();
        if (!terms.isEmpty()) {
            expressions.add(terms.stream().map(NodeChoice::term).collect(Collectors.joining(") or (", "(", ")")));
        }
        return expressions.stream()
                .map(expression -> PlacementConstraint.newBuilder()
                        .setType(PlacementConstraint.Type.MEMBER_OF)
                        .setExpression(expression)
                        .build())
                .toList();
    }

    /** Of a term of node selection; empty for one that says nothing. */
    static String term(Part term) {
        term.only(Set.of("matchExpressions", "matchFields"));
        Stream<String> labels =
                term.at("matchExpressions").items().stream().map(one -> expression(one, one.text("key")));
        return Stream.concat(labels, term.at("matchFields").items().stream().map(NodeChoice::field))
                .collect(Collectors.joining(" and "));
    }

    /** A node's name is the only field that there is to choose by. */
    private static String field(Part part) {
        if (!part.text("key").equals("metadata.name")) {
            throw part.at("key").unsupported("only metadata.name is supported");
        }
        return expression(part, "kubernetes.io/hostname");
    }

    private static String expression(Part part, String key) {
        List<String> values = part.texts("values").stream()
                .map(value -> value(part.at("values"), key, value))
                .toList();
        String list = "[" + String.join(", ", values) + "]";
        return switch (part.text("operator")) {
            case "In" -> attribute(part, key) + " in " + list;
            case "NotIn" -> attribute(part, key) + " not_in " + list;
            case "Exists" -> attribute(part, key) + " exists";
            case "DoesNotExist" -> attribute(part, key) + " !exists";
            default -> throw part.at("operator").unsupported("only In, NotIn, Exists and DoesNotExist are supported");
        };
    }

    private static String equal(Part part, String key, String value) {
        return attribute(part, key) + " == " + value(part, key, value);
    }

    /** The attribute that says the same as a label. */
    static String attributeName(String label) {
        return ATTRIBUTES.getOrDefault(label, label);
    }

    private static String attribute(Part part, String key) {
        String name = attributeName(key);
        if (!name.matches("[A-Za-z0-9_./-]{1,128}")) {
            throw part.unsupported("the label \"" + key + "\" cannot be selected by");
        }
        return "attribute:" + name;
    }

    private static String value(Part part, String key, String value) {
        if (!value.matches("[A-Za-z0-9_.-]{1,128}")) {
            throw part.unsupported("the value \"" + value + "\" cannot be selected by");
        }
        return key.equals("kubernetes.io/arch") && value.equals("amd64") ? "x86_64" : value;
    }
}
