package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** What kubectl shows of autoscalers. */
final class AutoscalerCells {

    private static final String UNKNOWN = "<unknown>";
    private static final int SHOWN = 2;

    private AutoscalerCells() {}

    static String scaleTarget(ObjectNode autoscaler) {
        JsonNode target = autoscaler.at("/spec/scaleTargetRef");
        return target.path("kind").asText() + "/" + target.path("name").asText();
    }

    /** Each metric as what is and what shall be, for example {@code cpu: 12%/80%}. */
    static String targets(ObjectNode autoscaler) {
        List<String> all = new ArrayList<>();
        for (JsonNode metric : autoscaler.at("/spec/metrics")) {
            all.add(target(metric, autoscaler.at("/status/currentMetrics")));
        }
        if (all.isEmpty()) {
            return "<none>";
        }
        return String.join(", ", all.subList(0, Math.min(SHOWN, all.size())))
                + (all.size() > SHOWN ? " + " + (all.size() - SHOWN) + " more..." : "");
    }

    /** In the version that knows of processors only. */
    static String oldTargets(ObjectNode autoscaler) {
        JsonNode current = autoscaler.at("/status/currentCPUUtilizationPercentage");
        JsonNode wanted = autoscaler.at("/spec/targetCPUUtilizationPercentage");
        return "cpu: " + (current.isNumber() ? current.asText() + "%" : UNKNOWN) + "/"
                + (wanted.isNumber() ? wanted.asText() + "%" : UNKNOWN);
    }

    private static String target(JsonNode metric, JsonNode known) {
        String type = metric.path("type").asText();
        String member = type.isEmpty() ? "" : Character.toLowerCase(type.charAt(0)) + type.substring(1);
        JsonNode source = metric.path(member);
        JsonNode current = known.valueStream()
                .filter(one -> one.path("type").asText().equals(type) && isOf(source, one.path(member)))
                .findFirst()
                .map(one -> one.path(member).path("current"))
                .orElse(metric.path("none"));
        JsonNode goal = source.path("target");
        if (goal.path("averageUtilization").isNumber()) {
            String share = current.path("averageUtilization").isNumber()
                    ? current.path("averageUtilization").asText() + "%"
                    : UNKNOWN;
            return source.path("name").asText() + ": " + share + "/"
                    + goal.path("averageUtilization").asText() + "%";
        }
        String amount = goal.hasNonNull("averageValue") ? "averageValue" : "value";
        String is = current.hasNonNull(amount) ? current.path(amount).asText() : UNKNOWN;
        String name = source.path("name").asText();
        String shown = is + "/" + goal.path(amount).asText()
                + (name.isEmpty() && amount.equals("averageValue") && !type.equals("Pods") ? " (avg)" : "");
        return name.isEmpty() ? shown : name + ": " + shown;
    }

    private static boolean isOf(JsonNode source, JsonNode current) {
        return List.of("name", "container", "metric").stream()
                .allMatch(member -> source.path(member).equals(current.path(member)));
    }
}
