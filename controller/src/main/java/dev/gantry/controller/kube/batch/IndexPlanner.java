package dev.gantry.controller.kube.batch;

import dev.gantry.controller.kube.batch.JobPlanner.Action;
import dev.gantry.controller.kube.batch.JobPlanner.Plan;
import dev.gantry.controller.kube.batch.JobPlanner.Situation;
import dev.gantry.controller.kube.batch.JobRules.IndexLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** Decides which indexes of a job want a pod, which are given up, and what they mean for the job. */
record IndexPlanner(JobRules rules, Situation situation) {

    private static final Comparator<Attempt> LATEST = Comparator.<Attempt>comparingInt(
                    attempt -> attempt.failures().total())
            .thenComparing(Attempt::ended);

    boolean isIndex(OptionalInt index) {
        return index.isPresent() && index.getAsInt() < rules.indexEnd();
    }

    /** Whether the failure of a pod is one too many for its index. */
    boolean isFailedBy(Attempt attempt) {
        if (!attempt.hasFailed(rules) || rules.indexLimits().isEmpty()) {
            return false;
        }
        int limit = rules.indexLimits().get().failures();
        return switch (attempt.judgement().action()) {
            case FAIL_INDEX -> true;
            case IGNORE -> false;
            case COUNT, FAIL_JOB -> attempt.failures().counted() >= limit;
        };
    }

    /**
     * The last failed pods of those indexes that will be tried again. They stay until their successors are there, to which they
     * hand on how often their index has failed.
     */
    Map<Integer, Attempt> unreplaced() {
        if (rules.indexLimits().isEmpty()) {
            return Map.of();
        }
        Set<Integer> settled = taken();
        List<Attempt> failed = situation.attempts().stream()
                .filter(attempt -> !attempt.counted() && attempt.hasFailed(rules) && isIndex(attempt.index()))
                .toList();
        failed.stream()
                .filter(this::isFailedBy)
                .forEach(attempt -> settled.add(attempt.index().orElseThrow()));
        situation.attempts().stream()
                .filter(attempt -> attempt.state() == Attempt.State.SUCCEEDED)
                .forEach(attempt -> attempt.index().ifPresent(settled::add));
        Map<Integer, Attempt> last = new TreeMap<>();
        failed.stream()
                .filter(attempt -> !settled.contains(attempt.index().orElseThrow()))
                .forEach(attempt -> last.merge(
                        attempt.index().orElseThrow(),
                        attempt,
                        (one, other) -> LATEST.compare(one, other) > 0 ? one : other));
        return last;
    }

    /** What the indexes that have succeeded and failed make of the job. */
    Optional<Verdict> verdict() {
        int failed = situation.failedIndexes().size();
        Optional<IndexLimits> limits = rules.indexLimits();
        if (limits.isPresent() && failed > limits.get().failedIndexes().orElse(Integer.MAX_VALUE)) {
            return Optional.of(Verdict.TOO_MANY_FAILED_INDEXES);
        }
        if (failed > 0 && failed + situation.done().size() >= rules.indexEnd()) {
            return Optional.of(Verdict.FAILED_INDEXES);
        }
        return rules.indexed() ? rules.successPolicy().met(situation.done()) : Optional.empty();
    }

    /** Those pods that are of no index, or of one that has a better one. */
    List<Attempt> surplus() {
        Set<Integer> seen = new HashSet<>();
        return situation.active().stream()
                .sorted(Comparator.comparing(Attempt::ready).reversed().thenComparing(Attempt::created))
                .filter(attempt -> {
                    boolean isWanted = isIndex(attempt.index())
                            && !situation.done().contains(attempt.index().getAsInt());
                    return !isWanted || !seen.add(attempt.index().getAsInt());
                })
                .toList();
    }

    /** The first indexes that want a pod. */
    List<Integer> pending(int count) {
        Set<Integer> taken = taken();
        if (rules.replacesEnded()) {
            situation.ending().forEach(attempt -> attempt.index().ifPresent(taken::add));
        }
        List<Integer> pending = new ArrayList<>();
        for (int index = 0; index < rules.indexEnd() && pending.size() < count; index++) {
            if (!taken.contains(index)) {
                pending.add(index);
            }
        }
        return pending;
    }

    /** Makes pods for the first indexes that want one, each of which waits for its own failures only. */
    Plan filled(int count, Instant now) {
        Map<Integer, Attempt> unreplaced = unreplaced();
        List<Action> made = new ArrayList<>();
        Optional<Instant> wake = Optional.empty();
        for (int index : pending(count)) {
            Optional<Attempt> before = Optional.ofNullable(unreplaced.get(index));
            FailureCount failures = before.map(attempt ->
                            attempt.failures().after(attempt.judgement().action()))
                    .orElse(FailureCount.NONE);
            Optional<Instant> pause =
                    before.flatMap(attempt -> new Streak(failures.total(), attempt.ended()).pause(now));
            if (pause.isEmpty()) {
                made.add(new Action.Make(OptionalInt.of(index), Optional.of(failures)));
            } else if (wake.isEmpty() || pause.get().isBefore(wake.get())) {
                wake = pause;
            }
        }
        return new Plan(made, wake);
    }

    /** Indexes that have succeeded, are given up, or have a pod. */
    private Set<Integer> taken() {
        Set<Integer> taken = new HashSet<>(situation.done().numbers());
        taken.addAll(situation.failedIndexes().numbers());
        situation.active().forEach(attempt -> attempt.index().ifPresent(taken::add));
        return taken;
    }
}
