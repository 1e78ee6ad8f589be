package dev.gantry.controller.ecs.rollout;

import java.util.ArrayList;
import java.util.List;

/**
 * A service's tasks by what is to become of them. Those that are stopping are in none of the lists.
 *
 * @param total every task that has not stopped
 * @param outgoing of older deployments, or on nodes that are being drained
 * @param failing of the newest deployment, unhealthy
 * @param good of the newest deployment, running well or on the way to it
 */
record Census(int total, List<LiveTask> outgoing, List<LiveTask> failing, List<LiveTask> good) {

    static Census of(Situation situation) {
        Census census = new Census(situation.tasks().size(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (LiveTask task : situation.tasks()) {
            if (task.isAlive()) {
                census.listOf(task, situation).add(task);
            }
        }
        return census;
    }

    private List<LiveTask> listOf(LiveTask task, Situation situation) {
        if (!task.deployment().equals(situation.newest()) || task.leaving()) {
            return outgoing;
        }
        return situation.isFailing(task) ? failing : good;
    }

    int alive() {
        return outgoing.size() + failing.size() + good.size();
    }

    /** Outgoing tasks that serve: they go only as the lower limit allows. */
    List<LiveTask> serving(Situation situation) {
        return outgoing.stream().filter(task -> isServing(task, situation)).toList();
    }

    static boolean isServing(LiveTask outgoing, Situation situation) {
        return outgoing.isRunning() && !situation.isFailing(outgoing);
    }

    List<LiveTask> settled(Situation situation) {
        return good.stream().filter(situation::isSettled).toList();
    }
}
