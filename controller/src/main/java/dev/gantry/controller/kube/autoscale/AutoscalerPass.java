package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.autoscale.AutoscalerPlanner.Plan;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.event.EventLog;
import dev.gantry.controller.kube.event.Happening;
import dev.gantry.controller.kube.event.Regarding;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.resource.Samples;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.time.Instant;
import java.util.List;

/** One pass over one autoscaler. */
final class AutoscalerPass {

    private static final String COMPONENT = "horizontal-pod-autoscaler";

    private final Snapshot snapshot;
    private final KubeDocument autoscaler;
    private final Samples samples;
    private final Instant now;
    private final Transaction.Builder writes = Transaction.builder();

    /** What the pass writes, and what the next one is to know. */
    record Result(Transaction writes, History history) {}

    AutoscalerPass(Snapshot snapshot, KubeDocument autoscaler, Samples samples, Instant now) {
        this.snapshot = snapshot;
        this.autoscaler = autoscaler;
        this.samples = samples;
        this.now = now;
    }

    Result decide(ResourceTypes types, History history) {
        ScaleTarget target;
        try {
            target = ScaleTarget.of(snapshot, types, autoscaler);
        } catch (ScaleTarget.MissingException e) {
            String why = String.valueOf(e.getMessage());
            warn("FailedGetScale", why);
            Condition condition = Condition.of(
                    "AbleToScale",
                    false,
                    "FailedGetScale",
                    "the HPA controller was unable to get the target's current scale: " + why);
            return written(AutoscalerStatus.of(autoscaler.status(), List.of(condition), now), history);
        }
        LabelSelector selector;
        try {
            selector = target.selector();
        } catch (ScaleTarget.MissingException e) {
            String why = String.valueOf(e.getMessage());
            warn("InvalidSelector", why);
            Condition condition = Condition.of("ScalingActive", false, "InvalidSelector", why);
            return written(AutoscalerStatus.of(autoscaler.status(), List.of(condition), now), history);
        }
        List<PodDocument> pods = target.pods(snapshot, selector);
        List<String> rivals = new Rivals(snapshot, types).of(autoscaler, pods);
        if (!rivals.isEmpty()) {
            return written(ambiguous(target, rivals), history);
        }
        PodCrowd crowd = new PodCrowd(pods, samples, now);
        int current = target.wanted();
        Plan plan = new AutoscalerPlanner(autoscaler.spec(), current, crowd, history, now).plan();
        plan.complaints().forEach(complaint -> warn(complaint.reason(), complaint.message()));
        if (!plan.reason().isEmpty()) {
            scale(target, plan);
        }
        return written(AutoscalerStatus.of(autoscaler.status(), plan, current, now), plan.history());
    }

    private ObjectNode ambiguous(ScaleTarget target, List<String> rivals) {
        String why = "pods by selector " + target.selectorText() + " are controlled by multiple HPAs: ["
                + String.join(" ", rivals) + "]";
        warn("AmbiguousSelector", why);
        Condition able = Condition.of(
                "AbleToScale",
                true,
                "SucceededGetScale",
                "the HPA controller was able to get the target's current scale");
        Condition active = Condition.of("ScalingActive", false, "AmbiguousSelector", why);
        return AutoscalerStatus.of(autoscaler.status(), List.of(able, active), now);
    }

    private void scale(ScaleTarget target, Plan plan) {
        int replicas = plan.replicas().orElseThrow();
        target.scale(writes, replicas);
        String message = "New size: " + replicas + "; reason: " + plan.reason();
        tell(Happening.once(COMPONENT, "SuccessfulRescale", message, now).keyed(message + " at " + now));
    }

    private Result written(ObjectNode status, History history) {
        ObjectNode json = autoscaler.json().deepCopy();
        json.set("status", status);
        KubeObject before = autoscaler.record().value();
        KubeObject after = KubeDocument.stored(json, before);
        if (!after.equals(before)) {
            writes.update(autoscaler.record(), after);
        } else {
            writes.guard(autoscaler.record());
        }
        return new Result(writes.build(), history);
    }

    private void warn(String reason, String message) {
        tell(Happening.once(COMPONENT, reason, message, now).asWarning());
    }

    private void tell(Happening happening) {
        new EventLog(snapshot, writes, now).tell(Regarding.of(autoscaler), happening);
    }
}
