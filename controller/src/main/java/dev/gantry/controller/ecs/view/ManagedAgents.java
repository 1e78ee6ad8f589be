package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.ManagedAgent;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Phase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands beside a container to serve its user: here the node does what on AWS an agent in the container does. */
final class ManagedAgents {

    private ManagedAgents() {}

    /** Nothing for a container in which no commands may be run. */
    static @Nullable List<ManagedAgent> of(EcsTask task, ContainerStatus status) {
        if (!task.getEnableExecuteCommand()) {
            return null;
        }
        return List.of(ManagedAgent.builder()
                .name("ExecuteCommandAgent")
                .lastStatus(
                        status.getPhase() == Phase.PHASE_UNSPECIFIED
                                ? Phase.PENDING.name()
                                : status.getPhase().name())
                .lastStartedAt(Shown.time(status.getStartedAtMs()))
                .build());
    }
}
