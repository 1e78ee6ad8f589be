package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import java.time.Instant;
import java.util.List;

/** Draws the status of an autoscaler. */
final class AutoscalerStatus {

    private static final List<String> ORDER = List.of("AbleToScale", "ScalingActive", "ScalingLimited");
    private static final String LAST = "lastScaleTime";

    private AutoscalerStatus() {}

    /** @param replicas that there shall be until now */
    static ObjectNode of(JsonNode before, AutoscalerPlanner.Plan plan, int replicas, Instant now) {
        ObjectNode status = Json.object();
        boolean isScaled = !plan.reason().isEmpty();
        if (isScaled) {
            status.put(LAST, Times.text(now));
        } else if (before.hasNonNull(LAST)) {
            status.set(LAST, before.path(LAST));
        }
        status.put("currentReplicas", replicas);
        status.put(
                "desiredReplicas",
                plan.replicas().orElse(before.path("desiredReplicas").asInt()));
        if (!plan.metrics().isEmpty()) {
            ArrayNode metrics = status.putArray("currentMetrics");
            plan.metrics().forEach(metrics::add);
        }
        conditions(before, plan.conditions(), now).writeTo(status);
        return status;
    }

    /** Nothing is known but these conditions. */
    static ObjectNode of(JsonNode before, List<Condition> conditions, Instant now) {
        ObjectNode status = before instanceof ObjectNode known ? known.deepCopy() : Json.object();
        conditions(before, conditions, now).writeTo(status);
        return status;
    }

    /** In a fixed order, so that what says the same is the same. */
    private static Conditions conditions(JsonNode before, List<Condition> told, Instant now) {
        Conditions renewed = Conditions.of(before, "");
        for (Condition condition : told) {
            renewed = renewed.renewed(condition, now);
        }
        Conditions all = renewed;
        return new Conditions(
                ORDER.stream().flatMap(type -> all.find(type).stream()).toList(), "");
    }
}
