package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.apps.DeploymentPlanner.Situation;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import dev.gantry.controller.kube.owner.Counts;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** What a deployment says of itself, with upstream's reasons and texts. */
record DeploymentStatus(KubeDocument deployment, Situation situation, Instant now) {

    static final String PROGRESSING = "Progressing";
    private static final String AVAILABLE = "Available";
    private static final String NEW_AVAILABLE = "NewReplicaSetAvailable";
    private static final String TIMED_OUT = "ProgressDeadlineExceeded";
    private static final String PAUSED = "DeploymentPaused";

    /**
     * @param before the conditions, with what this pass has already said
     * @param collisions how often the name of a new set was taken
     * @param refusal why a set cannot make its pods
     * @param follows whether this is about a roll-out and not only about another size
     */
    ObjectNode draw(Conditions before, int collisions, Optional<JsonNode> refusal, boolean follows) {
        ObjectNode status = numbers();
        if (collisions > 0) {
            status.put("collisionCount", collisions);
        }
        Conditions conditions = before.with(availability(), now);
        if (follows) {
            conditions = progress(conditions);
            conditions = refusal.isPresent()
                    ? conditions.with(
                            new Condition(
                                    Conditions.REPLICA_FAILURE,
                                    "True",
                                    refusal.get().path("reason").asText(),
                                    refusal.get().path("message").asText()),
                            now)
                    : conditions.without(Conditions.REPLICA_FAILURE);
        }
        conditions.writeTo(status);
        return status;
    }

    private ObjectNode numbers() {
        ObjectNode status = Json.object();
        status.put("observedGeneration", deployment.meta().generation());
        Counts.put(status, "replicas", situation.sum(Generation::actual));
        Counts.put(status, "updatedReplicas", updated());
        Counts.put(status, "readyReplicas", situation.sum(Generation::ready));
        Counts.put(status, "availableReplicas", available());
        Counts.put(status, "unavailableReplicas", situation.sum(Generation::replicas) - available());
        return status;
    }

    private int updated() {
        return situation.newest().map(Generation::actual).orElse(0);
    }

    private int available() {
        return situation.sum(Generation::available);
    }

    private Condition availability() {
        return available() >= situation.rules().leastAvailable()
                ? Condition.of(AVAILABLE, true, "MinimumReplicasAvailable", "Deployment has minimum availability.")
                : Condition.of(
                        AVAILABLE,
                        false,
                        "MinimumReplicasUnavailable",
                        "Deployment does not have minimum availability.");
    }

    private Conditions progress(Conditions conditions) {
        if (situation.rules().deadline().isEmpty()) {
            return conditions.without(PROGRESSING);
        }
        boolean wasComplete = situation.sum(Generation::actual) == updated()
                && conditions.reason(PROGRESSING).equals(NEW_AVAILABLE);
        if (wasComplete) {
            return conditions;
        }
        if (isComplete()) {
            return conditions.with(
                    Condition.of(PROGRESSING, true, NEW_AVAILABLE, named("has successfully progressed.")), now);
        }
        if (hasProgressed()) {
            return conditions.renewed(
                    Condition.of(PROGRESSING, true, "ReplicaSetUpdated", named("is progressing.")), now);
        }
        return isTimedOut(conditions)
                ? conditions.with(Condition.of(PROGRESSING, false, TIMED_OUT, named("has timed out progressing.")), now)
                : conditions;
    }

    private String named(String text) {
        return situation
                .newest()
                .map(set -> "ReplicaSet \"" + set.name() + "\" " + text)
                .orElse("Deployment \"" + deployment.meta().name() + "\" " + text);
    }

    boolean isComplete() {
        int replicas = situation.rules().replicas();
        return updated() == replicas && situation.sum(Generation::actual) == replicas && available() == replicas;
    }

    private boolean hasProgressed() {
        JsonNode before = deployment.status();
        int updatedBefore = before.path("updatedReplicas").asInt();
        int oldBefore = before.path("replicas").asInt() - updatedBefore;
        return updated() > updatedBefore
                || situation.sum(Generation::actual) - updated() < oldBefore
                || situation.sum(Generation::ready)
                        > before.path("readyReplicas").asInt()
                || available() > before.path("availableReplicas").asInt();
    }

    private boolean isTimedOut(Conditions conditions) {
        return conditions.reason(PROGRESSING).equals(TIMED_OUT)
                || deadline(conditions).filter(at -> at.isBefore(now)).isPresent();
    }

    /** Until when there must be progress; empty when nothing is waited for. */
    Optional<Instant> deadline(Conditions conditions) {
        Optional<Duration> patience = situation.rules().deadline();
        String reason = conditions.reason(PROGRESSING);
        boolean waits = patience.isPresent()
                && !situation.rules().paused()
                && !reason.isEmpty()
                && !reason.equals(NEW_AVAILABLE)
                && !reason.equals(TIMED_OUT);
        return waits
                ? conditions
                        .find(PROGRESSING)
                        .flatMap(one -> instant(one.path(Conditions.LAST_UPDATE).asText()))
                        .map(since -> since.plus(patience.get()))
                : Optional.empty();
    }

    /** The deadline does not run while a deployment is paused, and begins anew when it goes on. */
    Conditions pausing(Conditions conditions) {
        String reason = conditions.reason(PROGRESSING);
        boolean isTold = reason.equals(PAUSED);
        boolean isPaused = situation.rules().paused();
        if (situation.rules().deadline().isEmpty() || reason.equals(TIMED_OUT) || isTold == isPaused) {
            return conditions;
        }
        return conditions.with(
                isPaused
                        ? new Condition(PROGRESSING, "Unknown", PAUSED, "Deployment is paused")
                        : new Condition(PROGRESSING, "Unknown", "DeploymentResumed", "Deployment is resumed"),
                now);
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException _) {
            // A client wrote it; without a time nothing is waited for.
            return Optional.empty();
        }
    }
}
