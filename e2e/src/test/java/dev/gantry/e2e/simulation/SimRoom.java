package dev.gantry.e2e.simulation;

import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.resource.Workloads.Stage;
import dev.gantry.proto.Node;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Workload;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Says for whom there would be room, if those of lower priority went. */
final class SimRoom {

    private final World world;

    SimRoom(World world) {
        this.world = world;
    }

    /** K7: nobody waits while pods of lower priority hold what it could use; tasks hold what they have. */
    Optional<String> waitsInVain() {
        for (Workload pod : world.oracle().workloads().values()) {
            if (waits(pod)) {
                for (Node node : world.oracle().nodes().values()) {
                    if (fits(pod, node)) {
                        return Optional.of("K7: pod " + pod.getId() + " of priority " + priority(pod)
                                + " waits, though there is room for it on "
                                + node.getInfo().getName() + " if less urgent ones go");
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Whether it is a pod that has no place. */
    static boolean waits(Workload workload) {
        return Pods.isPod(workload) && Workloads.stage(workload) == Stage.UNPLACED;
    }

    private boolean fits(Workload pod, Node node) {
        List<Workload> staying = world.oracle().workloads().values().stream()
                .filter(one -> !Workloads.isStopped(one))
                .filter(one -> one.getPlacement().getNode().equals(node.getId()))
                .filter(one -> !Pods.isPod(one) || priority(one) >= priority(pod))
                .toList();
        Resources capacity = node.getInfo().getCapacity();
        Resources needs = pod.getSpec().getResources();
        long cpu = needs.getCpuUnits();
        long memory = needs.getMemoryBytes();
        Set<Integer> ports = new HashSet<>(capacity.getTcpPortsList());
        for (Workload one : staying) {
            cpu += one.getSpec().getResources().getCpuUnits();
            memory += one.getSpec().getResources().getMemoryBytes();
            ports.addAll(one.getSpec().getResources().getTcpPortsList());
        }
        return cpu <= capacity.getCpuUnits()
                && memory <= capacity.getMemoryBytes()
                && needs.getTcpPortsList().stream().noneMatch(ports::contains)
                && pod.getSpec().getConstraintsCount() == 0;
    }

    private static int priority(Workload workload) {
        return workload.getSpec().getPod().getPriority();
    }
}
