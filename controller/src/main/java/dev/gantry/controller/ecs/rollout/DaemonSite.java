package dev.gantry.controller.ecs.rollout;

/**
 * A node in the eyes of a DAEMON service.
 *
 * @param runs whether it shall have a task
 * @param keeps whether a task that it has stays
 */
record DaemonSite(String node, boolean runs, boolean keeps) {}
