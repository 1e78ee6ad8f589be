package dev.gantry.controller.kube.apps;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Decides what a stateful set does next: fill its ordinals from the first on, give up those beyond its size from the last on,
 * then replace those of another revision from the last on; in order one at a time, each only when those before it are well.
 */
record OrdinalPlanner(Rules rules, List<Occupant> occupants) {

    /**
     * @param first ordinal
     * @param inOrder whether one pod waits for another
     * @param partition ordinals below it keep the present revision
     * @param replaces whether pods of another revision are replaced, not only made when they are gone
     * @param present the revision that was rolled out last
     * @param wanted the revision of the template as it is
     */
    record Rules(
            int first, int replicas, boolean inOrder, int partition, boolean replaces, String present, String wanted) {}

    sealed interface Action {

        record Make(int ordinal, String revision) implements Action {}

        record Delete(Occupant occupant) implements Action {}
    }

    List<Action> plan() {
        List<Action> actions = new ArrayList<>();
        boolean goesOn = fill(actions) && giveUp(actions);
        if (goesOn && rules.replaces()) {
            replace().ifPresent(occupant -> {
                boolean isGiven = actions.contains(new Action.Delete(occupant));
                if (!isGiven) {
                    actions.add(new Action.Delete(occupant));
                }
            });
        }
        return actions;
    }

    private int end() {
        return rules.first() + rules.replicas();
    }

    private Map<Integer, Occupant> byOrdinal() {
        return occupants.stream().collect(Collectors.toMap(Occupant::ordinal, Function.identity(), (one, _) -> one));
    }

    /** Whether there is more to decide now. */
    private boolean fill(List<Action> actions) {
        Map<Integer, Occupant> byOrdinal = byOrdinal();
        for (int ordinal = rules.first(); ordinal < end(); ordinal++) {
            Occupant occupant = byOrdinal.get(ordinal);
            if (occupant == null) {
                actions.add(new Action.Make(ordinal, revision(ordinal)));
            } else if (occupant.over() && !occupant.ending()) {
                actions.add(new Action.Delete(occupant));
            }
            boolean isWell = occupant != null && occupant.isHealthy();
            if (rules.inOrder() && !isWell) {
                return false;
            }
        }
        return true;
    }

    private String revision(int ordinal) {
        return rules.replaces() && ordinal < rules.first() + rules.partition() ? rules.present() : rules.wanted();
    }

    private boolean giveUp(List<Action> actions) {
        List<Occupant> surplus = occupants.stream()
                .filter(occupant -> occupant.ordinal() < rules.first() || occupant.ordinal() >= end())
                .sorted(Comparator.comparingInt(Occupant::ordinal).reversed())
                .toList();
        for (Occupant occupant : surplus) {
            if (!occupant.ending()) {
                actions.add(new Action.Delete(occupant));
            }
            if (rules.inOrder()) {
                return false;
            }
        }
        return true;
    }

    /** One at a time even where pods are made in parallel, so that most serve all the time. */
    private Optional<Occupant> replace() {
        Map<Integer, Occupant> byOrdinal = byOrdinal();
        for (int ordinal : IntStream.range(rules.first() + rules.partition(), end())
                .boxed()
                .sorted(Comparator.reverseOrder())
                .toList()) {
            Occupant occupant = byOrdinal.get(ordinal);
            if (occupant == null) {
                return Optional.empty();
            }
            if (!occupant.revision().equals(rules.wanted()) && !occupant.ending()) {
                return Optional.of(occupant);
            }
            if (!occupant.isHealthy()) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
