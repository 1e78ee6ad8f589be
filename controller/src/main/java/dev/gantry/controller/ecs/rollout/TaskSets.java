package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Task sets of a service whose deployments somebody outside makes. */
public final class TaskSets {

    private static final double PERCENT = 100;

    private TaskSets() {}

    /** How many tasks a task set shall have: its share of the service's desired count, rounded up. */
    public static int desired(EcsService service, EcsTaskSet set) {
        return set.getDraining() ? 0 : (int) Math.ceil(service.getDesiredCount() * set.getScalePercent() / PERCENT);
    }

    /**
     * Takes note of how the task sets are.
     *
     * @param steady ids of those of which as many tasks run as shall, and nothing else is left
     * @param inUse ids of those that have tasks
     */
    static void note(EcsService.Builder service, Set<String> steady, Set<String> inUse, Instant now) {
        List<EcsTaskSet> kept = new ArrayList<>();
        for (EcsTaskSet set : service.getTaskSetsList()) {
            String id = set.getDeployment().getId();
            if (!set.getDraining() || inUse.contains(id)) {
                kept.add(noted(set, steady.contains(id), now));
            }
        }
        service.clearTaskSets().addAllTaskSets(kept);
    }

    private static EcsTaskSet noted(EcsTaskSet set, boolean steady, Instant now) {
        return set.getSteady() == steady
                ? set
                : set.toBuilder()
                        .setSteady(steady)
                        .setSteadySinceMs(now.toEpochMilli())
                        .build();
    }
}
