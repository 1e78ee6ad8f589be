package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import java.util.List;
import java.util.Map;

/** Checks a selector of labels, as it stands in objects. */
record SelectorValidation(Findings findings) {

    void check(JsonNode selector, String at) {
        for (Map.Entry<String, JsonNode> label : selector.path("matchLabels").properties()) {
            key(label.getKey(), at + ".matchLabels");
            value(label.getValue().asText(), at + ".matchLabels");
        }
        for (int i = 0; i < selector.path("matchExpressions").size(); i++) {
            expression(selector.path("matchExpressions").get(i), at + ".matchExpressions[" + i + "]");
        }
    }

    private void expression(JsonNode expression, String at) {
        key(expression.path("key").asText(), at + ".key");
        List<String> values = Json.texts(expression.path("values"));
        String operator = expression.path("operator").asText();
        switch (operator) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    findings.required(at + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    findings.forbidden(
                            at + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            default -> findings.invalid(at + ".operator", operator, "not a valid selector operator");
        }
        for (int i = 0; i < values.size(); i++) {
            value(values.get(i), at + ".values[" + i + "]");
        }
    }

    private void key(String key, String at) {
        Names.keyProblem(key).ifPresent(problem -> findings.invalid(at, key, problem));
    }

    private void value(String value, String at) {
        Names.LABEL_VALUE.problem(value).ifPresent(problem -> findings.invalid(at, value, problem));
    }
}
