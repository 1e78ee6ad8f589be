package dev.gantry.controller.ecs.events;

import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskSet;
import dev.gantry.proto.Event;
import dev.gantry.proto.EventStep;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The service actions that nobody says, because the service's record shows them. They are steps from one record to the next: one
 * whose beginning was not seen is none.
 *
 * @param revision of the record after it
 */
record ServiceSteps(long atMs, long revision) {

    List<EventStep> steps(@Nullable Versioned<?> before, EcsService service) {
        if (before == null || !(before.value() instanceof EcsService was)) {
            return List.of();
        }
        List<EventStep> steps = new ArrayList<>();
        if (was.getDesiredCount() != service.getDesiredCount()) {
            steps.add(action(service, "SERVICE_DESIRED_COUNT_UPDATED", "desired")
                    .setDesiredCount(service.getDesiredCount())
                    .build());
        }
        for (EcsTaskSet set : service.getTaskSetsList()) {
            boolean wasSteady = was.getTaskSetsList().stream()
                    .anyMatch(one -> one.getSteady()
                            && one.getDeployment()
                                    .getId()
                                    .equals(set.getDeployment().getId()));
            if (set.getSteady() && !wasSteady) {
                steps.add(action(
                                service,
                                "TASKSET_STEADY_STATE",
                                set.getDeployment().getId())
                        .build());
            }
        }
        return steps;
    }

    private EventStep.Builder action(EcsService service, String name, String what) {
        return EventStep.newBuilder()
                .setAtMs(atMs)
                .setCluster(service.getCluster())
                .setService(service.getName())
                .setAction(Event.newBuilder()
                        .setId(service.getUid() + "/" + what + "/" + revision)
                        .setAtMs(atMs)
                        .setName(name));
    }
}
