package dev.gantry.controller.ecs.rollout;

/** What the planner wants done to a service's tasks. */
sealed interface Action {

    /** Make so many tasks of the deployment with this id. */
    record Start(String deployment, int count) implements Action {}

    /** Make one task of the newest deployment that goes to this node and to no other. */
    record StartOn(String node) implements Action {}

    /** Make one task of the newest deployment that goes to this zone and to no other. */
    record StartIn(String zone) implements Action {}

    record Stop(LiveTask task, String reason) implements Action {}
}
