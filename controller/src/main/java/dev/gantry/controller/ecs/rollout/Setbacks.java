package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.Health;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Decides how long a deployment waits before it starts tasks again (ECS developer guide). Tasks that
 * fail at about the same time are one setback, so that the pause grows with attempts and not with
 * the size of the service. The first setback costs no time; a task that runs well ends the row.
 */
final class Setbacks {

    /** The row that is worth a warning. */
    private static final int INCONSISTENT = 3;

    private static final int DOUBLINGS_MAX = 30;

    private Setbacks() {}

    /**
     * The deployment with what became of its tasks since the last look.
     *
     * @param fallen its tasks that stopped by themselves, each given once
     * @param live its tasks that have not stopped; only asked for when something had failed before
     */
    static EcsDeployment counted(
            EcsDeployment before,
            List<Workload> fallen,
            Supplier<List<Workload>> live,
            RolloutSettings settings,
            Instant now) {
        EcsDeployment.Builder deployment = before.toBuilder();
        if (before.getUnhealthyTasks() > 0 && live.get().stream().anyMatch(task -> isProof(task, before))) {
            deployment.setUnhealthyTasks(0);
        }
        if (before.getSetbacks() > 0) {
            forgive(deployment, fallen, live.get(), settings, now);
        }
        int neverRan = (int) fallen.stream().filter(task -> !ran(task)).count();
        boolean shortRuns =
                fallen.stream().anyMatch(task -> ran(task) && runTime(task, now).compareTo(settings.shortRun()) < 0);
        if (neverRan == 0 && !shortRuns) {
            return deployment.build();
        }
        deployment.setFailedTasks(deployment.getFailedTasks() + neverRan).setFailedAtMs(now.toEpochMilli());
        if (now.toEpochMilli() >= deployment.getNotBeforeMs()) {
            int setbacks = deployment.getSetbacks() + 1;
            Duration pause =
                    pause(setbacks, neverRan > 0 ? settings.pauseMax() : settings.shortRunPauseMax(), settings);
            deployment.setSetbacks(setbacks).setNotBeforeMs(now.plus(pause).toEpochMilli());
        }
        return deployment.build();
    }

    /** The deployment with one more task that is replaced because its health checks failed. */
    static EcsDeployment unhealthy(EcsDeployment before, Instant now) {
        return before.toBuilder()
                .setUnhealthyTasks(before.getUnhealthyTasks() + 1)
                .setFailedAtMs(now.toEpochMilli())
                .build();
    }

    /** Whether a task that was made after the last failure is healthy. */
    private static boolean isProof(Workload task, EcsDeployment deployment) {
        return task.getObserved().getHealth() == Health.HEALTHY && task.getCreatedAtMs() >= deployment.getFailedAtMs();
    }

    /** No task is started earlier. A pause that is longer than any was begun by a clock that was set back since. */
    static Instant notBefore(EcsDeployment deployment, RolloutSettings settings, Instant now) {
        Instant end = Instant.ofEpochMilli(deployment.getNotBeforeMs());
        Duration longest = settings.pauseMax().compareTo(settings.shortRunPauseMax()) > 0
                ? settings.pauseMax()
                : settings.shortRunPauseMax();
        return end.isAfter(now.plus(longest)) ? Instant.EPOCH : end;
    }

    /** Whether the user should hear that tasks fail to start time and again. */
    static boolean isInconsistent(EcsDeployment deployment) {
        return deployment.getFailedTasks() > 0 && deployment.getSetbacks() >= INCONSISTENT;
    }

    private static void forgive(
            EcsDeployment.Builder deployment,
            List<Workload> fallen,
            List<Workload> live,
            RolloutSettings settings,
            Instant now) {
        List<Workload> since = Stream.concat(fallen.stream(), live.stream())
                .filter(task -> ran(task) && task.getCreatedAtMs() >= deployment.getFailedAtMs())
                .toList();
        if (!since.isEmpty()) {
            deployment.setFailedTasks(0);
        }
        if (since.stream().anyMatch(task -> runTime(task, now).compareTo(settings.shortRun()) >= 0)) {
            deployment.setSetbacks(0).setNotBeforeMs(0).setFailedAtMs(0);
        }
    }

    private static Duration pause(int setbacks, Duration most, RolloutSettings settings) {
        if (setbacks <= 1) {
            return Duration.ZERO;
        }
        long doubled = settings.pause().toMillis() << Math.min(setbacks - 2, DOUBLINGS_MAX);
        return Duration.ofMillis(Math.min(doubled, most.toMillis()));
    }

    private static boolean ran(Workload task) {
        return task.getObserved().getStartedAtMs() > 0;
    }

    private static Duration runTime(Workload task, Instant now) {
        Observation seen = task.getObserved();
        long end = seen.getExecutionStoppedAtMs() > 0 ? seen.getExecutionStoppedAtMs() : seen.getStoppedAtMs();
        return Duration.ofMillis((end > 0 ? end : now.toEpochMilli()) - seen.getStartedAtMs());
    }
}
