package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.ecs.rollout.Action.StartOn;
import dev.gantry.controller.ecs.rollout.Action.Stop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which tasks of a DAEMON service start and stop: one on each node that shall have one, none elsewhere, never two on
 * a node, and those of older deployments replaced so that enough serve at every moment (ECS developer guide).
 */
final class DaemonPlanner {

    private static final Comparator<LiveTask> OLDEST_FIRST = Comparator.<LiveTask>comparingLong(
                    task -> task.workload().value().getCreatedAtMs())
            .thenComparing(LiveTask::id);

    private final Situation situation;
    private final List<DaemonSite> sites;
    private final Map<String, List<LiveTask>> byNode;
    private final Protection protection;
    private final List<Action> actions = new ArrayList<>();
    private final Set<String> stopped = new HashSet<>();

    private DaemonPlanner(Situation situation, List<DaemonSite> sites) {
        this.situation = situation;
        this.sites = sites;
        this.protection = new Protection(situation);
        this.byNode = situation.tasks().stream()
                .collect(Collectors.groupingBy(LiveTask::site, LinkedHashMap::new, Collectors.toList()));
    }

    /** @param situation whose limits are those for so many tasks as sites run one */
    static Plan plan(Situation situation, List<DaemonSite> sites) {
        return new DaemonPlanner(situation, sites).plan();
    }

    /** How many tasks there shall be. */
    static int desired(List<DaemonSite> sites) {
        return (int) sites.stream().filter(DaemonSite::runs).count();
    }

    private Plan plan() {
        stopStrays();
        stopWhatDoesNotServe();
        stopOutdated();
        List<String> empty = emptySites();
        if (mayStartNow()) {
            empty.forEach(node -> actions.add(new StartOn(node)));
        }
        return new Plan(
                List.copyOf(actions),
                false,
                isSettled(),
                true,
                isCompleted(),
                isSteady(),
                protection.deployments(),
                wake(!empty.isEmpty()));
    }

    /** Whatever is on a node that keeps none, and all but the oldest where there are several. */
    private void stopStrays() {
        Set<LiveTask> kept = new HashSet<>();
        sites.stream().filter(DaemonSite::keeps).forEach(site -> kept(site).ifPresent(kept::add));
        situation.tasks().stream()
                .filter(task -> task.isAlive() && !kept.contains(task))
                .forEach(task -> stop(task, ServicePlanner.scaling(situation.newest())));
    }

    private void stopWhatDoesNotServe() {
        List<LiveTask> idle = wanted(task -> isOutdated(task) && !Census.isServing(task, situation));
        protection.free(idle, idle.size()).forEach(this::stop);
        wanted(task -> !isOutdated(task) && situation.isFailing(task)).stream()
                .filter(_ -> situation.mayStart())
                .forEach(task -> stop(task, ServicePlanner.UNHEALTHY));
    }

    private void stopOutdated() {
        List<LiveTask> serving = wanted(this::isOutdated);
        long healthy = serving.size()
                + wanted(task -> !isOutdated(task) && situation.isSettled(task)).size();
        int count = (int) Math.clamp(healthy - situation.limits().lower(), 0, serving.size());
        if (count > 0 && situation.mayStart()) {
            protection.free(serving, count).stream().limit(count).forEach(this::stop);
        }
    }

    private List<String> emptySites() {
        return sites.stream()
                .filter(site -> site.runs() && !byNode.containsKey(site.node()))
                .map(DaemonSite::node)
                .toList();
    }

    private Optional<LiveTask> kept(DaemonSite site) {
        return byNode.getOrDefault(site.node(), List.of()).stream()
                .filter(LiveTask::isAlive)
                .min(OLDEST_FIRST);
    }

    private boolean isOutdated(LiveTask task) {
        return !task.deployment().equals(situation.newest());
    }

    /** What this plan does not stop, the oldest first. */
    private List<LiveTask> wanted(Predicate<LiveTask> which) {
        return situation.tasks().stream()
                .filter(task -> task.isAlive() && !stopped.contains(task.id()) && which.test(task))
                .sorted(OLDEST_FIRST)
                .toList();
    }

    private void stop(LiveTask task) {
        stop(task, ServicePlanner.scaling(situation.newest()));
    }

    private void stop(LiveTask task, String reason) {
        actions.add(new Stop(task, reason));
        stopped.add(task.id());
    }

    private boolean mayStartNow() {
        return situation.mayStart() && !situation.now().isBefore(situation.notBefore());
    }

    private boolean isCompleted() {
        boolean allNew = situation.tasks().stream().noneMatch(this::isOutdated);
        return allNew && isSettled();
    }

    private boolean isSettled() {
        return wanted(task -> !isOutdated(task) && situation.isSettled(task)).size()
                >= situation.limits().desired();
    }

    private boolean isSteady() {
        return isCompleted()
                && actions.isEmpty()
                && situation.tasks().size() == situation.limits().desired();
    }

    private Optional<Instant> wake(boolean missing) {
        List<LiveTask> newest = wanted(task -> !isOutdated(task));
        Stream<Instant> settling = Stream.of(ServicePlanner.nextSettled(situation, newest))
                .filter(at -> at != LiveTask.NEVER)
                .map(Instant::ofEpochMilli);
        Stream<Instant> graceEnds = wanted(task -> task.isRunning() && task.isUnhealthy()).stream()
                .map(task -> task.runningSince(situation.now())
                        .plus(situation.rules().grace()));
        Stream<Instant> pauseEnds = missing && situation.mayStart() ? Stream.of(situation.notBefore()) : Stream.empty();
        return Stream.of(settling, graceEnds, pauseEnds, protection.ends().stream())
                .flatMap(times -> times)
                .filter(time -> time.isAfter(situation.now()))
                .min(Comparator.naturalOrder());
    }
}
