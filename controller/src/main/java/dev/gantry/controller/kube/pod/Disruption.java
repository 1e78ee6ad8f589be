package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.Times;
import java.time.Instant;

/** Why a pod has to go through no fault of its own, as its condition {@code DisruptionTarget} says in upstream's words. */
public enum Disruption {
    EVICTION("EvictionByEvictionAPI", "Eviction API: evicting"),
    PREEMPTION("PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod"),
    TAINT("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"),
    LOST_NODE("DeletionByPodGC", "PodGC: node no longer exists");

    private static final String TYPE = "DisruptionTarget";

    private final String reason;
    private final String message;

    Disruption(String reason, String message) {
        this.reason = reason;
        this.message = message;
    }

    /** The pod as it says so; stored by whoever makes it go. */
    PodDocument mark(PodDocument pod, Instant now) {
        JsonNode before = pod.origin().getConditionsJson().isEmpty()
                ? Json.object()
                : Json.read(pod.origin().getConditionsJson());
        return new PodDocument(
                pod.record(),
                pod.origin().toBuilder()
                        .setConditionsJson(Json.bytes(in(before, now)))
                        .build());
    }

    /** The conditions, and this one; it holds since it was first told. */
    public ArrayNode in(JsonNode conditions, Instant now) {
        ArrayNode all = Json.object().putArray("conditions");
        String since = Times.text(now);
        for (JsonNode one : conditions) {
            if (!one.path("type").asText().equals(TYPE)) {
                all.add(one);
            } else if (one.path("status").asText().equals("True")) {
                since = one.path("lastTransitionTime").asText(since);
            }
        }
        all.addObject()
                .put("type", TYPE)
                .put("status", "True")
                .putNull("lastProbeTime")
                .put("lastTransitionTime", since)
                .put("reason", reason)
                .put("message", message);
        return all;
    }
}
