package dev.gantry.controller.ecs.rollout;

import java.time.Duration;

/**
 * What the service planner takes for granted.
 *
 * @param settle how long a task without health checks must have been running to count as healthy
 * @param shortRun a task that stops by itself sooner than this after it began to run counts as a
 *     setback
 * @param pause after the second setback in a row; doubles with every further one. The first costs
 *     no time
 * @param pauseMax for tasks that never ran
 * @param shortRunPauseMax for tasks that ran, but not for long
 * @param quiet how long the same warning is not repeated
 * @param placementQuiet how long after one reason why tasks cannot be placed the next one is told
 */
public record RolloutSettings(
        Duration settle,
        Duration shortRun,
        Duration pause,
        Duration pauseMax,
        Duration shortRunPauseMax,
        Duration quiet,
        Duration placementQuiet) {

    /** ECS's own figures where it names them (ECS developer guide). */
    public static RolloutSettings defaults() {
        return new RolloutSettings(
                Duration.ofSeconds(40),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ofMinutes(15),
                Duration.ofMinutes(1),
                Duration.ofHours(6),
                Duration.ofMinutes(1));
    }

    public RolloutSettings withSettle(Duration settle) {
        return new RolloutSettings(settle, shortRun, pause, pauseMax, shortRunPauseMax, quiet, placementQuiet);
    }
}
