package dev.gantry.controller.kube.batch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Decides what a job does next: count its pods, make some, stop some, or come to an end. */
record JobPlanner(JobRules rules, Situation situation, Instant now) {

    /**
     * @param attempts its pods
     * @param succeeded how many were counted as that; of an indexed job how many indexes
     * @param done the indexes that have succeeded
     * @param failedIndexes the indexes that are given up
     * @param started when it became active; empty while it is suspended
     * @param verdict what it is coming to, once that is certain
     */
    record Situation(
            List<Attempt> attempts,
            int succeeded,
            int failed,
            Indexes done,
            Indexes failedIndexes,
            Optional<Instant> started,
            Optional<Verdict> verdict) {

        List<Attempt> active() {
            return attempts.stream().filter(Attempt::isActive).toList();
        }

        List<Attempt> ending() {
            return attempts.stream()
                    .filter(attempt -> attempt.state() == Attempt.State.ENDING)
                    .toList();
        }
    }

    /** What becomes of the figures when a pod that has ended is counted. */
    enum Tally {
        SUCCEEDED,
        FAILED,
        /** It has failed, and with it its index. */
        INDEX_FAILED,
        /** Its failure stands for nothing. */
        IGNORED
    }

    sealed interface Action {

        /** Count a pod that has ended. */
        record Count(Attempt attempt, Tally tally) implements Action {}

        /**
         * @param index of the completion, if the job has such
         * @param failures of that index so far, if the job has limits of them
         */
        record Make(OptionalInt index, Optional<FailureCount> failures) implements Action {}

        /** Stop a pod that is not needed; it does not count. */
        record Dismiss(Attempt attempt) implements Action {}

        /** Stop a pod because the job fails; it counts as failed. */
        record Abort(Attempt attempt) implements Action {}

        /** Say what the job is coming to. */
        record Decide(Verdict verdict) implements Action {}

        /** All is over. */
        record Finish(Verdict verdict) implements Action {}
    }

    /** @param wake when time alone makes a difference */
    record Plan(List<Action> actions, Optional<Instant> wake) {}

    Plan plan() {
        Optional<Verdict> certain = situation.verdict().or(this::failedByPolicy);
        List<Action> counts = counts(certain);
        if (certain.isPresent() && situation.verdict().isEmpty()) {
            // The pod that shows why is let go with it.
            counts.addFirst(new Action.Decide(certain.get()));
        }
        if (!counts.isEmpty()) {
            // The figures first; all else follows from them.
            return new Plan(counts, Optional.empty());
        }
        Optional<Verdict> verdict = certain.or(this::verdict);
        if (verdict.isPresent()) {
            return new Plan(ending(verdict.get()), Optional.empty());
        }
        if (rules.suspended()) {
            return new Plan(dismissed(situation.active()), Optional.empty());
        }
        Plan plan = sized();
        Optional<Instant> deadline = deadline();
        Optional<Instant> wake = plan.wake()
                .filter(at -> deadline.isEmpty() || at.isBefore(deadline.get()))
                .or(() -> deadline);
        return new Plan(plan.actions(), wake);
    }

    private Optional<Verdict> failedByPolicy() {
        return situation.attempts().stream()
                .filter(attempt -> attempt.hasFailed(rules) && !attempt.counted())
                .filter(attempt -> attempt.judgement().action() == FailurePolicy.Action.FAIL_JOB)
                .findFirst()
                .map(attempt -> Verdict.failedByPolicy(attempt.judgement().why()));
    }

    private List<Action> counts(Optional<Verdict> verdict) {
        Set<Attempt> kept = verdict.isPresent()
                ? Set.of()
                : new HashSet<>(indexPlanner().unreplaced().values());
        boolean isFailing = verdict.filter(one -> !one.isSuccess()).isPresent();
        List<Action> counts = new ArrayList<>();
        situation.attempts().stream()
                .filter(attempt -> !attempt.counted() && !kept.contains(attempt))
                .filter(attempt -> attempt.state() == Attempt.State.SUCCEEDED
                        || attempt.hasFailed(rules)
                        || isFailing && attempt.state() == Attempt.State.ENDING)
                .forEach(attempt -> counts.add(new Action.Count(attempt, tally(attempt, verdict.isPresent()))));
        return counts;
    }

    private Tally tally(Attempt attempt, boolean isOver) {
        if (attempt.state() == Attempt.State.SUCCEEDED) {
            return Tally.SUCCEEDED;
        }
        boolean isOfNoIndex = rules.indexed() && !indexPlanner().isIndex(attempt.index());
        if (attempt.isIgnored() || isOfNoIndex) {
            return Tally.IGNORED;
        }
        // What is stopped because the job ends has not failed its index.
        boolean isStopped = isOver && attempt.state() == Attempt.State.ENDING;
        return !isStopped && indexPlanner().isFailedBy(attempt) ? Tally.INDEX_FAILED : Tally.FAILED;
    }

    private IndexPlanner indexPlanner() {
        return new IndexPlanner(rules, situation);
    }

    private Optional<Verdict> verdict() {
        long waiting = indexPlanner().unreplaced().values().stream()
                .filter(attempt -> !attempt.isIgnored())
                .count();
        if (situation.failed() + waiting > rules.backoffLimit() || isRestartedTooOften()) {
            return Optional.of(Verdict.BACKOFF_LIMIT);
        }
        if (deadline().filter(at -> !now.isBefore(at)).isPresent()) {
            return Optional.of(Verdict.DEADLINE);
        }
        return indexPlanner()
                .verdict()
                .or(() -> isComplete() && !rules.suspended() ? Optional.of(Verdict.COMPLETE) : Optional.empty());
    }

    private boolean isComplete() {
        return rules.completions().isPresent()
                ? situation.succeeded() >= rules.completions().getAsInt()
                : situation.succeeded() > 0 && situation.active().isEmpty();
    }

    private boolean isRestartedTooOften() {
        int restarts = situation.active().stream().mapToInt(Attempt::restarts).sum();
        return rules.restarts() && restarts > 0 && restarts >= rules.backoffLimit();
    }

    private Optional<Instant> deadline() {
        return rules.suspended()
                ? Optional.empty()
                : situation.started().flatMap(start -> rules.deadline().map(start::plus));
    }

    private List<Action> ending(Verdict verdict) {
        List<Action> actions = new ArrayList<>();
        if (situation.verdict().isEmpty()) {
            actions.add(new Action.Decide(verdict));
        }
        for (Attempt attempt : situation.active()) {
            actions.add(verdict.isSuccess() ? new Action.Dismiss(attempt) : new Action.Abort(attempt));
        }
        boolean isAllOver = situation.active().isEmpty() && situation.ending().isEmpty();
        if (isAllOver && situation.attempts().stream().allMatch(Attempt::counted)) {
            actions.add(new Action.Finish(verdict));
        }
        return actions;
    }

    /** As many pods as may run and are still needed. */
    private Plan sized() {
        List<Attempt> active = situation.active();
        int wanted = wanted(active.size());
        if (rules.indexed()) {
            List<Attempt> surplus = indexPlanner().surplus();
            if (!surplus.isEmpty()) {
                return new Plan(dismissed(surplus), Optional.empty());
            }
        }
        if (active.size() > wanted) {
            return new Plan(dismissed(leastAdvanced(active, active.size() - wanted)), Optional.empty());
        }
        int missing = wanted
                - active.size()
                - (rules.replacesEnded() ? situation.ending().size() : 0);
        if (missing <= 0) {
            return new Plan(List.of(), Optional.empty());
        }
        if (rules.indexLimits().isPresent()) {
            return indexPlanner().filled(missing, now);
        }
        Optional<Instant> pause = streak().pause(now);
        return pause.isPresent() ? new Plan(List.of(), pause) : new Plan(made(missing), Optional.empty());
    }

    private int wanted(int active) {
        if (rules.completions().isEmpty()) {
            return situation.succeeded() > 0 ? Math.min(active, rules.parallelism()) : rules.parallelism();
        }
        int left = Math.max(0, rules.completions().getAsInt() - situation.succeeded());
        return Math.min(rules.parallelism(), left);
    }

    private static List<Attempt> leastAdvanced(List<Attempt> active, int count) {
        return active.stream()
                .sorted(Comparator.comparing(Attempt::placed)
                        .thenComparing(Attempt::ready)
                        .thenComparing(Attempt::created, Comparator.reverseOrder())
                        .thenComparing(Attempt::name))
                .limit(count)
                .toList();
    }

    private static List<Action> dismissed(List<Attempt> attempts) {
        return attempts.stream().<Action>map(Action.Dismiss::new).toList();
    }

    private List<Action> made(int count) {
        return rules.indexed()
                ? indexPlanner().pending(count).stream()
                        .<Action>map(index -> new Action.Make(OptionalInt.of(index), Optional.empty()))
                        .toList()
                : Collections.nCopies(count, new Action.Make(OptionalInt.empty(), Optional.empty()));
    }

    /** What has failed since the last success. */
    private Streak streak() {
        Instant success = situation.attempts().stream()
                .filter(attempt -> attempt.state() == Attempt.State.SUCCEEDED)
                .map(Attempt::ended)
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
        List<Instant> failures = situation.attempts().stream()
                .filter(attempt -> attempt.state() == Attempt.State.FAILED)
                .map(Attempt::ended)
                .filter(at -> at.isAfter(success))
                .sorted()
                .toList();
        return new Streak(failures.size(), failures.isEmpty() ? Instant.MIN : failures.getLast());
    }
}
