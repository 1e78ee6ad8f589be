package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.batch.JobPlanner.Action;
import dev.gantry.controller.kube.batch.JobPlanner.Plan;
import dev.gantry.controller.kube.batch.JobPlanner.Situation;
import dev.gantry.controller.kube.batch.JobPlanner.Tally;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.Removals.Propagation;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** One pass over one job. */
final class JobPass {

    private final KubeDocument job;
    private final PodMaker maker;
    private final Instant now;
    private final JobRules rules;
    private final OwnerPass pass;
    private final Map<String, PodDocument> pods = new LinkedHashMap<>();
    private final Map<String, Attempt> attempts = new LinkedHashMap<>();
    private final JobFigures figures;

    JobPass(Snapshot snapshot, KubeDocument job, List<PodDocument> owned, PodMaker maker, Instant now) {
        this.job = job;
        this.maker = maker;
        this.now = now;
        this.rules = JobRules.of(job.spec());
        this.pass = new OwnerPass(snapshot, job, now);
        this.figures = new JobFigures(job.status(), rules, now);
        owned.forEach(pod -> {
            pods.put(pod.name().name(), pod);
            attempts.put(pod.name().name(), Attempt.of(pod, rules.failurePolicy()));
        });
    }

    Outcome decide() {
        Optional<Instant> finished = figures.finishedAt();
        if (job.meta().isDeleted() || finished.isPresent()) {
            return over(finished);
        }
        figures.suspend(rules.suspended());
        Plan plan = new JobPlanner(rules, situation(), now).plan();
        plan.actions().stream().takeWhile(_ -> pass.hasRoom()).forEach(this::apply);
        return written(plan.wake());
    }

    /** Nothing is counted any more, and nothing is kept but the job for its time. */
    private Outcome over(Optional<Instant> finished) {
        attempts.values().stream()
                .filter(attempt -> !attempt.counted())
                .takeWhile(_ -> pass.hasRoom())
                .forEach(attempt -> withPod(attempt, pod -> pass.release(pod, Attempt.FINALIZER)));
        Optional<Instant> end = end(finished);
        return isPast(end) ? removed() : written(end);
    }

    /** Of a job that another controller runs: all that is left to do is to take it out when its time is over. */
    Outcome expire() {
        Optional<Instant> end = end(figures.finishedAt());
        if (isPast(end)) {
            return removed();
        }
        return end.map(Outcome::wakeAt).orElse(Outcome.nothing());
    }

    /** Until when it is kept, if that is said. */
    private Optional<Instant> end(Optional<Instant> finished) {
        return job.meta().isDeleted()
                ? Optional.empty()
                : finished.flatMap(at -> rules.keep().map(at::plus));
    }

    private boolean isPast(Optional<Instant> end) {
        return end.filter(at -> !now.isBefore(at)).isPresent();
    }

    private Outcome removed() {
        pass.removals().delete(job, Propagation.FOREGROUND);
        return pass.outcomeWithoutOwner();
    }

    private Outcome written(Optional<Instant> wake) {
        pass.json().set("status", figures.draw(attempts.values()));
        Outcome outcome = pass.outcome();
        return wake.map(outcome::orWakeAt).orElse(outcome);
    }

    private Situation situation() {
        return new Situation(
                List.copyOf(attempts.values()),
                figures.succeeded(),
                figures.failed(),
                figures.done(),
                figures.failedIndexes(),
                figures.started(),
                figures.verdict());
    }

    private void apply(Action action) {
        switch (action) {
            case Action.Count(Attempt attempt, Tally tally) -> {
                figures.count(attempt, tally);
                withPod(attempt, pod -> pass.release(pod, Attempt.FINALIZER));
            }
            case Action.Make(OptionalInt index, Optional<FailureCount> failures) -> make(index, failures);
            case Action.Dismiss(Attempt attempt) -> {
                withPod(attempt, pod -> pass.dismiss(pod, Attempt.FINALIZER));
                attempts.remove(attempt.name());
            }
            case Action.Abort(Attempt attempt) -> withPod(attempt, pass::delete);
            case Action.Decide(Verdict verdict) -> figures.decide(verdict);
            case Action.Finish(Verdict verdict) -> {
                figures.finish(verdict);
                if (verdict.isSuccess()) {
                    pass.tell("Completed", "Job completed");
                } else {
                    pass.warn(verdict.reason(), verdict.message());
                }
            }
        }
    }

    private void withPod(Attempt attempt, Consumer<PodDocument> action) {
        Optional.ofNullable(pods.get(attempt.name())).ifPresent(action);
    }

    private void make(OptionalInt index, Optional<FailureCount> failures) {
        if (!pass.canCreate()) {
            return;
        }
        ObjectNode template = (ObjectNode) job.spec().path("template").deepCopy();
        ObjectNode metadata = template.withObject("/metadata");
        metadata.withArray("finalizers").add(Attempt.FINALIZER);
        String prefix = job.meta().name() + "-";
        if (index.isPresent()) {
            prefix += index.getAsInt() + "-";
            number(template, index.getAsInt());
        }
        failures.ifPresent(count -> count.writeTo((ObjectNode) metadata.withObject("/annotations")));
        // A template that was admitted and cannot be run here is said in the job's own condition.
        pass.createPod(template, prefix, maker).ifPresentOrElse(figures::refused, figures::madeOne);
    }

    private void number(ObjectNode template, int index) {
        String number = Integer.toString(index);
        ObjectNode metadata = template.withObject("/metadata");
        metadata.withObject("/annotations").put(Attempt.INDEX, number);
        metadata.withObject("/labels").put(Attempt.INDEX, number);
        if (template.at("/spec/hostname").isMissingNode()) {
            template.withObject("/spec").put("hostname", job.meta().name() + "-" + number);
        }
        for (String kind : List.of("initContainers", "containers")) {
            template.path("spec").path(kind).forEach(container -> {
                ObjectNode variable = ((ObjectNode) container).withArray("env").addObject();
                variable.put("name", "JOB_COMPLETION_INDEX");
                variable.withObject("/valueFrom/fieldRef").put("fieldPath", "metadata.labels['" + Attempt.INDEX + "']");
            });
        }
    }
}
