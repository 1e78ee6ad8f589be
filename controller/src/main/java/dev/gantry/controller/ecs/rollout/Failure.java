package dev.gantry.controller.ecs.rollout;

/**
 * Why a deployment ends before it has reached what it went to.
 *
 * @param judge who says so, for example "ECS deployment circuit breaker"
 * @param cause in ECS's words where it has some, for example "tasks failed to start"
 * @param rollback whether the service goes back to its last completed revision, if there is one
 */
record Failure(String judge, String cause, boolean rollback) {

    String reason() {
        return judge + ": " + cause + ".";
    }

    String goingBackTo(String deployment) {
        return judge + ": rolling back to deploymentId " + deployment + ".";
    }
}
