package dev.gantry.controller.ecs.rollout;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done now.
 *
 * @param blocked the service's own limits allow neither a start nor a stop, and nothing that is
 *     under way changes that
 * @param settled as many tasks of the deployment as desired have settled
 * @param reconciled there are no tasks but of the revisions that there shall be
 * @param completed every task is of the newest deployment, and as many as desired have settled
 * @param steady completed, and there is nothing else
 * @param held deployments of which more tasks would stop if they were not protected
 * @param wake when time alone makes a difference
 */
record Plan(
        List<Action> actions,
        boolean blocked,
        boolean settled,
        boolean reconciled,
        boolean completed,
        boolean steady,
        List<String> held,
        Optional<Instant> wake) {

    /** That nothing is to be done, and that nothing is known to be done. */
    static Plan nothing() {
        return new Plan(List.of(), false, false, false, false, false, List.of(), Optional.empty());
    }

    /**
     * Those of several cohorts as one. The first is of the newest deployment; beside others it is not complete, and the first two
     * are those that there shall be.
     */
    static Plan all(List<Plan> cohorts) {
        Plan first = cohorts.getFirst();
        if (cohorts.size() == 1) {
            return first;
        }
        return new Plan(
                cohorts.stream().flatMap(plan -> plan.actions().stream()).toList(),
                cohorts.stream().anyMatch(Plan::blocked),
                first.settled(),
                cohorts.size() == 2,
                false,
                false,
                cohorts.stream()
                        .flatMap(plan -> plan.held().stream())
                        .distinct()
                        .toList(),
                cohorts.stream().map(Plan::wake).flatMap(Optional::stream).min(Instant::compareTo));
    }
}
