package dev.gantry.controller.ecs.rollout;

/** What the planner wants done to a service's tasks. */
sealed interface Action {

    /** Make so many tasks of the deployment with this id. */
    record Start(String deployment, int count) implements Action {}

    record Stop(LiveTask task, String reason) implements Action {}
}
