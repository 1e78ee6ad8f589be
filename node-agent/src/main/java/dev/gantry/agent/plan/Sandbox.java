package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The container that holds a pod's network and IPC namespaces, so that they outlive the pod's own containers. No container of a pod can have
 * its name.
 */
public final class Sandbox {

    public static final String NAME = "POD";

    /** The image of its program, which is made here and asked of no registry. */
    public static final String IMAGE = "gantry.local/pause:1";

    private Sandbox() {}

    private static ContainerSpec container() {
        return ContainerSpec.newBuilder()
                .setName(NAME)
                .setImage(IMAGE)
                .setReadOnlyRoot(true)
                .build();
    }

    /** The containers of a workload on this node: its own, behind the sandbox of a pod. */
    public static List<ContainerSpec> containers(DesiredWorkload workload) {
        List<ContainerSpec> all = new ArrayList<>();
        if (workload.getSpec().hasPod()) {
            all.add(container());
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
