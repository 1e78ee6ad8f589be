package dev.gantry.controller.ecs.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Ends a deployment whose tasks fail time and again, and goes back to the last one that was completed (ECS developer guide).
 * Failures count in a row: a task that proves the deployment good begins the count anew.
 */
record CircuitBreaker(boolean enabled, boolean rollback) {

    private static final int THRESHOLD_MIN = 3;
    private static final int THRESHOLD_MAX = 200;
    private static final String REASON = "ECS deployment circuit breaker: ";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * What the service becomes when the breaker trips.
     *
     * @param failed the deployment that ended
     * @param cause in ECS's words, for example "tasks failed to start"
     * @param target the deployment that the service goes back to; empty when it stalls
     */
    record Trip(EcsService service, String failed, String cause, Optional<EcsDeployment> target) {}

    static CircuitBreaker of(JsonNode deploymentConfiguration) {
        JsonNode breaker = deploymentConfiguration.path("deploymentCircuitBreaker");
        return new CircuitBreaker(
                breaker.path("enable").asBoolean(false),
                breaker.path("rollback").asBoolean(false));
    }

    /** How many failures in a row end a deployment: half of the desired count, rounded up, within 3 and 200. */
    static int threshold(int desired) {
        return Math.clamp(Math.ceilDiv(desired, 2), THRESHOLD_MIN, THRESHOLD_MAX);
    }

    /** Empty as long as the newest deployment may go on. */
    Optional<Trip> trip(EcsService service, Instant now) {
        if (!enabled || service.getStatus() != EcsService.Status.ACTIVE || service.getDeploymentsCount() == 0) {
            return Optional.empty();
        }
        EcsDeployment newest = service.getDeployments(0);
        int failures = newest.getFailedTasks() + newest.getUnhealthyTasks();
        if (newest.getRolloutState() != EcsDeployment.RolloutState.IN_PROGRESS
                || failures < threshold(service.getDesiredCount())) {
            return Optional.empty();
        }
        String cause = newest.getUnhealthyTasks() > 0 ? "tasks failed health checks" : "tasks failed to start";
        EcsService.Builder after = service.toBuilder();
        after.getDeploymentsBuilder(0)
                .setRolloutState(EcsDeployment.RolloutState.FAILED)
                .setRolloutStateReason(REASON + cause + ".")
                .setUpdatedAtMs(now.toEpochMilli());
        Optional<EcsDeployment> target = target(service, newest);
        target.ifPresent(good -> {
            ByteString document = withDefinition(service.getDocumentJson(), good.getTaskDefinitionArn());
            after.setDocumentJson(document).addDeployments(0, back(service, newest, good, document, now));
        });
        return Optional.of(new Trip(after.build(), newest.getId(), cause, target));
    }

    /** A rollback that fails as well stalls, because it would be tried for ever. */
    private Optional<EcsDeployment> target(EcsService service, EcsDeployment newest) {
        return rollback && newest.getRollbackOf().isEmpty()
                ? service.getDeploymentsList().stream()
                        .filter(one -> one.getRolloutState() == EcsDeployment.RolloutState.COMPLETED)
                        .findFirst()
                : Optional.empty();
    }

    private static EcsDeployment back(
            EcsService service, EcsDeployment failed, EcsDeployment good, ByteString document, Instant now) {
        return EcsDeployment.newBuilder()
                .setId(TaskNames.rollback(service.getUid(), failed.getId()))
                .setTaskDefinitionArn(good.getTaskDefinitionArn())
                .setCreatedAtMs(now.toEpochMilli())
                .setUpdatedAtMs(now.toEpochMilli())
                .setRolloutState(EcsDeployment.RolloutState.IN_PROGRESS)
                .setRolloutStateReason(REASON + "rolling back to deploymentId " + good.getId() + ".")
                .setDocumentJson(document)
                .setRollbackOf(failed.getId())
                .build();
    }

    /** What does not belong to a deployment, such as the desired count and the limits, is not taken back. */
    private static ByteString withDefinition(ByteString service, String taskDefinition) {
        try {
            ObjectNode document =
                    service.isEmpty() ? MAPPER.createObjectNode() : (ObjectNode) MAPPER.readTree(service.newInput());
            document.put("taskDefinition", taskDefinition);
            return ByteString.copyFrom(MAPPER.writeValueAsBytes(document));
        } catch (IOException e) {
            throw new IllegalStateException("a stored service document is not JSON", e);
        }
    }
}
