package dev.gantry.controller.kube.disruption;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Transaction;
import java.time.Instant;

/** Writes how a budget stands into its status. */
final class BudgetStatus {

    private static final String ALLOWED = "DisruptionAllowed";

    private BudgetStatus() {}

    /** Even if it says what it said before, when {@code always}: so that no two do so from one image. */
    static void write(Transaction.Builder writes, KubeDocument record, Budget budget, Instant now, boolean always) {
        ObjectNode json = record.json().deepCopy();
        ObjectNode status = json.withObject("/status");
        int allowed = budget.allowed();
        status.put("currentHealthy", budget.healthy())
                .put("desiredHealthy", budget.desired())
                .put("expectedPods", budget.expected())
                .put("disruptionsAllowed", allowed)
                .put("observedGeneration", record.meta().generation());
        Condition condition = budget.trouble()
                .map(why -> Condition.of(ALLOWED, false, "SyncFailed", why))
                .orElseGet(() ->
                        Condition.of(ALLOWED, allowed > 0, allowed > 0 ? "SufficientPods" : "InsufficientPods", ""));
        Conditions.of(status, "").with(condition, now).writeTo(status);
        KubeObject before = record.record().value();
        KubeObject after = KubeDocument.stored(json, before);
        if (always || !after.equals(before)) {
            writes.update(record.record(), after);
        }
    }
}
