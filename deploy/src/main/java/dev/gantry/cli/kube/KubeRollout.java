package dev.gantry.cli.kube;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * How far a workload of the Kubernetes API is, as one line of a progress.
 *
 * @param reason why it will not get there; empty while it may
 */
public record KubeRollout(String label, int desired, int updated, int ready, boolean isSteady, String reason) {

    private static final Set<String> KINDS = Set.of("Deployment", "StatefulSet", "DaemonSet", "Pod");

    /** Whether objects of the kind become steady at some time. */
    public static boolean isOf(String kind) {
        return KINDS.contains(kind);
    }

    /** Reads it from the object as the server answers it, by the rules of {@code kubectl rollout status}. */
    public static KubeRollout of(String label, JsonNode object) {
        JsonNode status = object.path("status");
        JsonNode spec = object.path("spec");
        boolean isSeen = status.path("observedGeneration").asLong()
                >= object.path("metadata").path("generation").asLong();
        return switch (object.path("kind").asText()) {
            case "Deployment" -> {
                int desired = spec.path("replicas").asInt(1);
                int updated = status.path("updatedReplicas").asInt();
                int available = status.path("availableReplicas").asInt();
                boolean isAlone = status.path("replicas").asInt() == updated;
                yield new KubeRollout(
                        label,
                        desired,
                        updated,
                        available,
                        isSeen && isAlone && updated == desired && available == updated,
                        isSeen ? failed(status, "Progressing", "ProgressDeadlineExceeded") : "");
            }
            case "StatefulSet" -> {
                int desired = spec.path("replicas").asInt(1);
                int updated = status.path("updatedReplicas").asInt();
                int ready = status.path("readyReplicas").asInt();
                int kept = spec.path("updateStrategy")
                        .path("rollingUpdate")
                        .path("partition")
                        .asInt();
                boolean byHand =
                        spec.path("updateStrategy").path("type").asText().equals("OnDelete");
                boolean isUpdated = byHand || updated >= Math.max(0, desired - kept);
                yield new KubeRollout(label, desired, updated, ready, isSeen && ready == desired && isUpdated, "");
            }
            case "DaemonSet" -> {
                int desired = status.path("desiredNumberScheduled").asInt();
                int updated = status.path("updatedNumberScheduled").asInt();
                int available = status.path("numberAvailable").asInt();
                boolean byHand =
                        spec.path("updateStrategy").path("type").asText().equals("OnDelete");
                yield new KubeRollout(
                        label,
                        desired,
                        updated,
                        available,
                        isSeen && available >= desired && (byHand || updated >= desired),
                        "");
            }
            default -> {
                String phase = status.path("phase").asText();
                boolean isReady =
                        condition(status, "Ready").path("status").asText().equals("True");
                boolean isDone = phase.equals("Succeeded");
                yield new KubeRollout(
                        label,
                        1,
                        1,
                        isReady ? 1 : 0,
                        isReady || isDone,
                        phase.equals("Failed")
                                ? "it has failed: " + status.path("message").asText("")
                                : "");
            }
        };
    }

    @Override
    public String toString() {
        return label + " desired " + desired + " updated " + updated + " ready " + ready
                + (isSteady ? " steady" : reason.isEmpty() ? "" : " failed: " + reason);
    }

    private static String failed(JsonNode status, String type, String reason) {
        JsonNode condition = condition(status, type);
        return condition.path("reason").asText().equals(reason)
                ? condition.path("message").asText()
                : "";
    }

    private static JsonNode condition(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
}
