package dev.gantry.controller.kube.disruption;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.scheduler.DisruptionBudgets;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Tells the scheduler how many pods of a namespace may go; it heeds that as well as it can. */
public final class BudgetAllowances implements DisruptionBudgets {

    @Override
    public List<DisruptionBudgets.Budget> of(Snapshot snapshot, String cluster, String namespace) {
        return KubeDocument.list(snapshot, cluster, Evictions.BUDGETS, namespace).stream()
                .map(budget -> new DisruptionBudgets.Budget(
                        budget.name().toString(),
                        covers(budget),
                        dev.gantry.controller.kube.disruption.Budget.of(snapshot, budget)
                                .allowed()))
                .toList();
    }

    /** An absent selector is about nobody. */
    private static Predicate<Map<String, String>> covers(KubeDocument budget) {
        if (!budget.spec().path("selector").isObject()) {
            return _ -> false;
        }
        LabelSelector selector = LabelSelector.of(budget.spec().path("selector"));
        return selector::matches;
    }
}
