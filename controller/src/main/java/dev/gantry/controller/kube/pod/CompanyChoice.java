package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.document.Meta;
import dev.gantry.proto.Company;
import dev.gantry.proto.LabelRule;
import dev.gantry.proto.LabelSelector;
import dev.gantry.proto.NodePreference;
import dev.gantry.proto.PodCrowd;
import dev.gantry.proto.PodTerm;
import dev.gantry.proto.TopologySpread;
import java.util.List;
import java.util.Set;

/** Reads which other pods a pod must or would like to be near to, or away from, and which nodes it prefers. */
final class CompanyChoice {

    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private static final Set<String> OPERATORS = Set.of("In", "NotIn", "Exists", "DoesNotExist");

    /** Rules of one kind: each costs every decision for the pod. */
    private static final int RULES_MAX = 32;

    private final String cluster;
    private final Meta pod;
    private final Part spec;

    CompanyChoice(String cluster, Meta pod, Part spec) {
        this.cluster = cluster;
        this.pod = pod;
        this.spec = spec;
    }

    Company company() {
        Company.Builder built = Company.newBuilder();
        Part affinity = spec.at("affinity");
        terms(affinity.at("podAffinity"), false, built);
        terms(affinity.at("podAntiAffinity"), true, built);
        bounded(spec.at("topologySpreadConstraints")).forEach(constraint -> built.addSpreads(spread(constraint)));
        for (Part preferred : bounded(affinity.at("nodeAffinity").at(PREFERRED))) {
            String expression = NodeChoice.term(preferred.at("preference"));
            // Upstream's: a term without expressions selects no node.
            if (!expression.isEmpty()) {
                built.addPreferences(NodePreference.newBuilder()
                        .setWeight(preferred.number("weight", 0))
                        .setExpression(expression));
            }
        }
        return built.build();
    }

    private static List<Part> bounded(Part rules) {
        if (rules.json().size() > RULES_MAX) {
            throw rules.unsupported("at most " + RULES_MAX + " are supported by this cluster");
        }
        return rules.items();
    }

    private void terms(Part rules, boolean away, Company.Builder built) {
        rules.only(Set.of(REQUIRED, PREFERRED));
        for (Part term : bounded(rules.at(REQUIRED))) {
            built.addTerms(term(term, away));
        }
        for (Part weighted : bounded(rules.at(PREFERRED))) {
            built.addTerms(term(weighted.at("podAffinityTerm"), away).setWeight(weighted.number("weight", 0)));
        }
    }

    private PodTerm.Builder term(Part term, boolean away) {
        term.only(Set.of(
                "labelSelector",
                "namespaces",
                "topologyKey",
                "namespaceSelector",
                "matchLabelKeys",
                "mismatchLabelKeys"));
        PodCrowd.Builder crowd = PodCrowd.newBuilder().setCluster(cluster);
        List<String> namespaces = term.texts("namespaces");
        Part selected = term.at("namespaceSelector");
        if (selected.isPresent()) {
            crowd.setNamespaceLabels(selector(selected));
        }
        boolean isOwn = namespaces.isEmpty() && !selected.isPresent();
        crowd.addAllNamespaces(isOwn ? List.of(pod.namespace()) : namespaces);
        if (term.at("labelSelector").isPresent()) {
            crowd.setLabels(selector(term.at("labelSelector")).toBuilder()
                    .addAllRules(ownLabels(term, "matchLabelKeys", LabelRule.Operator.IN))
                    .addAllRules(ownLabels(term, "mismatchLabelKeys", LabelRule.Operator.NOT_IN)));
        }
        return PodTerm.newBuilder()
                .setAway(away)
                .setTopology(NodeChoice.attributeName(term.text("topologyKey")))
                .setCrowd(crowd);
    }

    private TopologySpread spread(Part constraint) {
        constraint.only(Set.of(
                "maxSkew",
                "topologyKey",
                "whenUnsatisfiable",
                "labelSelector",
                "minDomains",
                "nodeAffinityPolicy",
                "nodeTaintsPolicy",
                "matchLabelKeys"));
        PodCrowd.Builder crowd = PodCrowd.newBuilder().setCluster(cluster).addNamespaces(pod.namespace());
        if (constraint.at("labelSelector").isPresent()) {
            crowd.setLabels(selector(constraint.at("labelSelector")).toBuilder()
                    .addAllRules(ownLabels(constraint, "matchLabelKeys", LabelRule.Operator.IN)));
        }
        return TopologySpread.newBuilder()
                .setMaxSkew(constraint.number("maxSkew", 1))
                .setTopology(NodeChoice.attributeName(constraint.text("topologyKey")))
                .setRequired(
                        constraint.text("whenUnsatisfiable", "DoNotSchedule").equals("DoNotSchedule"))
                .setMinDomains(constraint.number("minDomains", 1))
                .setCrowd(crowd)
                .setCountsUnselectedNodes(constraint.text("nodeAffinityPolicy").equals("Ignore"))
                .setSkipsTaintedNodes(constraint.text("nodeTaintsPolicy").equals("Honor"))
                .build();
    }

    /** Keys that the pod does not have are left out, as upstream does. */
    private List<LabelRule> ownLabels(Part from, String keys, LabelRule.Operator operator) {
        return from.texts(keys).stream()
                .filter(pod.labels()::containsKey)
                .map(key -> LabelRule.newBuilder()
                        .setKey(key)
                        .setOperator(operator)
                        .addValues(pod.labels().get(key))
                        .build())
                .toList();
    }

    private static LabelSelector selector(Part selector) {
        selector.at("matchExpressions").items().forEach(expression -> expression.oneOf("operator", OPERATORS));
        return dev.gantry.controller.kube.select.LabelSelector.of(selector.json())
                .compiled();
    }
}
