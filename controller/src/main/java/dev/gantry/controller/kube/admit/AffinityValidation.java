package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks what a pod's spec says of nodes and of other pods that it would be near to, away from, or spread among. */
record AffinityValidation(Findings findings, JsonNode spec, String path) {

    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final int WEIGHT_MAX = 100;
    private static final List<String> POLICIES = List.of("Honor", "Ignore");

    void check() {
        JsonNode affinity = spec.path("affinity");
        String at = path + ".affinity";
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            pods(affinity.path(kind), at + "." + kind);
        }
        nodes(affinity.path("nodeAffinity"), at + ".nodeAffinity");
        spreads(spec.path("topologySpreadConstraints"), path + ".topologySpreadConstraints");
    }

    private void nodes(JsonNode rules, String at) {
        JsonNode required = rules.path(REQUIRED);
        if (required.isObject() && required.path("nodeSelectorTerms").isEmpty()) {
            findings.required(at + "." + REQUIRED + ".nodeSelectorTerms", "must have at least one node selector term");
        }
        JsonNode preferred = rules.path(PREFERRED);
        for (int i = 0; i < preferred.size(); i++) {
            weight(preferred.get(i), at + "." + PREFERRED + "[" + i + "]");
        }
    }

    private void pods(JsonNode rules, String at) {
        JsonNode required = rules.path(REQUIRED);
        for (int i = 0; i < required.size(); i++) {
            term(required.get(i), at + "." + REQUIRED + "[" + i + "]");
        }
        JsonNode preferred = rules.path(PREFERRED);
        for (int i = 0; i < preferred.size(); i++) {
            String item = at + "." + PREFERRED + "[" + i + "]";
            weight(preferred.get(i), item);
            term(preferred.get(i).path("podAffinityTerm"), item + ".podAffinityTerm");
        }
    }

    private void weight(JsonNode weighted, String at) {
        int weight = weighted.path("weight").asInt();
        if (weight < 1 || weight > WEIGHT_MAX) {
            findings.invalid(at + ".weight", number(weighted.path("weight")), "must be in the range 1-100");
        }
    }

    private void term(JsonNode term, String at) {
        topology(term, at);
        selector(term.path("labelSelector"), at + ".labelSelector");
        selector(term.path("namespaceSelector"), at + ".namespaceSelector");
        for (int i = 0; i < term.path("namespaces").size(); i++) {
            String name = term.path("namespaces").get(i).asText();
            String item = at + ".namespaces[" + i + "]";
            Names.LABEL.problem(name).ifPresent(problem -> findings.invalid(item, name, problem));
        }
        for (String keys : List.of("matchLabelKeys", "mismatchLabelKeys")) {
            keys(term, keys, at);
        }
    }

    private void topology(JsonNode rule, String at) {
        String key = rule.path("topologyKey").asText();
        if (key.isEmpty()) {
            findings.required(at + ".topologyKey", "can not be empty");
        } else {
            Names.keyProblem(key).ifPresent(problem -> findings.invalid(at + ".topologyKey", key, problem));
        }
    }

    private void keys(JsonNode rule, String name, String at) {
        if (!rule.path(name).isEmpty() && !rule.path("labelSelector").isObject()) {
            findings.forbidden(at + "." + name, "must not be specified when labelSelector is not set");
        }
        for (int i = 0; i < rule.path(name).size(); i++) {
            String key = rule.path(name).get(i).asText();
            String item = at + "." + name + "[" + i + "]";
            Names.keyProblem(key).ifPresent(problem -> findings.invalid(item, key, problem));
        }
    }

    private void selector(JsonNode selector, String at) {
        new SelectorValidation(findings).check(selector, at);
    }

    private void spreads(JsonNode constraints, String at) {
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i < constraints.size(); i++) {
            JsonNode constraint = constraints.get(i);
            spread(constraint, at + "[" + i + "]");
            String key = constraint.path("topologyKey").asText();
            String when = constraint.path("whenUnsatisfiable").asText();
            if (!seen.add(List.of(key, when))) {
                findings.duplicate(at + "[" + i + "].{topologyKey, whenUnsatisfiable}", "{" + key + ", " + when + "}");
            }
        }
    }

    private void spread(JsonNode constraint, String at) {
        positive(constraint.path("maxSkew"), at + ".maxSkew");
        topology(constraint, at);
        JsonNode when = constraint.path("whenUnsatisfiable");
        if (when.asText().isEmpty()) {
            findings.required(at + ".whenUnsatisfiable", "");
        }
        findings.oneOf(at + ".whenUnsatisfiable", when, List.of("DoNotSchedule", "ScheduleAnyway"));
        if (constraint.hasNonNull("minDomains")) {
            positive(constraint.path("minDomains"), at + ".minDomains");
            if (when.asText().equals("ScheduleAnyway")) {
                findings.invalid(
                        at + ".minDomains",
                        constraint.path("minDomains"),
                        "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway");
            }
        }
        findings.oneOf(at + ".nodeAffinityPolicy", constraint.path("nodeAffinityPolicy"), POLICIES);
        findings.oneOf(at + ".nodeTaintsPolicy", constraint.path("nodeTaintsPolicy"), POLICIES);
        selector(constraint.path("labelSelector"), at + ".labelSelector");
        keys(constraint, "matchLabelKeys", at);
    }

    private void positive(JsonNode number, String at) {
        if (number.asInt() <= 0) {
            findings.invalid(at, number(number), "must be greater than zero");
        }
    }

    private static JsonNode number(JsonNode found) {
        return found.isNumber() ? found : IntNode.valueOf(0);
    }
}
