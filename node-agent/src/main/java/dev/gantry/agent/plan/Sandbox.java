package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Dependency;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.WorkloadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The container that holds what the containers of a pod or a task share, so that it outlives them: the network of a pod, or of a task in the network
 * mode awsvpc, and a task's processes and IPC objects. No container of a pod or a task can have its name.
 */
public final class Sandbox {

    public static final String NAME = "POD";

    /** In a task, where names may have capital letters and no dots. */
    public static final String OF_TASK = "internal.ecs.pause";

    /** The image of its program, which is made here and asked of no registry. */
    public static final String IMAGE = "gantry.local/pause:1";

    private Sandbox() {}

    public static boolean isNamed(String container) {
        return container.equals(NAME) || container.equals(OF_TASK);
    }

    /** The engine's choice of the container whose network the others of a workload share; empty when each has its own. */
    public static Optional<String> of(WorkloadSpec spec) {
        if (spec.hasPod()) {
            return Optional.of(NAME);
        }
        return spec.getNetwork() == NetworkMode.AWSVPC ? Optional.of(OF_TASK) : Optional.empty();
    }

    /** What a task asks for to have one namespace for all its containers. */
    private static final String SHARED = "task";

    /** Whether the containers of a task share their processes' namespace. */
    public static boolean sharesProcesses(WorkloadSpec spec) {
        return spec.getPidMode().equals(SHARED);
    }

    /** Whether the containers of a task share their IPC objects. */
    public static boolean sharesIpc(WorkloadSpec spec) {
        return spec.getIpcMode().equals(SHARED);
    }

    /** A task that shares something with the container that holds it, for which all others wait; any other as it is. */
    public static DesiredWorkload sheltered(DesiredWorkload workload) {
        WorkloadSpec spec = workload.getSpec();
        boolean isSheltered = spec.getContainersList().stream()
                .anyMatch(container -> container.getName().equals(OF_TASK));
        boolean isShared = spec.getNetwork() == NetworkMode.AWSVPC || sharesProcesses(spec) || sharesIpc(spec);
        if (spec.hasPod() || !isShared || isSheltered) {
            return workload;
        }
        WorkloadSpec.Builder sheltered = spec.toBuilder().clearContainers();
        sheltered.addContainers(container(OF_TASK).toBuilder().setEssential(true));
        for (ContainerSpec container : spec.getContainersList()) {
            sheltered.addContainers(container.toBuilder()
                    .addDependsOn(
                            Dependency.newBuilder().setContainer(OF_TASK).setCondition(Dependency.Condition.START)));
        }
        return workload.toBuilder().setSpec(sheltered).build();
    }

    private static ContainerSpec container(String name) {
        return ContainerSpec.newBuilder()
                .setName(name)
                .setImage(IMAGE)
                .setReadOnlyRoot(true)
                .build();
    }

    /** The containers of a workload on this node: its own, behind the sandbox of a pod. */
    public static List<ContainerSpec> containers(DesiredWorkload workload) {
        List<ContainerSpec> all = new ArrayList<>();
        if (workload.getSpec().hasPod()) {
            all.add(container(NAME));
        }
        all.addAll(workload.getSpec().getContainersList());
        return all;
    }

    public static Optional<ContainerSpec> container(DesiredWorkload workload, String name) {
        return containers(workload).stream()
                .filter(spec -> spec.getName().equals(name))
                .findFirst();
    }
}
