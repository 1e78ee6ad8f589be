package dev.gantry.controller.scheduler;

import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Versioned;
import java.util.EnumSet;
import java.util.Set;

/** What a node's record says to a workload, whatever runs there: for planners that decide node by node. */
public final class NodeFit {

    /** No pod is told of here. */
    private final Society nobody = new Society(NamespaceLabels.NONE);

    private final Checks checks;

    private NodeFit(Checks checks) {
        this.checks = checks;
    }

    public static NodeFit of(Workload workload) {
        return new NodeFit(Checks.of(Demand.of(workload)));
    }

    /** What speaks against the node for as long as its record does not change; empty when nothing does. */
    public Set<Reason.Filter> against(Versioned<Node> node) {
        Set<Reason.Filter> filters = EnumSet.noneOf(Reason.Filter.class);
        checks.failing(new NodeState(node, nobody)).stream()
                .filter(Check::lasting)
                .forEach(check -> filters.add(check.filter()));
        return filters;
    }
}
