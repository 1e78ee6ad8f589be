package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Fills in what an autoscaler leaves out. */
final class AutoscalerDefaults {

    private static final int PROCESSOR_PERCENT = 80;
    private static final int PERIOD_SECONDS = 15;
    private static final int PODS = 4;
    private static final int PERCENT = 100;

    private AutoscalerDefaults() {}

    static void apply(Gaps spec) {
        spec.put("minReplicas", 1);
        if (spec.object().path("metrics").isEmpty()) {
            ObjectNode metric = spec.object().putArray("metrics").addObject().put("type", "Resource");
            metric.putObject("resource")
                    .put("name", "cpu")
                    .putObject("target")
                    .put("type", "Utilization")
                    .put("averageUtilization", PROCESSOR_PERCENT);
        }
        spec.at("behavior").forEach(behavior -> {
            rules(behavior.within("scaleUp").put("stabilizationWindowSeconds", 0), true);
            rules(behavior.within("scaleDown"), false);
        });
    }

    private static void rules(Gaps rules, boolean addsPods) {
        rules.put("selectPolicy", "Max");
        if (rules.isAbsent("policies")) {
            ArrayNode policies = rules.object().putArray("policies");
            if (addsPods) {
                policy(policies, "Pods", PODS);
            }
            policy(policies, "Percent", PERCENT);
        }
    }

    private static void policy(ArrayNode policies, String type, int value) {
        policies.addObject().put("type", type).put("value", value).put("periodSeconds", PERIOD_SECONDS);
    }
}
