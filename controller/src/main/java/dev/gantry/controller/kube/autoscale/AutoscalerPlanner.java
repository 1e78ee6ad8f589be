package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.autoscale.MetricSource.Answer;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Decides how many replicas there shall be. */
final class AutoscalerPlanner {

    private static final String ACTIVE = "ScalingActive";
    private static final String ABLE = "AbleToScale";

    /** What is to be told in an event that a person should look at. */
    record Complaint(String reason, String message) {}

    /**
     * What comes of a pass.
     *
     * @param replicas   that there shall be; empty when that could not be told
     * @param reason     why there shall be another number; empty when there shall not
     * @param metrics    as the status shows them
     * @param history    for the next pass
     */
    record Plan(
            OptionalInt replicas,
            String reason,
            List<Condition> conditions,
            List<ObjectNode> metrics,
            List<Complaint> complaints,
            History history) {

        Plan {
            conditions = List.copyOf(conditions);
            metrics = List.copyOf(metrics);
            complaints = complaints.stream().distinct().toList();
        }
    }

    private final JsonNode spec;
    private final int current;
    private final MetricSource.Crowd crowd;
    private final Instant now;
    private final History history;
    private final List<Condition> conditions = new ArrayList<>();
    private final List<ObjectNode> metrics = new ArrayList<>();
    private final List<Complaint> complaints = new ArrayList<>();

    /** @param current replicas that there shall be until now */
    AutoscalerPlanner(JsonNode spec, int current, MetricSource.Crowd crowd, History history, Instant now) {
        this.spec = spec;
        this.current = current;
        this.crowd = crowd;
        this.history = history.begun(current, now);
        this.now = now;
    }

    Plan plan() {
        conditions.add(Condition.of(
                ABLE, true, "SucceededGetScale", "the HPA controller was able to get the target's current scale"));
        int least = spec.path("minReplicas").asInt(1);
        int most = spec.path("maxReplicas").asInt();
        if (current == 0 && least != 0) {
            conditions.add(Condition.of(
                    ACTIVE,
                    false,
                    "ScalingDisabled",
                    "scaling is disabled since the replica count of the target is zero"));
            return done(0, "", history);
        }
        if (current > most) {
            return done(most, "Current number of replicas above Spec.MaxReplicas", history);
        }
        if (current < least) {
            return done(least, "Current number of replicas below Spec.MinReplicas", history);
        }
        return measured(least, most);
    }

    private Plan measured(int least, int most) {
        List<Answer.Unknown> unknown = new ArrayList<>();
        Optional<Answer.Proposal> highest = highest(unknown);
        boolean isTold =
                highest.isPresent() && (unknown.isEmpty() || highest.get().replicas() >= current);
        if (!unknown.isEmpty()) {
            complaints.add(new Complaint(
                    "FailedComputeMetricsReplicas",
                    "invalid metrics (" + unknown.size() + " invalid out of "
                            + spec.path("metrics").size() + "), first error is: "
                            + unknown.getFirst().story()));
        }
        if (!isTold) {
            Answer.Unknown first = unknown.getFirst();
            conditions.add(Condition.of(
                    ACTIVE, false, first.reason(), "the HPA was unable to compute the replica count: " + first.why()));
            return new Plan(OptionalInt.empty(), "", conditions, metrics, complaints, history);
        }
        Answer.Proposal proposal = highest.get();
        conditions.add(Condition.of(
                ACTIVE,
                true,
                "ValidMetricFound",
                "the HPA was able to successfully calculate a replica count from " + proposal.name()));
        Pace.Step step =
                new Pace(spec.path("behavior"), least, most, current, history, now).towards(proposal.replicas());
        conditions.set(0, step.able());
        conditions.add(step.limited());
        String reason = proposal.replicas() > current ? proposal.name() + " above target" : "All metrics below target";
        return done(step.replicas(), reason, history.recommended(proposal.replicas(), now));
    }

    /** What the metrics say together: the one that asks for most is right. */
    private Optional<Answer.Proposal> highest(List<Answer.Unknown> unknown) {
        Optional<Answer.Proposal> highest = Optional.empty();
        for (JsonNode metric : spec.path("metrics")) {
            switch (new MetricSource(metric, crowd, current, now).ask()) {
                case Answer.Proposal proposal -> {
                    metrics.add(proposal.status());
                    if (highest.isEmpty() || proposal.replicas() > highest.get().replicas()) {
                        highest = Optional.of(proposal);
                    }
                }
                case Answer.Unknown one -> {
                    unknown.add(one);
                    complaints.add(new Complaint(one.reason(), one.why()));
                }
            }
        }
        return highest;
    }

    private Plan done(int replicas, String reason, History after) {
        if (replicas != current) {
            conditions.set(
                    0,
                    Condition.of(
                            ABLE,
                            true,
                            "SucceededRescale",
                            "the HPA controller was able to update the target scale to " + replicas));
        }
        return new Plan(
                OptionalInt.of(replicas), replicas == current ? "" : reason, conditions, metrics, complaints, after);
    }
}
