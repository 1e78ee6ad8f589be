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
 * The container that holds the network of a pod, or of a task in the network mode awsvpc, so that it outlives the containers that share it. No
 * container of a pod or a task can have its name.
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

    /** A task in the network mode awsvpc with the container that holds its network, for which all others wait; any other as it is. */
    public static DesiredWorkload sheltered(DesiredWorkload workload) {
        WorkloadSpec spec = workload.getSpec();
        boolean isSheltered = spec.getContainersList().stream()
                .anyMatch(container -> container.getName().equals(OF_TASK));
        if (spec.hasPod() || spec.getNetwork() != NetworkMode.AWSVPC || isSheltered) {
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
