package dev.gantry.controller.ecs.rollout;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the protection of tasks holds back while one plan is made: they are passed over by scaling in, by deployments and by
 * the draining of their node, and looked at again when the first protection ends. Tasks whose health checks fail are
 * replaced all the same.
 */
final class Protection {

    private final Situation situation;
    private final Set<LiveTask> held = new LinkedHashSet<>();

    Protection(Situation situation) {
        this.situation = situation;
    }

    /** Those of the tasks that may be stopped. If they are fewer than should stop, the others are what holds it back. */
    List<LiveTask> free(List<LiveTask> tasks, int count) {
        List<LiveTask> free = tasks.stream().filter(task -> !isHeld(task)).toList();
        if (free.size() < count) {
            tasks.stream().filter(this::isHeld).forEach(held::add);
        }
        return free;
    }

    private boolean isHeld(LiveTask task) {
        return situation.protects() && task.isProtected(situation.now()) && !situation.isFailing(task);
    }

    /** Deployments of which something is held back. */
    List<String> deployments() {
        return held.stream().map(LiveTask::deployment).distinct().sorted().toList();
    }

    /** When the first of them is no longer protected. */
    Optional<Instant> ends() {
        return held.stream()
                .map(task -> task.workload().value().getProtectedUntilMs())
                .min(Long::compare)
                .map(Instant::ofEpochMilli);
    }
}
