package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.batch.CronPlanner.Action;
import dev.gantry.controller.kube.batch.CronPlanner.Concurrency;
import dev.gantry.controller.kube.batch.CronPlanner.Plan;
import dev.gantry.controller.kube.batch.CronPlanner.Rules;
import dev.gantry.controller.kube.batch.CronPlanner.Run;
import dev.gantry.controller.kube.batch.CronPlanner.State;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.owner.Removals.Propagation;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.schedule.Schedule;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.store.Snapshot;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One pass over one cron job. */
final class CronJobPass {

    private static final ResourceType TYPE =
            ResourceTypes.builtIn().find(JobReconciler.JOBS).orElseThrow();
    private static final String SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    private static final int MINUTE_SECONDS = 60;
    private static final int KEEP_SUCCEEDED = 3;

    private final Snapshot snapshot;
    private final KubeDocument cronJob;
    private final Instant now;
    private final OwnerPass pass;
    private final Map<String, KubeDocument> jobs = new LinkedHashMap<>();
    private Optional<Instant> lastScheduled;
    private Optional<Instant> lastSucceeded;

    CronJobPass(Snapshot snapshot, KubeDocument cronJob, Instant now) {
        this.snapshot = snapshot;
        this.cronJob = cronJob;
        this.now = now;
        this.pass = new OwnerPass(snapshot, cronJob, now);
        this.lastScheduled = Times.read(cronJob.status().path("lastScheduleTime"));
        this.lastSucceeded = Times.read(cronJob.status().path("lastSuccessfulTime"));
        Ownership.managed(snapshot, cronJob, JobReconciler.JOBS)
                .forEach(job -> jobs.put(job.meta().name(), job));
    }

    Outcome decide() {
        Optional<Rules> rules = rules();
        if (rules.isEmpty()) {
            return Outcome.nothing();
        }
        Plan plan = new CronPlanner(
                        rules.get(),
                        jobs.values().stream().map(CronJobPass::run).toList(),
                        lastScheduled,
                        Times.read(cronJob.meta().json().path("creationTimestamp"))
                                .orElse(now),
                        now)
                .plan();
        ArrayNode active = Json.object().putArray("active");
        jobs.values().stream()
                .filter(job -> run(job).state() == State.ACTIVE)
                .forEach(job -> refer(active, job.json()));
        plan.actions().stream().takeWhile(_ -> pass.hasRoom()).forEach(action -> apply(action, active));
        pass.json().set("status", status(active));
        Outcome outcome = pass.outcome();
        return plan.wake().map(outcome::orWakeAt).orElse(outcome);
    }

    private void apply(Action action, ArrayNode active) {
        switch (action) {
            case Action.Begin(Instant scheduled) -> begin(scheduled, active);
            case Action.Replace(Run run) -> {
                remove(run);
                active.removeIf(reference -> reference.path("name").asText().equals(run.name()));
            }
            case Action.Forget(Run run) -> remove(run);
        }
    }

    private void remove(Run run) {
        Optional.ofNullable(jobs.get(run.name())).ifPresent(job -> {
            pass.removals().delete(job, Propagation.BACKGROUND);
            pass.tell("SuccessfulDelete", "Deleted job " + run.name());
        });
    }

    /** Named by the minute, so that none begins twice. */
    private void begin(Instant scheduled, ArrayNode active) {
        String name = cronJob.meta().name() + "-" + scheduled.getEpochSecond() / MINUTE_SECONDS;
        boolean isTaken = snapshot.get(
                        cronJob.name().beside(JobReconciler.JOBS, name).key())
                .isPresent();
        if (!pass.canCreate()) {
            return;
        }
        if (isTaken) {
            lastScheduled = Optional.of(scheduled);
            return;
        }
        JsonNode template = cronJob.spec().path("jobTemplate");
        ObjectNode job = Json.object();
        ObjectNode metadata = job.putObject("metadata");
        for (String member : new String[] {"labels", "annotations"}) {
            if (template.path("metadata").get(member) instanceof ObjectNode texts) {
                metadata.set(member, texts.deepCopy());
            }
        }
        metadata.withObject("/annotations").put(SCHEDULED, scheduled.toString());
        job.set("spec", template.path("spec").deepCopy());
        try {
            refer(active, pass.create(TYPE, name, job));
        } catch (KubeRefusal e) {
            // It is still due.
            pass.warn("FailedCreate", "Error creating job: " + e.getMessage());
            return;
        }
        lastScheduled = Optional.of(scheduled);
        pass.tell("SuccessfulCreate", "Created job " + name);
    }

    private static void refer(ArrayNode active, ObjectNode job) {
        JsonNode metadata = job.path("metadata");
        active.addObject()
                .put("kind", TYPE.kind())
                .put("namespace", metadata.path("namespace").asText())
                .put("name", metadata.path("name").asText())
                .put("uid", metadata.path("uid").asText())
                .put("apiVersion", TYPE.apiVersion());
    }

    private ObjectNode status(ArrayNode active) {
        jobs.values().stream()
                .filter(job -> run(job).state() == State.SUCCEEDED)
                .flatMap(job -> Times.read(job.status().path("completionTime")).stream())
                .max(Instant::compareTo)
                .filter(at -> lastSucceeded.isEmpty() || at.isAfter(lastSucceeded.get()))
                .ifPresent(at -> lastSucceeded = Optional.of(at));
        ObjectNode status = Json.object();
        if (!active.isEmpty()) {
            status.set("active", active);
        }
        lastScheduled.ifPresent(at -> status.put("lastScheduleTime", Times.text(at)));
        lastSucceeded.ifPresent(at -> status.put("lastSuccessfulTime", Times.text(at)));
        return status;
    }

    private static Run run(KubeDocument job) {
        Conditions conditions = Conditions.of(job.status(), "");
        State state = conditions.holds("Complete")
                ? State.SUCCEEDED
                : conditions.holds("Failed") ? State.FAILED : State.ACTIVE;
        Instant started = Times.read(job.status().path("startTime"))
                .or(() -> Times.read(job.meta().json().path("creationTimestamp")))
                .orElse(Instant.EPOCH);
        return new Run(job.meta().name(), state, started);
    }

    private Optional<Rules> rules() {
        JsonNode spec = cronJob.spec();
        return Schedule.parse(spec.path("schedule").asText())
                .flatMap(schedule -> zone(spec)
                        .map(zone -> new Rules(
                                schedule,
                                zone,
                                spec.hasNonNull("startingDeadlineSeconds")
                                        ? Optional.of(Duration.ofSeconds(spec.path("startingDeadlineSeconds")
                                                .asLong()))
                                        : Optional.empty(),
                                switch (spec.path("concurrencyPolicy").asText()) {
                                    case "Forbid" -> Concurrency.FORBID;
                                    case "Replace" -> Concurrency.REPLACE;
                                    default -> Concurrency.ALLOW;
                                },
                                spec.path("suspend").asBoolean(),
                                spec.path("successfulJobsHistoryLimit").asInt(KEEP_SUCCEEDED),
                                spec.path("failedJobsHistoryLimit").asInt(1))));
    }

    private static Optional<ZoneId> zone(JsonNode spec) {
        try {
            String zone = spec.path("timeZone").asText();
            return Optional.of(zone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(zone));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
