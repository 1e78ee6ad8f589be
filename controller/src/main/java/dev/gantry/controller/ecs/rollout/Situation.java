package dev.gantry.controller.ecs.rollout;

import java.time.Instant;
import java.util.List;

/**
 * All that the planner decides on.
 *
 * @param newest id of the newest deployment
 * @param notBefore no task is started earlier
 * @param mayStart false for a service that is being deleted, and for a deployment that failed
 * @param protects whether the protection of tasks counts: a service that is deleted stops them all
 */
record Situation(
        Limits limits,
        DeploymentRules rules,
        RolloutSettings settings,
        String newest,
        Instant notBefore,
        boolean mayStart,
        boolean protects,
        List<LiveTask> tasks,
        Instant now) {

    boolean isFailing(LiveTask task) {
        return task.isFailing(rules.grace(), now);
    }

    boolean isSettled(LiveTask task) {
        return task.isSettled(settings.settle(), now);
    }
}
