package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.ecs.rollout.Action.Start;
import dev.gantry.controller.ecs.rollout.Action.Stop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides which tasks of a service start and stop, so that healthy ones are never fewer than the
 * lower limit because of it, and all together never more than the upper one (ECS developer guide).
 * Each decision stands for itself: what it leaves open is decided when the tasks have moved on.
 */
final class ServicePlanner {

    static final String UNHEALTHY = "Task failed container health checks";

    /** Tasks that settle within this time are looked at when the last of them has. */
    private static final long TOGETHER_MAX_MS = 250;

    /** A short settling time is not made much longer by it. */
    private static final long SETTLE_PARTS = 20;

    private final Situation situation;
    private final Census census;
    private final List<LiveTask> settled;
    private final ScaleIn scaleIn;
    private final Protection protection;
    private final List<Action> actions = new ArrayList<>();
    private final Set<String> stopped = new HashSet<>();

    private ServicePlanner(Situation situation, ScaleIn scaleIn) {
        this.situation = situation;
        this.census = Census.of(situation);
        this.settled = census.settled(situation);
        this.scaleIn = scaleIn;
        this.protection = new Protection(situation);
    }

    static Plan plan(Situation situation, ScaleIn scaleIn) {
        return new ServicePlanner(situation, scaleIn).plan();
    }

    /** Why a task stops that is not needed any more. */
    static String scaling(String deployment) {
        return "Scaling activity initiated by (deployment " + deployment + ")";
    }

    private Plan plan() {
        stopWhatServesNobody();
        stopSurplus();
        stopReplaced();
        int budget = stopServing();
        int need = limits().desired() - remaining(census.good());
        int room = limits().upper() - census.total();
        start(need, room);
        stopOneFailing(need, room);
        boolean blocked = actions.isEmpty() && need > 0 && room <= 0 && budget <= 0 && isStill();
        return new Plan(
                List.copyOf(actions),
                blocked,
                isSettled(),
                true,
                isCompleted(),
                isSteady(),
                protection.deployments(),
                wake(need));
    }

    private Limits limits() {
        return situation.limits();
    }

    /**
     * Older deployments' tasks that do not run, tasks that will not run where they are, and
     * unhealthy ones of both.
     */
    private void stopWhatServesNobody() {
        List<LiveTask> idle = census.outgoing().stream()
                .filter(task -> !Census.isServing(task, situation))
                .toList();
        protection.free(idle, idle.size()).forEach(this::stop);
    }

    private void stopSurplus() {
        int surplus = census.good().size() - limits().desired();
        if (surplus > 0) {
            List<LiveTask> free = protection.free(census.good(), surplus);
            scaleIn.choose(situation, free, surplus).forEach(this::stop);
        }
    }

    /** Unhealthy tasks stand in for those that have not settled, and for no more. */
    private void stopReplaced() {
        int standIns = Math.max(0, limits().desired() - remaining(settled));
        oldestFirst(census.failing())
                .limit(Math.max(0, census.failing().size() - standIns))
                .forEach(task -> stop(task, UNHEALTHY));
    }

    /**
     * What an older deployment or a drained node still serves goes as far as enough others are
     * healthy.
     */
    private int stopServing() {
        List<LiveTask> serving = census.serving(situation);
        int healthy = serving.size() + remaining(settled);
        int budget = healthy - limits().lower();
        if (budget <= 0 || serving.isEmpty()) {
            return budget;
        }
        int count = Math.min(budget, serving.size());
        List<LiveTask> free = protection.free(serving, count);
        scaleIn.choose(situation, free, count).forEach(this::stop);
        return free.isEmpty() ? 0 : budget;
    }

    private void start(int need, int room) {
        int count = Math.min(need, room);
        if (count > 0 && mayStartNow()) {
            actions.add(new Start(situation.newest(), count));
        }
    }

    /**
     * Where the upper limit leaves no room to replace before stopping, unhealthy tasks go one at a
     * time.
     */
    private void stopOneFailing(int need, int room) {
        boolean othersMove = !actions.isEmpty()
                || census.total() > census.alive()
                || census.good().size() > settled.size();
        if (need > 0 && room <= 0 && !othersMove && situation.mayStart()) {
            oldestFirst(census.failing()).limit(1).forEach(task -> stop(task, UNHEALTHY));
        }
    }

    private boolean mayStartNow() {
        return situation.mayStart() && !situation.now().isBefore(situation.notBefore());
    }

    /** Whether no task is on its way from anywhere to anywhere. */
    private boolean isStill() {
        return census.total() == census.alive()
                && census.failing().isEmpty()
                && settled.size() == census.good().size();
    }

    private boolean isSettled() {
        return settled.size() >= limits().desired();
    }

    private boolean isCompleted() {
        return isSettled()
                && situation.tasks().stream().allMatch(task -> task.deployment().equals(situation.newest()));
    }

    private boolean isSteady() {
        return isCompleted()
                && census.total() == limits().desired()
                && census.good().size() == census.total();
    }

    private Optional<Instant> wake(int need) {
        Stream<Instant> settling = Stream.of(nextSettled(situation, census.good()))
                .filter(at -> at != LiveTask.NEVER)
                .map(Instant::ofEpochMilli);
        Stream<Instant> graceEnds = situation.tasks().stream()
                .filter(task -> task.isAlive() && task.isRunning() && task.isUnhealthy())
                .map(task -> task.runningSince(situation.now())
                        .plus(situation.rules().grace()));
        Stream<Instant> pauseEnds =
                need > 0 && situation.mayStart() ? Stream.of(situation.notBefore()) : Stream.empty();
        return Stream.of(settling, graceEnds, pauseEnds, protection.ends().stream())
                .flatMap(times -> times)
                .filter(time -> time.isAfter(situation.now()))
                .min(Comparator.naturalOrder());
    }

    /**
     * When the next of some good tasks will have settled, and with it those that do so at nearly the same time: tasks
     * that were started together are looked at together, not all of them again for each.
     */
    static long nextSettled(Situation situation, List<LiveTask> good) {
        long settleMs = situation.settings().settle().toMillis();
        long nowMs = situation.now().toEpochMilli();
        long first = LiveTask.NEVER;
        for (LiveTask task : good) {
            first = Math.min(first, task.settlesAtMs(settleMs, nowMs));
        }
        long together = Math.min(TOGETHER_MAX_MS, settleMs / SETTLE_PARTS);
        long last = first;
        for (LiveTask task : first == LiveTask.NEVER ? List.<LiveTask>of() : good) {
            long at = task.settlesAtMs(settleMs, nowMs);
            last = at - first <= together ? Math.max(last, at) : last;
        }
        return last;
    }

    private void stop(LiveTask task) {
        stop(task, scaling(situation.newest()));
    }

    private void stop(LiveTask task, String reason) {
        actions.add(new Stop(task, reason));
        stopped.add(task.id());
    }

    private int remaining(List<LiveTask> tasks) {
        if (stopped.isEmpty()) {
            return tasks.size();
        }
        return (int) tasks.stream().filter(task -> !stopped.contains(task.id())).count();
    }

    private static Stream<LiveTask> oldestFirst(List<LiveTask> tasks) {
        return tasks.stream()
                .sorted(Comparator.<LiveTask>comparingLong(
                                task -> task.workload().value().getCreatedAtMs())
                        .thenComparing(LiveTask::id));
    }
}
