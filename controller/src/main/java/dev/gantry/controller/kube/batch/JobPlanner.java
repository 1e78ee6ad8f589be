package dev.gantry.controller.kube.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Decides what a job does next: count its pods, make some, stop some, or come to an end. */
record JobPlanner(JobRules rules, Situation situation, Instant now) {

    private static final Duration BACKOFF = Duration.ofSeconds(10);
    private static final Duration BACKOFF_MAX = Duration.ofMinutes(10);
    private static final int DOUBLINGS_MAX = 6;

    /**
     * @param attempts its pods
     * @param succeeded how many were counted as that; of an indexed job how many indexes
     * @param done the indexes that have succeeded
     * @param started when it became active; empty while it is suspended
     * @param verdict what it is coming to, once that is certain
     */
    record Situation(
            List<Attempt> attempts,
            int succeeded,
            int failed,
            Indexes done,
            Optional<Instant> started,
            Optional<Verdict> verdict) {}

    /** How a job ends, with upstream's words. */
    enum Verdict {
        COMPLETE("CompletionsReached", "Reached expected number of succeeded pods"),
        BACKOFF_LIMIT("BackoffLimitExceeded", "Job has reached the specified backoff limit"),
        DEADLINE("DeadlineExceeded", "Job was active longer than specified deadline");

        private final String reason;
        private final String message;

        Verdict(String reason, String message) {
            this.reason = reason;
            this.message = message;
        }

        String reason() {
            return reason;
        }

        String message() {
            return message;
        }

        boolean isSuccess() {
            return this == COMPLETE;
        }

        static Optional<Verdict> of(String reason) {
            for (Verdict verdict : values()) {
                if (verdict.reason.equals(reason)) {
                    return Optional.of(verdict);
                }
            }
            return Optional.empty();
        }
    }

    sealed interface Action {

        /** Count a pod that has ended. */
        record Count(Attempt attempt, boolean success) implements Action {}

        /** @param index of the completion, if the job has such */
        record Make(OptionalInt index) implements Action {}

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
        List<Action> counts = counts();
        if (!counts.isEmpty()) {
            // The figures first; all else follows from them.
            return new Plan(counts, Optional.empty());
        }
        Optional<Verdict> verdict = situation.verdict().or(this::verdict);
        if (verdict.isPresent()) {
            return new Plan(ending(verdict.get()), Optional.empty());
        }
        if (rules.suspended()) {
            return new Plan(dismissed(active()), Optional.empty());
        }
        Plan plan = sized();
        Optional<Instant> deadline = deadline();
        Optional<Instant> wake = plan.wake()
                .filter(at -> deadline.isEmpty() || at.isBefore(deadline.get()))
                .or(() -> deadline);
        return new Plan(plan.actions(), wake);
    }

    private List<Action> counts() {
        List<Action> counts = new ArrayList<>();
        situation.attempts().stream()
                .filter(attempt -> !attempt.counted() && isCounted(attempt))
                .forEach(attempt -> counts.add(new Action.Count(attempt, attempt.state() == Attempt.State.SUCCEEDED)));
        return counts;
    }

    /** A pod that somebody deleted is lost even while it is ending, unless it is waited for. */
    private boolean isCounted(Attempt attempt) {
        return attempt.isOver() || attempt.state() == Attempt.State.ENDING && !rules.replacesEnded();
    }

    private List<Attempt> active() {
        return situation.attempts().stream().filter(Attempt::isActive).toList();
    }

    private long ending() {
        return situation.attempts().stream()
                .filter(attempt -> attempt.state() == Attempt.State.ENDING)
                .count();
    }

    private Optional<Verdict> verdict() {
        if (situation.failed() > rules.backoffLimit() || isRestartedTooOften()) {
            return Optional.of(Verdict.BACKOFF_LIMIT);
        }
        if (deadline().filter(at -> !now.isBefore(at)).isPresent()) {
            return Optional.of(Verdict.DEADLINE);
        }
        boolean isComplete = rules.completions().isPresent()
                ? situation.succeeded() >= rules.completions().getAsInt()
                : situation.succeeded() > 0 && active().isEmpty();
        return isComplete && !rules.suspended() ? Optional.of(Verdict.COMPLETE) : Optional.empty();
    }

    private boolean isRestartedTooOften() {
        int restarts = active().stream().mapToInt(Attempt::restarts).sum();
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
        for (Attempt attempt : active()) {
            actions.add(verdict.isSuccess() ? new Action.Dismiss(attempt) : new Action.Abort(attempt));
        }
        if (active().isEmpty() && ending() == 0) {
            actions.add(new Action.Finish(verdict));
        }
        return actions;
    }

    /** As many pods as may run and are still needed. */
    private Plan sized() {
        List<Attempt> active = active();
        int wanted = wanted(active.size());
        if (rules.indexed()) {
            List<Attempt> surplus = duplicates(active);
            if (!surplus.isEmpty()) {
                return new Plan(dismissed(surplus), Optional.empty());
            }
        }
        if (active.size() > wanted) {
            return new Plan(dismissed(leastAdvanced(active, active.size() - wanted)), Optional.empty());
        }
        int missing = wanted - active.size() - (rules.replacesEnded() ? (int) ending() : 0);
        if (missing <= 0) {
            return new Plan(List.of(), Optional.empty());
        }
        Optional<Instant> pause = pause();
        return pause.isPresent() ? new Plan(List.of(), pause) : new Plan(made(missing), Optional.empty());
    }

    private int wanted(int active) {
        if (rules.completions().isEmpty()) {
            return situation.succeeded() > 0 ? Math.min(active, rules.parallelism()) : rules.parallelism();
        }
        int left = Math.max(0, rules.completions().getAsInt() - situation.succeeded());
        return Math.min(rules.parallelism(), left);
    }

    private List<Attempt> duplicates(List<Attempt> active) {
        Set<Integer> seen = new HashSet<>();
        int completions = rules.completions().orElse(0);
        return active.stream()
                .sorted(Comparator.comparing(Attempt::ready).reversed().thenComparing(Attempt::created))
                .filter(attempt -> {
                    int index = attempt.index().orElse(-1);
                    boolean isWanted = index >= 0
                            && index < completions
                            && !situation.done().numbers().contains(index);
                    return !isWanted || !seen.add(index);
                })
                .toList();
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
        List<Action> actions = new ArrayList<>();
        if (!rules.indexed()) {
            for (int i = 0; i < count; i++) {
                actions.add(new Action.Make(OptionalInt.empty()));
            }
            return actions;
        }
        Set<Integer> taken = new HashSet<>(situation.done().numbers());
        situation.attempts().stream()
                .filter(attempt ->
                        attempt.isActive() || rules.replacesEnded() && attempt.state() == Attempt.State.ENDING)
                .forEach(attempt -> attempt.index().ifPresent(taken::add));
        for (int index = 0; index < rules.completions().orElse(0) && actions.size() < count; index++) {
            if (!taken.contains(index)) {
                actions.add(new Action.Make(OptionalInt.of(index)));
            }
        }
        return actions;
    }

    /** After failures in a row the next pod waits longer and longer. */
    private Optional<Instant> pause() {
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
        if (failures.isEmpty()) {
            return Optional.empty();
        }
        Duration wait = BACKOFF.multipliedBy(1L << Math.min(failures.size() - 1, DOUBLINGS_MAX));
        Duration least = wait.compareTo(BACKOFF_MAX) < 0 ? wait : BACKOFF_MAX;
        // A failure that is to come has another clock than this one: nobody waits for that to come about.
        boolean isToCome = failures.getLast().isAfter(now.plus(least));
        return Optional.of(failures.getLast().plus(least)).filter(until -> now.isBefore(until) && !isToCome);
    }
}
