package dev.gantry.controller.ecs.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import java.util.Optional;

/**
 * Ends a deployment whose tasks fail time and again, and goes back to the last one that was completed (ECS developer guide).
 * Failures count in a row: a task that proves the deployment good begins the count anew.
 */
public record CircuitBreaker(boolean enabled, boolean rollback) {

    private static final int THRESHOLD_MIN = 3;
    private static final int THRESHOLD_MAX = 200;
    static final String JUDGE = "ECS deployment circuit breaker";

    static CircuitBreaker of(JsonNode deploymentConfiguration) {
        JsonNode breaker = deploymentConfiguration.path("deploymentCircuitBreaker");
        return new CircuitBreaker(
                breaker.path("enable").asBoolean(false),
                breaker.path("rollback").asBoolean(false));
    }

    /** How many tasks of a deployment have failed in a row. */
    public static int failures(EcsDeployment deployment) {
        return deployment.getFailedTasks() + deployment.getUnhealthyTasks();
    }

    /** How many failures in a row end a deployment: half of the desired count, rounded up, within 3 and 200. */
    public static int threshold(int desired) {
        return Math.clamp(Math.ceilDiv(desired, 2), THRESHOLD_MIN, THRESHOLD_MAX);
    }

    /** Empty as long as the newest deployment may go on. */
    Optional<Failure> failure(EcsService service) {
        if (!enabled || service.getStatus() != EcsService.Status.ACTIVE || service.getDeploymentsCount() == 0) {
            return Optional.empty();
        }
        EcsDeployment newest = service.getDeployments(0);
        int failures = failures(newest);
        if (newest.getRolloutState() != EcsDeployment.RolloutState.IN_PROGRESS
                || failures < threshold(service.getDesiredCount())) {
            return Optional.empty();
        }
        String cause = newest.getUnhealthyTasks() > 0 ? "tasks failed health checks" : "tasks failed to start";
        return Optional.of(new Failure(JUDGE, cause, rollback));
    }
}
