package dev.gantry.agent.work;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.RunState;
import dev.gantry.proto.WorkloadSpec;
import java.util.List;

/** Workloads for tests. */
public final class Specs {

    public static final String IMAGE = "gantry-test:1";

    private Specs() {}

    /** An essential container that runs a shell script. */
    public static ContainerSpec.Builder container(String name, String script) {
        return ContainerSpec.newBuilder()
                .setName(name)
                .setImage(IMAGE)
                .setEssential(true)
                .setStopTimeoutSeconds(2)
                .addAllCommand(List.of("/bin/sh", "-c", script));
    }

    public static DesiredWorkload run(String id, ContainerSpec.Builder... containers) {
        return run(id, NetworkMode.BRIDGE, containers);
    }

    public static DesiredWorkload run(String id, NetworkMode network, ContainerSpec.Builder... containers) {
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder()
                .setNetwork(network)
                .setNamePrefix("ecs-web-1")
                .putLabels("com.amazonaws.ecs.cluster", "default");
        for (ContainerSpec.Builder container : containers) {
            spec.addContainers(container);
        }
        return DesiredWorkload.newBuilder()
                .setScope("default")
                .setId(id)
                .setDesired(RunState.RUN)
                .setSpec(spec)
                .build();
    }

    public static DesiredWorkload stop(DesiredWorkload workload) {
        return workload.toBuilder().setDesired(RunState.STOP).build();
    }

    public static DesiredWorkload settled(DesiredWorkload workload) {
        return stop(workload).toBuilder().setSettled(true).build();
    }
}
