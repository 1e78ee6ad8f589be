package dev.gantry.controller.scheduler;

import dev.gantry.controller.scheduler.Survey.Site;
import dev.gantry.proto.TopologySpread;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One topology spread constraint of a pod, as it stands at one decision. See the documentation of Kubernetes on its terms. */
final class Evenness {

    private final TopologySpread rule;
    private final Headcount count;
    private final int self;
    private final Map<String, Integer> domains = new HashMap<>();
    private final int fewest;

    /** Whose pods come and go while somebody asks what if. */
    private @Nullable NodeState tried;

    private int triedBefore;

    /**
     * @param isOne whether the pod itself is of those that are spread
     * @param sites that count: those with all attributes that the pod is spread over
     */
    Evenness(TopologySpread rule, boolean isOne, Headcount count, List<Site> sites) {
        this.rule = rule;
        this.count = count;
        this.self = isOne ? 1 : 0;
        for (Site site : sites) {
            if (counts(rule, site)) {
                String value = site.node().attributes().get(rule.getTopology());
                if (value != null) {
                    domains.merge(value, count.on(site.node()), Integer::sum);
                }
            }
        }
        this.fewest = fewest("", 0);
    }

    /** Whether the constraint counts what runs there. */
    static boolean counts(TopologySpread rule, Site site) {
        return (rule.getCountsUnselectedNodes() || site.isSelected())
                && (!rule.getSkipsTaintedNodes() || site.isTolerated());
    }

    boolean hasLabel(NodeState node) {
        return node.attributes().containsKey(rule.getTopology());
    }

    boolean admits(NodeState node) {
        String value = node.attributes().get(rule.getTopology());
        if (value == null) {
            // Another question is about that.
            return true;
        }
        int change = node == tried && domains.containsKey(value) ? count.on(node) - triedBefore : 0;
        int least = change == 0 ? fewest : fewest(value, change);
        return domains.getOrDefault(value, 0) + change + self - least <= rule.getMaxSkew();
    }

    String text(NodeState node) {
        String value = node.attributes().getOrDefault(rule.getTopology(), "");
        return "has " + domains.getOrDefault(value, 0) + " of those that are spread in " + rule.getTopology() + " "
                + value + ", at least " + fewest + " elsewhere, and at most " + rule.getMaxSkew() + " more are allowed";
    }

    /** From now on what comes to this node and goes counts. */
    void tryOn(NodeState node) {
        tried = node;
        triedBefore = count.on(node);
    }

    private int fewest(String changed, int change) {
        if (domains.size() < rule.getMinDomains()) {
            return 0;
        }
        int least = Integer.MAX_VALUE;
        for (Map.Entry<String, Integer> domain : domains.entrySet()) {
            int here = domain.getValue() + (domain.getKey().equals(changed) ? change : 0);
            least = Math.min(least, here);
        }
        return domains.isEmpty() ? 0 : least;
    }
}
