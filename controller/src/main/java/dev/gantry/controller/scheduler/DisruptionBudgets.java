package dev.gantry.controller.scheduler;

import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What a front end that has disruption budgets says of how many pods may be made to go. */
public interface DisruptionBudgets {

    /** For where there are none. */
    DisruptionBudgets NONE = (_, _, _) -> List.of();

    /**
     * One budget.
     *
     * @param covers the pods with which labels it is about
     * @param allowed so many may go now
     */
    record Allowance(String name, Predicate<Map<String, String>> covers, int allowed) {}

    /** All of one namespace. */
    List<Allowance> of(Snapshot snapshot, String cluster, String namespace);
}
