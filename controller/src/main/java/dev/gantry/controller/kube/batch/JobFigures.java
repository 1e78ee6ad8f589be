package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.batch.JobPlanner.Verdict;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import dev.gantry.controller.kube.owner.Counts;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** What a job's status says, and what a pass makes of it. */
final class JobFigures {

    private static final String COMPLETE = "Complete";
    private static final String FAILED = "Failed";
    private static final String CRITERIA_MET = "SuccessCriteriaMet";
    private static final String FAILURE_TARGET = "FailureTarget";
    private static final String SUSPENDED = "Suspended";
    private static final String REFUSED = "FailedCreate";

    private final Instant now;
    private final Indexes done;
    private Conditions conditions;
    private Optional<Instant> started;
    private Optional<Instant> completed;
    private int succeeded;
    private int failed;
    private int made;

    JobFigures(JsonNode before, Instant now) {
        this.now = now;
        this.conditions = Conditions.of(before, Conditions.LAST_PROBE);
        this.started = Times.read(before.path("startTime"));
        this.completed = Times.read(before.path("completionTime"));
        this.succeeded = before.path("succeeded").asInt();
        this.failed = before.path("failed").asInt();
        this.done = Indexes.parse(before.path("completedIndexes").asText());
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

    Optional<Instant> started() {
        return started;
    }

    /** What it is coming to; empty while that is open. */
    Optional<Verdict> verdict() {
        if (conditions.holds(CRITERIA_MET)) {
            return Optional.of(Verdict.COMPLETE);
        }
        return conditions.holds(FAILURE_TARGET) ? Verdict.of(conditions.reason(FAILURE_TARGET)) : Optional.empty();
    }

    Optional<Instant> finishedAt() {
        return conditions.list().stream()
                .filter(one -> one.path("type").asText().equals(COMPLETE)
                        || one.path("type").asText().equals(FAILED))
                .filter(one -> one.path("status").asText().equals("True"))
                .findFirst()
                .map(one -> Instant.parse(one.path("lastTransitionTime").asText()));
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

    void count(Attempt attempt, boolean success, OptionalInt completions) {
        if (!success) {
            failed++;
        } else if (attempt.index().isEmpty()) {
            succeeded++;
        } else if (attempt.index().getAsInt() < completions.orElse(0)) {
            done.numbers().add(attempt.index().getAsInt());
            succeeded = done.numbers().size();
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

    ObjectNode draw(Collection<Attempt> attempts, boolean indexed) {
        ObjectNode status = Json.object();
        conditions.writeTo(status);
        started.ifPresent(at -> status.put("startTime", Times.text(at)));
        completed.ifPresent(at -> status.put("completionTime", Times.text(at)));
        Counts.put(status, "active", made + number(attempts, Attempt::isActive));
        Counts.put(status, "succeeded", succeeded);
        Counts.put(status, "failed", failed);
        if (indexed && !done.numbers().isEmpty()) {
            status.put("completedIndexes", done.text());
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
