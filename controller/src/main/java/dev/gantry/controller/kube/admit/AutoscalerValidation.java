package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.quantity.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks horizontal pod autoscalers. */
record AutoscalerValidation(Findings findings, JsonNode spec) {

    private static final String TARGET = "spec.scaleTargetRef";
    private static final int WINDOW_SECONDS_MAX = 3600;
    private static final int PERIOD_SECONDS_MAX = 1800;
    /** Each may have something to tell in one pass. */
    private static final int METRICS_MAX = 32;

    private static final int POLICIES_MAX = 16;

    /** Which member tells of a metric of a type. */
    private static final Map<String, String> SOURCES = Map.of(
            "ContainerResource", "containerResource",
            "External", "external",
            "Object", "object",
            "Pods", "pods",
            "Resource", "resource");

    /** In the old version, which knows the use of processors only. */
    void checkOld() {
        replicas();
        JsonNode percent = spec.path("targetCPUUtilizationPercentage");
        if (percent.isNumber() && percent.asInt() < 1) {
            findings.invalid("spec.targetCPUUtilizationPercentage", percent, "must be greater than 0");
        }
    }

    void check() {
        replicas();
        JsonNode metrics = spec.path("metrics");
        if (metrics.size() > METRICS_MAX) {
            findings.tooMany("spec.metrics", METRICS_MAX);
            return;
        }
        for (int i = 0; i < metrics.size(); i++) {
            metric(metrics.get(i), "spec.metrics[" + i + "]");
        }
        for (String direction : List.of("scaleUp", "scaleDown")) {
            JsonNode rules = spec.path("behavior").path(direction);
            if (rules.isObject()) {
                rules(rules, "spec.behavior." + direction);
            }
        }
    }

    private void replicas() {
        JsonNode least = spec.path("minReplicas");
        JsonNode most = spec.path("maxReplicas");
        if (least.isNumber() && least.asInt() < 1) {
            findings.invalid("spec.minReplicas", least, "must be greater than or equal to 1");
        }
        if (most.asInt() < 1) {
            findings.invalid("spec.maxReplicas", Integer.toString(most.asInt()), "must be greater than 0");
        } else if (most.asInt() < least.asInt(1)) {
            findings.invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`");
        }
        for (String member : List.of("kind", "name")) {
            if (spec.path("scaleTargetRef").path(member).asText().isEmpty()) {
                findings.required(TARGET + "." + member, "");
            }
        }
    }

    private void metric(JsonNode metric, String path) {
        String type = metric.path("type").asText();
        if (type.isEmpty()) {
            findings.required(path + ".type", "must specify a metric source type");
            return;
        }
        findings.oneOf(
                path + ".type",
                metric.path("type"),
                SOURCES.keySet().stream().sorted().toList());
        String member = SOURCES.getOrDefault(type, "");
        if (member.isEmpty()) {
            return;
        }
        SOURCES.values().stream()
                .filter(other -> !other.equals(member) && metric.hasNonNull(other))
                .sorted()
                .forEach(other -> findings.forbidden(
                        path + "." + other, "must populate the given metric source only for its own type"));
        if (!metric.hasNonNull(member)) {
            findings.required(path + "." + member, "must populate information for the given metric source");
            return;
        }
        source(metric.path(member), type, path + "." + member);
    }

    private void source(JsonNode source, String type, String path) {
        boolean isMeasured = type.endsWith("Resource");
        if (isMeasured) {
            required(source, path, "name");
        } else if (source.at("/metric/name").asText().isEmpty()) {
            findings.required(path + ".metric.name", "must specify a metric name");
        }
        if (type.equals("ContainerResource")) {
            required(source, path, "container");
        }
        if (type.equals("Object")) {
            required(source.path("describedObject"), path + ".describedObject", "kind");
            required(source.path("describedObject"), path + ".describedObject", "name");
        }
        target(source.path("target"), isMeasured, path + ".target");
    }

    private void required(JsonNode object, String path, String member) {
        if (object.path(member).asText().isEmpty()) {
            findings.required(path + "." + member, "");
        }
    }

    private void target(JsonNode target, boolean isMeasured, String path) {
        required(target, path, "type");
        findings.oneOf(path + ".type", target.path("type"), List.of("AverageValue", "Utilization", "Value"));
        for (String member : List.of("value", "averageValue")) {
            JsonNode value = target.path(member);
            if (target.hasNonNull(member)) {
                Optional<Quantity> quantity = Quantity.find(value.asText());
                if (quantity.isEmpty()) {
                    findings.invalid(path + "." + member, value, Quantities.RULE);
                } else if (quantity.get().isZero() || quantity.get().isNegative()) {
                    findings.invalid(path + "." + member, value, "must be positive");
                }
            }
        }
        JsonNode percent = target.path("averageUtilization");
        if (percent.isNumber() && percent.asInt() < 1) {
            findings.invalid(path + ".averageUtilization", percent, "must be greater than 0");
        }
        if (!isMeasured) {
            return;
        }
        boolean hasShare = target.hasNonNull("averageUtilization");
        boolean hasAmount = target.hasNonNull("averageValue");
        if (hasShare && hasAmount) {
            findings.forbidden(path + ".averageValue", "may not set both a target raw value and a target utilization");
        } else if (!hasShare && !hasAmount) {
            findings.required(
                    path + ".averageUtilization", "must set either a target raw value or a target utilization");
        } else if (!target.path("type").asText().equals(hasShare ? "Utilization" : "AverageValue")) {
            findings.invalid(
                    path + ".type",
                    target.path("type"),
                    "must be Utilization or AverageValue, as the target that is set");
        }
    }

    private void rules(JsonNode rules, String path) {
        JsonNode window = rules.path("stabilizationWindowSeconds");
        if (window.isNumber() && window.asInt() < 0) {
            findings.invalid(path + ".stabilizationWindowSeconds", window, "must be greater than or equal to zero");
        } else if (window.asInt() > WINDOW_SECONDS_MAX) {
            findings.invalid(
                    path + ".stabilizationWindowSeconds",
                    window,
                    "must be less than or equal to " + WINDOW_SECONDS_MAX);
        }
        findings.oneOf(path + ".selectPolicy", rules.path("selectPolicy"), List.of("Disabled", "Max", "Min"));
        JsonNode policies = rules.path("policies");
        if (policies.isEmpty()) {
            findings.required(path + ".policies", "must specify at least one Policy");
        } else if (policies.size() > POLICIES_MAX) {
            findings.tooMany(path + ".policies", POLICIES_MAX);
        } else {
            for (int i = 0; i < policies.size(); i++) {
                policy(policies.get(i), path + ".policies[" + i + "]");
            }
        }
    }

    private void policy(JsonNode policy, String path) {
        findings.oneOf(path + ".type", policy.path("type"), List.of("Percent", "Pods"));
        required(policy, path, "type");
        if (policy.path("value").asInt() < 1) {
            findings.invalid(path + ".value", policy.path("value"), "must be greater than zero");
        }
        int period = policy.path("periodSeconds").asInt();
        if (period < 1) {
            findings.invalid(path + ".periodSeconds", policy.path("periodSeconds"), "must be greater than zero");
        } else if (period > PERIOD_SECONDS_MAX) {
            findings.invalid(
                    path + ".periodSeconds",
                    policy.path("periodSeconds"),
                    "must be less than or equal to " + PERIOD_SECONDS_MAX);
        }
    }
}
