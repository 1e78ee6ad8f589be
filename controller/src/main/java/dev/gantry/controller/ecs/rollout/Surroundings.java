package dev.gantry.controller.ecs.rollout;

/**
 * What the service planner needs of others.
 *
 * @param tasks makes the tasks
 * @param traffic divides the requests while revisions are exchanged
 * @param alarms end deployments
 */
public record Surroundings(TaskFactory tasks, TrafficRouter traffic, AlarmBoard alarms) {

    /** With nothing in front of the services, and no alarms. */
    public static Surroundings of(TaskFactory tasks) {
        return new Surroundings(tasks, TrafficRouter.none(), AlarmBoard.none());
    }
}
