package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.NodeFit;
import dev.gantry.controller.scheduler.Reason.Filter;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Says which nodes of a cluster shall have a task of a DAEMON service: those in service that suit it. What no longer suits
 * loses its task; a node that is drained keeps it until nothing else of ECS is left there.
 */
final class DaemonSites {

    /** What does not drive a task away that is there already. */
    private static final Set<Filter> PASSING = EnumSet.of(Filter.READINESS, Filter.ADMINISTRATION);

    private final Snapshot snapshot;
    private final NodeFit fit;

    private DaemonSites(Snapshot snapshot, Workload sample) {
        this.snapshot = snapshot;
        this.fit = NodeFit.of(sample);
    }

    /**
     * All nodes of the cluster.
     *
     * @param sample a task of the service, for whatever node
     */
    static List<DaemonSite> of(Snapshot snapshot, String cluster, Workload sample) {
        DaemonSites sites = new DaemonSites(snapshot, sample);
        return snapshot.find(Kinds.NODES_BY_CLUSTER, cluster).stream()
                .map(sites::site)
                .toList();
    }

    /** One of the nodes. */
    static DaemonSite of(Snapshot snapshot, Versioned<Node> node, Workload sample) {
        return new DaemonSites(snapshot, sample).site(node);
    }

    private DaemonSite site(Versioned<Node> node) {
        Set<Filter> against = fit.against(node);
        boolean suits = PASSING.containsAll(against);
        boolean takesMore =
                !against.contains(Filter.ADMINISTRATION) && node.value().getReadiness() != Readiness.LOST;
        return new DaemonSite(node.key().name(), suits && takesMore, suits && mayStay(node.value()));
    }

    private boolean mayStay(Node node) {
        return switch (node.getAdministration()) {
            case ACTIVE -> true;
            case DRAINING -> hasOthers(node.getId());
            case DEREGISTERED, UNRECOGNIZED -> false;
        };
    }

    private boolean hasOthers(String node) {
        return snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, node).stream().anyMatch(task -> isOrdinary(task.value()));
    }

    /** Whether daemons go after it. */
    static boolean isOrdinary(Workload task) {
        return task.getOrigin().is(EcsTask.class) && !task.getSpec().getDaemon() && !Workloads.isStopped(task);
    }

    static boolean isLeaving(Node node) {
        return node.getAdministration() == Administration.DRAINING;
    }
}
