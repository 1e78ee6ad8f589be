package dev.gantry.controller.resource;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Workload;
import java.util.Optional;

/** Tells which workloads are tasks of ECS. */
public final class Tasks {

    private Tasks() {}

    /** The task that the workload is; empty for anything else. */
    public static Optional<EcsTask> task(Workload workload) {
        try {
            return workload.getOrigin().is(EcsTask.class)
                    ? Optional.of(workload.getOrigin().unpack(EcsTask.class))
                    : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the origin of " + workload.getId() + " is damaged", e);
        }
    }
}
