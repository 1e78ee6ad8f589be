package dev.gantry.controller.kube.disruption;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.pod.Disruption;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Deletion;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.controller.kube.registry.Registry;
import java.util.List;

/** Makes a pod go because somebody wishes so, unless its budget stands against it, and notes that down there. */
public final class Evictions {

    static final ResourceName BUDGETS = new ResourceName("policy", "poddisruptionbudgets");
    private static final String ALWAYS = "AlwaysAllow";

    private Evictions() {}

    /**
     * Deletes a pod in the draft's transaction, and spends one disruption of its budget in the same one, if it has one: two
     * evictions that rest on one image both write the budget, and only one of them succeeds.
     *
     * @param pods the registry that the pod is in
     * @throws KubeRefusal 429 when the budget allows none now
     */
    public static void evict(Draft draft, Registry pods, PodDocument pod, Deletion deletion) {
        ObjectName name = pod.name();
        spend(draft, pod);
        ObjectNode before = pods.find(draft.image(), name).orElseThrow();
        switch (deletion.of(name.resource(), before, pods.graceSeconds(before), draft.now())) {
            case Deletion.Result.Gone() -> pods.delete(draft, name);
            case Deletion.Result.Marked(ObjectNode marked) -> {
                ObjectNode status = marked.withObject("/status");
                status.set("conditions", Disruption.EVICTION.in(status.path("conditions"), draft.now()));
                pods.update(draft, name, marked);
            }
        }
    }

    private static void spend(Draft draft, PodDocument pod) {
        boolean isFree = pod.isOver() || pod.isDeleted() || pod.phase() == PodDocument.Phase.PENDING;
        List<KubeDocument> budgets =
                KubeDocument.list(
                                draft.image(),
                                pod.name().cluster(),
                                BUDGETS,
                                pod.name().namespace())
                        .stream()
                        .filter(budget -> Budget.covers(budget).test(pod.meta().labels()))
                        .toList();
        if (isFree || budgets.isEmpty()) {
            return;
        }
        if (budgets.size() > 1) {
            throw KubeRefusal.of(
                    Reason.INTERNAL,
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }
        KubeDocument record = budgets.getFirst();
        Budget budget = Budget.of(draft.image(), record);
        boolean isHealthy = Budget.isHealthy(pod);
        if (!isHealthy && mayGoUnhealthy(record, budget)) {
            BudgetStatus.write(draft.writes(), record, budget, draft.now(), true);
            return;
        }
        if (budget.allowed() <= 0) {
            throw refusal(record, budget);
        }
        BudgetStatus.write(draft.writes(), record, isHealthy ? budget.withoutOne() : budget, draft.now(), true);
    }

    /** A pod that does not serve is missed by nobody, as long as enough others do, or its budget says so in any case. */
    private static boolean mayGoUnhealthy(KubeDocument record, Budget budget) {
        boolean isWellEnough =
                budget.trouble().isEmpty() && budget.desired() > 0 && budget.healthy() >= budget.desired();
        return isWellEnough
                || record.spec().path("unhealthyPodEvictionPolicy").asText().equals(ALWAYS);
    }

    private static KubeRefusal refusal(KubeDocument record, Budget budget) {
        String name = record.meta().name();
        String why = budget.trouble()
                .map(trouble -> "The disruption budget " + name + " cannot be reckoned: " + trouble)
                .orElse("The disruption budget " + name + " needs " + budget.desired() + " healthy pods and has "
                        + budget.healthy() + " currently");
        return KubeRefusal.tooManyRequests(
                "Cannot evict pod as it would violate the pod's disruption budget.",
                List.of(new Cause("", "DisruptionBudget", why)));
    }
}
