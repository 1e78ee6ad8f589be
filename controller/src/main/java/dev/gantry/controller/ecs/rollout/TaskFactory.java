package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Optional;

/** Makes the tasks of services. Pure. */
@FunctionalInterface
public interface TaskFactory {

    /**
     * One task of a deployment, without a node. Its origin is an {@code EcsTask} that names the
     * deployment.
     *
     * @return empty when the deployment's task definition is gone or cannot be run
     */
    Optional<Workload> task(
            Snapshot snapshot, Versioned<EcsService> service, EcsDeployment deployment, String taskId, Instant now);

    /**
     * A task for certain nodes only.
     *
     * @param where of no type for nothing
     * @param node empty for any
     */
    static WorkloadSpec meant(WorkloadSpec spec, PlacementConstraint where, String node, boolean daemon) {
        boolean constrained = where.getType() != PlacementConstraint.Type.TYPE_UNSPECIFIED;
        if (!constrained && node.isEmpty() && !daemon) {
            return spec;
        }
        WorkloadSpec.Builder meant = spec.toBuilder().setRequiredNode(node).setDaemon(daemon);
        if (constrained) {
            meant.addConstraints(where);
        }
        return meant.build();
    }
}
