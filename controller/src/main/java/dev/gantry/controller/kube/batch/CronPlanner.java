package dev.gantry.controller.kube.batch;

import dev.gantry.controller.kube.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Decides which job begins now, which one makes room for it, and which ones are forgotten. */
record CronPlanner(Rules rules, List<Run> runs, Optional<Instant> last, Instant created, Instant now) {

    enum Concurrency {
        ALLOW,
        FORBID,
        REPLACE
    }

    /**
     * @param patience how late a job may begin
     * @param keepSucceeded how many jobs that succeeded are kept
     * @param keepFailed how many jobs that failed are kept
     */
    record Rules(
            Schedule schedule,
            ZoneId zone,
            Optional<Duration> patience,
            Concurrency concurrency,
            boolean suspended,
            int keepSucceeded,
            int keepFailed) {}

    enum State {
        ACTIVE,
        SUCCEEDED,
        FAILED
    }

    /** A job that it made. */
    record Run(String name, State state, Instant started) {}

    sealed interface Action {

        record Begin(Instant scheduled) implements Action {}

        /** Stop a job that is active, because the next one begins. */
        record Replace(Run run) implements Action {}

        record Forget(Run run) implements Action {}
    }

    /** @param wake when the next one is due */
    record Plan(List<Action> actions, Optional<Instant> wake) {}

    Plan plan() {
        List<Action> actions = new ArrayList<>();
        forget(State.SUCCEEDED, rules.keepSucceeded(), actions);
        forget(State.FAILED, rules.keepFailed(), actions);
        if (rules.suspended()) {
            return new Plan(actions, Optional.empty());
        }
        due().ifPresent(scheduled -> {
            List<Run> active =
                    runs.stream().filter(run -> run.state() == State.ACTIVE).toList();
            if (rules.concurrency() == Concurrency.FORBID && !active.isEmpty()) {
                return;
            }
            if (rules.concurrency() == Concurrency.REPLACE) {
                active.forEach(run -> actions.add(new Action.Replace(run)));
            }
            actions.add(new Action.Begin(scheduled));
        });
        return new Plan(actions, rules.schedule().after(now, rules.zone()));
    }

    /** Of all that were missed only the last one is made up for. */
    private Optional<Instant> due() {
        Instant since = last.orElse(created);
        return rules.schedule()
                .upTo(now, rules.zone())
                .filter(since::isBefore)
                .filter(at -> rules.patience()
                        .filter(patience -> at.plus(patience).isBefore(now))
                        .isEmpty());
    }

    private void forget(State state, int keep, List<Action> actions) {
        List<Run> finished = runs.stream()
                .filter(run -> run.state() == state)
                .sorted(Comparator.comparing(Run::started).thenComparing(Run::name))
                .toList();
        finished.subList(0, Math.max(0, finished.size() - keep)).forEach(run -> actions.add(new Action.Forget(run)));
    }
}
