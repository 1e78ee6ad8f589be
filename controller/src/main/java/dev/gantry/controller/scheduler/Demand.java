package dev.gantry.controller.scheduler;

import dev.gantry.proto.Company;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.PlacementStrategy;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Supply;
import dev.gantry.proto.Toleration;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that a decision depends on. Workloads with equal demands share the work of filtering and
 * ordering nodes.
 *
 * @param tolerations of a pod; empty for what knows no taints
 * @param company rules of a pod about others, and its preferences; empty for most
 * @param owned whether something keeps a number of such workloads running, as a service does
 */
record Demand(
        Group group,
        boolean owned,
        String cluster,
        String requiredNode,
        String architecture,
        Resources resources,
        List<String> requiredAttributes,
        List<PlacementConstraint> constraints,
        List<PlacementStrategy> strategies,
        Optional<List<Toleration>> tolerations,
        Company company) {

    /** Workloads that spread and distinctInstance count together. */
    record Group(String scope, String name) {
        static Group of(Workload workload) {
            return new Group(workload.getScope(), workload.getSpec().getGroup());
        }
    }

    static Demand of(Workload workload) {
        WorkloadSpec spec = workload.getSpec();
        return new Demand(
                Group.of(workload),
                !workload.getOwner().isEmpty(),
                spec.getCluster(),
                node(workload),
                spec.getArchitecture(),
                spec.getResources(),
                spec.getRequiredAttributesList(),
                constraints(workload),
                spec.getStrategiesList(),
                spec.hasPod() ? Optional.of(spec.getPod().getTolerationsList()) : Optional.empty(),
                spec.getPod().getCompany());
    }

    /** Its own, and those of the volumes that its claims have. */
    private static List<PlacementConstraint> constraints(Workload workload) {
        Stream<PlacementConstraint> ofVolumes = workload.getSupplies().getSuppliesList().stream()
                .map(Supply::getNodes)
                .filter(nodes -> !nodes.isEmpty())
                .distinct()
                .map(nodes -> PlacementConstraint.newBuilder()
                        .setType(PlacementConstraint.Type.MEMBER_OF)
                        .setExpression(nodes)
                        .build());
        return Stream.concat(workload.getSpec().getConstraintsList().stream(), ofVolumes)
                .toList();
    }

    /** The one that it must be on; for a pod whose volume is on a node already, that one. */
    private static String node(Workload workload) {
        return workload.getSpec().getRequiredNode().isEmpty()
                ? workload.getSupplies().getSuppliesList().stream()
                        .filter(supply -> supply.getKind() == Supply.Kind.CLAIM && supply.containsData("node"))
                        .map(supply -> supply.getDataOrThrow("node").toStringUtf8())
                        .findFirst()
                        .orElse("")
                : workload.getSpec().getRequiredNode();
    }

    /**
     * Whether the node is one to talk about at all: of another cluster, it is not even a reason.
     */
    boolean concerns(NodeState node) {
        return (cluster.isEmpty() || cluster.equals(node.cluster()))
                && (requiredNode.isEmpty() || requiredNode.equals(node.id()));
    }

    /** Whether it is a pod's that must be on another node than this: kube-scheduler counts this one, too. */
    boolean isElsewhere(NodeState node) {
        return tolerations.isPresent() && !requiredNode.isEmpty() && !requiredNode.equals(node.id());
    }
}
