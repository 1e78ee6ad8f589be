package dev.gantry.controller.ecs.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads a service's tasks that have not stopped from an image. */
final class LiveTasks {

    private LiveTasks() {}

    /** Every pass looks at every task, so what is the same for all of them is asked for once. */
    static List<LiveTask> of(Snapshot snapshot, Key<EcsService> service) {
        Set<String> leaving = snapshot.find(Kinds.NODES_BY_ADMINISTRATION, Administration.DRAINING.name()).stream()
                .map(node -> node.key().name())
                .collect(Collectors.toSet());
        List<Versioned<Workload>> found = snapshot.find(Kinds.LIVE_WORKLOADS_BY_OWNER, service.path());
        List<LiveTask> live = new ArrayList<>(found.size());
        List<ContainerSpec> containers = List.of();
        boolean checked = false;
        for (Versioned<Workload> task : found) {
            boolean goes = !leaving.isEmpty()
                    && leaving.contains(task.value().getPlacement().getNode());
            List<ContainerSpec> own = task.value().getSpec().getContainersList();
            // The tasks of a deployment share one list.
            if (!own.equals(containers)) {
                containers = own;
                checked = hasHealthCheck(own);
            }
            live.add(new LiveTask(task, deployment(task.value()), goes, checked));
        }
        return live;
    }

    /** The id of the deployment that a service's task was made for. */
    static String deployment(Workload task) {
        try {
            return task.getOrigin().unpack(EcsTask.class).getDeploymentId();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("task " + task.getId() + " of a service was not made by it", e);
        }
    }

    private static boolean hasHealthCheck(List<ContainerSpec> containers) {
        return containers.stream()
                .anyMatch(container -> container.getHealthCheck().getCommandCount() > 0);
    }
}
