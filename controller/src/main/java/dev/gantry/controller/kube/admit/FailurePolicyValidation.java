package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the rules by which a job judges failures of its pods. */
record FailurePolicyValidation(Findings findings, JsonNode job, String path) {

    private static final int RULES_MAX = 20;
    private static final int CONDITIONS_MAX = 20;
    private static final int VALUES_MAX = 255;
    private static final List<String> ACTIONS = List.of("Count", "FailIndex", "FailJob", "Ignore");
    private static final List<String> OPERATORS = List.of("In", "NotIn");

    void check() {
        JsonNode rules = job.path("podFailurePolicy").path("rules");
        if (rules.size() > RULES_MAX) {
            findings.tooMany(path + ".rules", RULES_MAX);
            return;
        }
        for (int i = 0; i < rules.size(); i++) {
            rule(rules.get(i), path + ".rules[" + i + "]");
        }
    }

    private void rule(JsonNode rule, String at) {
        chosen(at + ".action", rule.path("action"), ACTIONS);
        if (rule.path("action").asText().equals("FailIndex") && !job.hasNonNull("backoffLimitPerIndex")) {
            findings.invalid(at + ".action", rule.path("action"), "requires the backoffLimitPerIndex to be set");
        }
        JsonNode codes = rule.path("onExitCodes");
        JsonNode conditions = rule.path("onPodConditions");
        if (codes.isObject()) {
            exitCodes(codes, at + ".onExitCodes");
        }
        if (conditions.size() > CONDITIONS_MAX) {
            findings.tooMany(at + ".onPodConditions", CONDITIONS_MAX);
            return;
        }
        for (int i = 0; i < conditions.size(); i++) {
            condition(conditions.get(i), at + ".onPodConditions[" + i + "]");
        }
        if (codes.isObject() && !conditions.isEmpty()) {
            findings.wrong(at, "specifying both OnExitCodes and OnPodConditions is not supported");
        } else if (!codes.isObject() && conditions.isEmpty()) {
            findings.wrong(at, "specifying one of OnExitCodes and OnPodConditions is required");
        }
    }

    private void condition(JsonNode condition, String at) {
        String type = condition.path("type").asText();
        Names.keyProblem(type).ifPresent(problem -> findings.invalid(at + ".type", type, problem));
        chosen(at + ".status", condition.path("status"), PodConditions.STATUSES);
    }

    private void exitCodes(JsonNode codes, String at) {
        chosen(at + ".operator", codes.path("operator"), OPERATORS);
        JsonNode container = codes.path("containerName");
        if (codes.hasNonNull("containerName") && !containers().contains(container.asText())) {
            findings.invalid(
                    at + ".containerName",
                    container,
                    "must be one of the container or initContainer names in the pod template");
        }
        JsonNode values = codes.path("values");
        if (values.isEmpty()) {
            findings.wrong(at + ".values", "[]: at least one value is required");
        } else if (values.size() > VALUES_MAX) {
            findings.tooMany(at + ".values", VALUES_MAX);
        } else {
            values(values, at + ".values", codes.path("operator").asText().equals("In"));
        }
    }

    private void values(JsonNode values, String at, boolean isIn) {
        Set<Integer> seen = new HashSet<>();
        boolean isOrdered = true;
        for (int i = 0; i < values.size(); i++) {
            JsonNode value = values.get(i);
            if (isIn && value.asInt() == 0) {
                findings.invalid(at + "[" + i + "]", value, "must not be 0 for the In operator");
            }
            if (!seen.add(value.asInt())) {
                findings.duplicate(at + "[" + i + "]", value);
            }
            isOrdered &= i == 0 || values.get(i - 1).asInt() <= value.asInt();
        }
        if (!isOrdered) {
            findings.invalid(at, values, "must be ordered");
        }
    }

    private void chosen(String at, JsonNode value, List<String> supported) {
        if (value.asText().isEmpty()) {
            findings.required(at, "valid values: [\"" + String.join("\" \"", supported) + "\"]");
        } else {
            findings.oneOf(at, value, supported);
        }
    }

    private Set<String> containers() {
        Set<String> names = new HashSet<>();
        for (String list : List.of("containers", "initContainers")) {
            job.at("/template/spec")
                    .path(list)
                    .forEach(one -> names.add(one.path("name").asText()));
        }
        return names;
    }
}
