package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The conditions of a status, in the order in which they are listed. A change makes new conditions of old ones.
 *
 * @param stamp what a condition of the kind says beside when it changed: {@code lastUpdateTime} or {@code lastProbeTime};
 *     empty for nothing
 */
public record Conditions(List<ObjectNode> list, String stamp) {

    public static final String LAST_UPDATE = "lastUpdateTime";
    public static final String LAST_PROBE = "lastProbeTime";
    public static final String REPLICA_FAILURE = "ReplicaFailure";
    private static final String CHANGED = "lastTransitionTime";

    public Conditions {
        list = List.copyOf(list);
    }

    /** A condition to be set. */
    public record Condition(String type, String status, String reason, String message) {

        public static Condition of(String type, boolean holds, String reason, String message) {
            return new Condition(type, holds ? "True" : "False", reason, message);
        }
    }

    public static Conditions of(JsonNode status, String stamp) {
        List<ObjectNode> list = new ArrayList<>();
        status.path("conditions").forEach(one -> list.add((ObjectNode) one.deepCopy()));
        return new Conditions(list, stamp);
    }

    public Optional<ObjectNode> find(String type) {
        return list.stream()
                .filter(one -> one.path("type").asText().equals(type))
                .findFirst();
    }

    public boolean holds(String type) {
        return find(type)
                .filter(one -> one.path("status").asText().equals("True"))
                .isPresent();
    }

    public String reason(String type) {
        return find(type).map(one -> one.path("reason").asText()).orElse("");
    }

    public Conditions without(String type) {
        return new Conditions(
                list.stream()
                        .filter(one -> !one.path("type").asText().equals(type))
                        .toList(),
                stamp);
    }

    /** Sets a condition unless it has the same status and reason already; it changed when its status did. */
    public Conditions with(Condition condition, Instant now) {
        Optional<ObjectNode> before = find(condition.type());
        boolean isSame = before.filter(one -> one.path("status").asText().equals(condition.status())
                        && one.path("reason").asText().equals(condition.reason()))
                .isPresent();
        return isSame ? this : renewed(condition, now);
    }

    /** Sets a condition even if it says what it said before. */
    public Conditions renewed(Condition condition, Instant now) {
        Optional<ObjectNode> before = find(condition.type());
        String changed = before.filter(one -> one.path("status").asText().equals(condition.status()))
                .map(one -> one.path(CHANGED).asText())
                .orElse(Times.text(now));
        ObjectNode fresh = Json.object().put("type", condition.type()).put("status", condition.status());
        if (!stamp.isEmpty()) {
            fresh.put(stamp, Times.text(now));
        }
        fresh.put(CHANGED, changed).put("reason", condition.reason()).put("message", condition.message());
        List<ObjectNode> all = new ArrayList<>(without(condition.type()).list());
        all.add(fresh);
        return new Conditions(all, stamp);
    }

    /** Says why a pod could not be made, or that nothing of the kind is known. */
    public Conditions withFailure(Optional<String> refusal, Instant now) {
        return refusal.map(message -> with(new Condition(REPLICA_FAILURE, "True", "FailedCreate", message), now))
                .orElseGet(() -> without(REPLICA_FAILURE));
    }

    public void writeTo(ObjectNode status) {
        if (list.isEmpty()) {
            status.remove("conditions");
        } else {
            ArrayNode conditions = status.putArray("conditions");
            list.forEach(conditions::add);
        }
    }
}
