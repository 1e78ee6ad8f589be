package dev.gantry.controller.world;

import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.PlacementStrategy;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;

/** Records as tests need them. */
public final class Records {

    public static final long MIB = 1 << 20;

    private Records() {}

    /** A ready node of the cluster "default" with 2 cores and 1024 MiB. */
    public static Node.Builder node(String id, String zone) {
        return Node.newBuilder()
                .setId(id)
                .setReadiness(Readiness.READY)
                .setInfo(NodeInfo.newBuilder()
                        .setName("host-" + id)
                        .setCluster("default")
                        .setAgentVersion("1.2.3")
                        .putAttributes("ecs.availability-zone", zone)
                        .putAttributes("ecs.cpu-architecture", "x86_64")
                        .setCapacity(resources(2048, 1024)));
    }

    public static Resources.Builder resources(long cpuUnits, long memoryMebibytes) {
        return Resources.newBuilder().setCpuUnits(cpuUnits).setMemoryBytes(memoryMebibytes * MIB);
    }

    /** A standalone task of the cluster "default". */
    public static Workload.Builder task(String id, WorkloadSpec.Builder spec) {
        return Workload.newBuilder()
                .setId(id)
                .setScope("default")
                .setSpec(spec.setCluster("default"))
                .setWish(Wish.newBuilder().setDesired(RunState.RUN));
    }

    /** A task of the service "web". */
    public static Workload.Builder serviceTask(String id, WorkloadSpec.Builder spec) {
        return task(id, spec.setGroup("service:web")).setOwner("ecs-service/default/web");
    }

    public static WorkloadSpec.Builder spec(long cpuUnits, long memoryMebibytes) {
        return WorkloadSpec.newBuilder().setGroup("family:web").setResources(resources(cpuUnits, memoryMebibytes));
    }

    public static Workload placed(Workload.Builder workload, String node, long epoch) {
        return workload.setPlacement(Placement.newBuilder().setNode(node).setNodeEpoch(epoch))
                .build();
    }

    public static Workload running(Workload.Builder workload, String node) {
        return placed(workload.setObserved(Observation.newBuilder().setPhase(Phase.RUNNING)), node, 0);
    }

    public static PlacementStrategy strategy(PlacementStrategy.Type type, String field) {
        return PlacementStrategy.newBuilder().setType(type).setField(field).build();
    }

    public static PlacementConstraint memberOf(String expression) {
        return PlacementConstraint.newBuilder()
                .setType(PlacementConstraint.Type.MEMBER_OF)
                .setExpression(expression)
                .build();
    }

    public static PlacementConstraint distinctInstance() {
        return PlacementConstraint.newBuilder()
                .setType(PlacementConstraint.Type.DISTINCT_INSTANCE)
                .build();
    }
}
