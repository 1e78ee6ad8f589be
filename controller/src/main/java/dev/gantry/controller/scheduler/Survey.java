package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Taints;
import dev.gantry.controller.scheduler.Reason.Filter;
import dev.gantry.controller.scheduler.query.ClusterQuery;
import dev.gantry.controller.scheduler.query.QueryException;
import dev.gantry.proto.NodePreference;
import dev.gantry.proto.Taint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the records of nodes say to one demand, whatever runs there: looked at once, until a record changes. */
final class Survey {

    /** Nodes that are gone and not forgotten yet. */
    private static final int GONE_MAX = 1_000;

    private static final Set<Filter> SELECTION = Set.of(Filter.MEMBER_OF);
    private static final Set<Filter> TAINTS = Set.of(Filter.TAINTS, Filter.ADMINISTRATION);

    /**
     * One node.
     *
     * @param isSelected whether the pod's own selection of nodes has it
     * @param undesired taints that only ask to stay away
     * @param liking sum of the weights of what the pod prefers and the node is
     */
    record Site(
            NodeState node,
            long revision,
            boolean admitted,
            boolean isSelected,
            boolean isTolerated,
            int undesired,
            long liking) {}

    private record Liked(ClusterQuery query, int weight) {}

    private final Demand demand;
    private final Checks checks;
    private final List<Liked> liked = new ArrayList<>();
    private final Map<NodeState, Site> sites = new HashMap<>();

    Survey(Demand demand) {
        this.demand = demand;
        this.checks = Checks.of(demand);
        for (NodePreference preference : demand.company().getPreferencesList()) {
            try {
                liked.add(new Liked(ClusterQuery.parse(preference.getExpression()), preference.getWeight()));
            } catch (QueryException e) {
                throw new IllegalStateException(
                        "the preference " + preference.getExpression() + " was compiled wrong", e);
            }
        }
    }

    Checks checks() {
        return checks;
    }

    /** All nodes, whether they suit or not. */
    List<Site> sites(Collection<NodeState> nodes) {
        if (sites.size() > nodes.size() + GONE_MAX) {
            sites.keySet().removeIf(NodeState::isGone);
        }
        List<Site> all = new ArrayList<>(nodes.size());
        for (NodeState node : nodes) {
            Site known = sites.get(node);
            if (known == null || known.revision() != node.record().revision()) {
                known = site(node);
                sites.put(node, known);
            }
            all.add(known);
        }
        return all;
    }

    private Site site(NodeState node) {
        List<Taint> taints = node.node().getTaintsList();
        return new Site(
                node,
                node.record().revision(),
                demand.concerns(node) && checks.admitForLong(node),
                checks.admit(node, SELECTION),
                checks.admit(node, TAINTS),
                demand.tolerations()
                        .map(tolerations -> Taints.undesired(taints, tolerations))
                        .orElse(0),
                liking(node));
    }

    private long liking(NodeState node) {
        return liked.stream()
                .filter(one -> isMember(one.query(), node))
                .mapToLong(Liked::weight)
                .sum();
    }

    private static boolean isMember(ClusterQuery query, NodeState node) {
        try {
            return query.matches(node.view());
        } catch (QueryException e) {
            // What cannot be told of a node is not liked about it.
            return false;
        }
    }
}
