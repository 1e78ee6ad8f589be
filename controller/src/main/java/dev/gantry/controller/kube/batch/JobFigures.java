package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.batch.JobPlanner.Tally;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import dev.gantry.controller.kube.owner.Counts;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a job's status says, and what a pass makes of it. */
final class JobFigures {

    private static final String COMPLETE = "Complete";
    private static final String FAILED = "Failed";
    private static final String CRITERIA_MET = "SuccessCriteriaMet";
    private static final String FAILURE_TARGET = "FailureTarget";
    private static final String SUSPENDED = "Suspended";
    private static final String REFUSED = "FailedCreate";

    private final JobRules rules;
    private final Instant now;
    private final Indexes done;
    private final Indexes failedIndexes;
    private Conditions conditions;
    private Optional<Instant> started;
    private Optional<Instant> completed;
    private int succeeded;
    private int failed;
    private int made;

    JobFigures(JsonNode before, JobRules rules, Instant now) {
        this.rules = rules;
        this.now = now;
        this.conditions = Conditions.of(before, Conditions.LAST_PROBE);
        this.started = Times.read(before.path("startTime"));
        this.completed = Times.read(before.path("completionTime"));
        this.done = indexes(before, "completedIndexes");
        this.failedIndexes = indexes(before, "failedIndexes");
        this.succeeded =
                rules.indexed() ? done.size() : before.path("succeeded").asInt();
        this.failed = before.path("failed").asInt();
    }

    /** Without those that a job with fewer completions has no longer. */
    private Indexes indexes(JsonNode before, String member) {
        return rules.indexed() ? Indexes.parse(before.path(member).asText(), rules.indexEnd()) : Indexes.none();
    }

    int succeeded() {
        return succeeded;
    }

    int failed() {
        return failed;
    }

    Indexes done() {
        return done;
    }

    Indexes failedIndexes() {
        return failedIndexes;
    }

    Optional<Instant> started() {
        return started;
    }

    /** What it is coming to; empty while that is open. */
    Optional<Verdict> verdict() {
        return told(CRITERIA_MET, true).or(() -> told(FAILURE_TARGET, false));
    }

    private Optional<Verdict> told(String type, boolean isSuccess) {
        return conditions
                .find(type)
                .filter(_ -> conditions.holds(type))
                .map(one -> new Verdict(
                        isSuccess,
                        one.path("reason").asText(),
                        one.path("message").asText()));
    }

    Optional<Instant> finishedAt() {
        return Stream.of(COMPLETE, FAILED)
                .filter(conditions::holds)
                .flatMap(type -> conditions.find(type).stream())
                .flatMap(one -> Times.read(one.path("lastTransitionTime")).stream())
                .findFirst();
    }

    void suspend(boolean suspended) {
        if (suspended) {
            set(new Condition(SUSPENDED, "True", "JobSuspended", "Job suspended"));
            return;
        }
        if (conditions.holds(SUSPENDED)) {
            set(new Condition(SUSPENDED, "False", "JobResumed", "Job resumed"));
            // Its time begins anew.
            started = Optional.of(now);
        }
        if (started.isEmpty()) {
            started = Optional.of(now);
        }
    }

    void count(Attempt attempt, Tally tally) {
        switch (tally) {
            case SUCCEEDED -> succeed(attempt);
            case FAILED -> failed++;
            case INDEX_FAILED -> {
                failed++;
                attempt.index().ifPresent(failedIndexes.numbers()::add);
            }
            case IGNORED -> {
                // Nothing counts it.
            }
        }
    }

    private void succeed(Attempt attempt) {
        if (attempt.index().isEmpty()) {
            succeeded++;
        } else if (attempt.index().getAsInt() < rules.indexEnd()) {
            done.numbers().add(attempt.index().getAsInt());
            succeeded = done.size();
        }
    }

    void madeOne() {
        made++;
        conditions = conditions.without(REFUSED);
    }

    void refused(String message) {
        set(new Condition(REFUSED, "True", REFUSED, message));
    }

    void decide(Verdict verdict) {
        String type = verdict.isSuccess() ? CRITERIA_MET : FAILURE_TARGET;
        set(new Condition(type, "True", verdict.reason(), verdict.message()));
    }

    void finish(Verdict verdict) {
        set(new Condition(verdict.isSuccess() ? COMPLETE : FAILED, "True", verdict.reason(), verdict.message()));
        if (verdict.isSuccess()) {
            completed = Optional.of(now);
        }
    }

    ObjectNode draw(Collection<Attempt> attempts) {
        ObjectNode status = Json.object();
        conditions.writeTo(status);
        started.ifPresent(at -> status.put("startTime", Times.text(at)));
        completed.ifPresent(at -> status.put("completionTime", Times.text(at)));
        Counts.put(status, "active", made + number(attempts, Attempt::isActive));
        Counts.put(status, "succeeded", succeeded);
        Counts.put(status, "failed", failed);
        if (done.size() > 0) {
            status.put("completedIndexes", done.text());
        }
        if (rules.indexLimits().isPresent()) {
            status.put("failedIndexes", failedIndexes.text());
        }
        status.put("ready", number(attempts, attempt -> attempt.isActive() && attempt.ready()));
        status.put("terminating", number(attempts, attempt -> attempt.state() == Attempt.State.ENDING));
        status.putObject("uncountedTerminatedPods");
        return status;
    }

    private void set(Condition condition) {
        conditions = conditions.with(condition, now);
    }

    private static int number(Collection<Attempt> attempts, Predicate<Attempt> which) {
        return (int) attempts.stream().filter(which).count();
    }
}
