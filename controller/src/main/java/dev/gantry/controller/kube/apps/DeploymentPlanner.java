package dev.gantry.controller.kube.apps;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Decides how large each replica set of a deployment is, as upstream's deployment controller does: step by step, each step from
 * what the sets have become.
 */
record DeploymentPlanner(Situation situation) {

    /**
     * @param newest the set of the present template, if there is one
     * @param old all others, oldest first
     * @param oldPods how many pods of old sets have not ended
     * @param reported how many pods the deployment's status told of
     */
    record Situation(
            DeploymentRules rules, Optional<Generation> newest, List<Generation> old, int oldPods, int reported) {

        List<Generation> all() {
            return Stream.concat(old.stream(), newest.stream()).toList();
        }

        int sum(ToIntFunction<Generation> what) {
            return all().stream().mapToInt(what).sum();
        }
    }

    sealed interface Action {

        /** Make the set of the present template. */
        record Make(int replicas) implements Action {}

        record Scale(Generation set, int replicas) implements Action {}

        /** Forget an old set. */
        record Forget(Generation set) implements Action {}
    }

    static List<Action> plan(Situation situation) {
        DeploymentPlanner planner = new DeploymentPlanner(situation);
        if (situation.rules().paused() || planner.isBeingScaled()) {
            return planner.scaled();
        }
        return situation.rules().rolling() ? planner.rolled() : planner.recreated();
    }

    /** Old sets without pods that are more than shall be kept; the oldest revisions go. */
    static List<Action> forgotten(Situation situation) {
        int surplus = situation.old().size() - situation.rules().history();
        return situation.old().stream()
                .sorted(Comparator.comparingLong(Generation::revision))
                .limit(Math.max(0, surplus))
                .filter(set -> set.replicas() == 0 && set.actual() == 0 && set.settled())
                .<Action>map(Action.Forget::new)
                .toList();
    }

    private DeploymentRules rules() {
        return situation.rules();
    }

    /** Whether the deployment's size is another one than when its sets were scaled last. */
    private boolean isBeingScaled() {
        return situation.all().stream()
                .filter(Generation::isActive)
                .anyMatch(set -> set.annotatedReplicas() >= 0 && set.annotatedReplicas() != rules().replicas());
    }

    private List<Action> rolled() {
        if (situation.newest().isEmpty()) {
            int room = Math.max(0, rules().most() - situation.sum(Generation::most));
            return List.of(new Action.Make(Math.min(room, rules().replicas())));
        }
        Generation newest = situation.newest().get();
        int size = newestSize(newest);
        return size == newest.replicas() ? oldDown(newest) : List.of(new Action.Scale(newest, size));
    }

    private int newestSize(Generation newest) {
        if (newest.replicas() >= rules().replicas()) {
            return rules().replicas();
        }
        int room = rules().most() - situation.sum(Generation::most);
        return newest.replicas() + Math.clamp(room, 0, rules().replicas() - newest.replicas());
    }

    /** First those of old pods that are not available anyway, then as many others as may be missing. */
    private List<Action> oldDown(Generation newest) {
        int all = situation.sum(Generation::replicas);
        int newestMissing = newest.replicas() - newest.lasting();
        int most = all - rules().leastAvailable() - newestMissing;
        if (most <= 0) {
            return List.of();
        }
        Map<String, Integer> sizes = new HashMap<>();
        int left = most;
        for (Generation set : situation.old()) {
            int down = Math.min(set.replicas() - set.lasting(), left);
            left -= down;
            sizes.put(set.name(), set.replicas() - down);
        }
        int spare = Math.max(0, situation.sum(Generation::lasting) - rules().leastAvailable());
        for (Generation set : situation.old()) {
            int down = Math.min(sizes.getOrDefault(set.name(), 0), spare);
            spare -= down;
            sizes.merge(set.name(), -down, Integer::sum);
        }
        return changes(situation.old(), sizes);
    }

    private List<Action> recreated() {
        List<Action> ends = changes(situation.old(), Map.of());
        if (!ends.isEmpty()) {
            return ends;
        }
        if (situation.oldPods() > 0) {
            return List.of();
        }
        return situation
                .newest()
                .map(newest -> changes(List.of(newest), Map.of(newest.name(), rules().replicas())))
                .orElse(List.of(new Action.Make(rules().replicas())));
    }

    /** Another size without a roll-out: in proportion where several sets have pods. */
    private List<Action> scaled() {
        List<Generation> active =
                situation.all().stream().filter(Generation::isActive).toList();
        if (active.size() <= 1) {
            return onlyActive(active)
                    .map(set -> List.<Action>of(new Action.Scale(set, rules().replicas())))
                    .orElse(List.of());
        }
        if (isSaturated()) {
            return changes(situation.old(), Map.of());
        }
        return rules().rolling() ? inProportion(active) : List.of();
    }

    private Optional<Generation> onlyActive(List<Generation> active) {
        if (!active.isEmpty()) {
            return Optional.of(active.getFirst());
        }
        return situation
                .newest()
                .or(() -> situation.old().isEmpty()
                        ? Optional.empty()
                        : Optional.of(situation.old().getLast()));
    }

    private boolean isSaturated() {
        return situation
                .newest()
                .filter(set -> set.replicas() == rules().replicas()
                        && set.annotatedReplicas() == rules().replicas()
                        && set.available() == rules().replicas())
                .isPresent();
    }

    private List<Action> inProportion(List<Generation> active) {
        int total = active.stream().mapToInt(Generation::replicas).sum();
        int toAdd = (rules().replicas() > 0 ? rules().most() : 0) - total;
        Comparator<Generation> byAge = Comparator.comparing(Generation::created).thenComparing(Generation::name);
        // The largest take what is left over; among equals the newest when there is to add, else the oldest.
        List<Generation> sorted = active.stream()
                .sorted(Comparator.comparingInt(Generation::replicas)
                        .reversed()
                        .thenComparing(toAdd > 0 ? byAge.reversed() : byAge))
                .toList();
        Map<String, Integer> sizes = new HashMap<>();
        int added = 0;
        for (Generation set : sorted) {
            int part = part(set, toAdd, added);
            added += part;
            sizes.put(set.name(), set.replicas() + part);
        }
        sizes.merge(sorted.getFirst().name(), toAdd - added, Integer::sum);
        List<Action> actions = new ArrayList<>();
        // Also those that keep their size: they note for which size of the deployment that is.
        sorted.forEach(set ->
                actions.add(new Action.Scale(set, Math.max(0, sizes.getOrDefault(set.name(), set.replicas())))));
        return actions;
    }

    private int part(Generation set, int toAdd, int added) {
        if (toAdd == 0 || toAdd == added) {
            return 0;
        }
        int before = set.annotatedMost() > 0 ? set.annotatedMost() : situation.reported();
        int part = before == 0
                ? 0
                : Math.toIntExact(Math.round((double) set.replicas() * rules().most() / before)) - set.replicas();
        if (rules().replicas() == 0) {
            part = -set.replicas();
        }
        int allowed = toAdd - added;
        return toAdd > 0 ? Math.clamp(part, 0, allowed) : Math.clamp(part, allowed, 0);
    }

    /** @param sizes by name; a set that is not named shall have no pods */
    private static List<Action> changes(List<Generation> sets, Map<String, Integer> sizes) {
        List<Action> actions = new ArrayList<>();
        for (Generation set : sets) {
            int size = sizes.getOrDefault(set.name(), 0);
            if (size != set.replicas()) {
                actions.add(new Action.Scale(set, size));
            }
        }
        return actions;
    }
}
