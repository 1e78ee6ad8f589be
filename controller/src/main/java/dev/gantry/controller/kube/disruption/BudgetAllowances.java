package dev.gantry.controller.kube.disruption;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.scheduler.DisruptionBudgets;
import dev.gantry.store.Snapshot;
import java.util.List;

/** Tells the scheduler how many pods of a namespace may go; it heeds that as well as it can. */
public final class BudgetAllowances implements DisruptionBudgets {

    @Override
    public List<Allowance> of(Snapshot snapshot, String cluster, String namespace) {
        List<KubeDocument> budgets = KubeDocument.list(snapshot, cluster, Evictions.BUDGETS, namespace);
        List<PodDocument> pods = budgets.isEmpty() ? List.of() : PodDocument.list(snapshot, cluster, namespace);
        return budgets.stream()
                .map(budget -> new Allowance(
                        budget.name().toString(),
                        Budget.covers(budget),
                        Budget.of(snapshot, budget, pods).allowed()))
                .toList();
    }
}
