package dev.gantry.controller.scheduler;

import static dev.gantry.controller.scheduler.Reason.Filter.EXISTING_ANTI_AFFINITY;
import static dev.gantry.controller.scheduler.Reason.Filter.POD_AFFINITY;
import static dev.gantry.controller.scheduler.Reason.Filter.POD_ANTI_AFFINITY;
import static dev.gantry.controller.scheduler.Reason.Filter.TOPOLOGY_LABEL;
import static dev.gantry.controller.scheduler.Reason.Filter.TOPOLOGY_SPREAD;

import dev.gantry.controller.scheduler.Survey.Site;
import dev.gantry.proto.PodCrowd;
import dev.gantry.proto.PodTerm;
import dev.gantry.proto.TopologySpread;
import dev.gantry.proto.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What one pod must find of other pods, as they are at one decision. */
final class Neighbourhood {

    private final Demand demand;
    private final Face face;
    private final Society society;
    private final Collection<NodeState> nodes;
    private final List<Site> sites;
    private final List<Evenness> spreads = new ArrayList<>();
    private final Checks checks;

    Neighbourhood(Demand demand, Face face, Survey survey, Society society, Collection<NodeState> nodes) {
        this.demand = demand;
        this.face = face;
        this.society = society;
        this.nodes = nodes;
        this.sites = survey.sites(nodes);
        List<Check> own = new ArrayList<>();
        spreads(own);
        near(own);
        away(own);
        existing(own);
        this.checks = survey.checks().and(own);
    }

    /** All questions that a workload has for a node, those about its neighbours among them. */
    static Checks checks(Workload workload, Demand demand, Fleet fleet) {
        return fleet.society().concerns(workload)
                ? new Neighbourhood(
                                demand,
                                Face.of(workload).orElse(Face.NOBODY),
                                new Survey(demand),
                                fleet.society(),
                                fleet.nodes())
                        .checks()
                : Checks.of(demand);
    }

    Face face() {
        return face;
    }

    List<Site> sites() {
        return sites;
    }

    /** All questions of the demand, those about its neighbours last. */
    Checks checks() {
        return checks;
    }

    /** Whether the pod may go there now. */
    boolean admits(Site site) {
        return site.admitted()
                && spreads.stream().allMatch(spread -> spread.hasLabel(site.node()))
                && checks.admitNow(site.node());
    }

    Society society() {
        return society;
    }

    /** The answers follow what comes to this node and goes, until another one is tried. */
    void tryOn(NodeState node) {
        spreads.forEach(spread -> spread.tryOn(node));
    }

    private void spreads(List<Check> to) {
        List<TopologySpread> required = demand.company().getSpreadsList().stream()
                .filter(TopologySpread::getRequired)
                .toList();
        if (required.isEmpty()) {
            return;
        }
        List<Site> labelled =
                sites.stream().filter(site -> hasAll(site.node(), required)).toList();
        for (TopologySpread rule : required) {
            Crowd crowd = new Crowd(List.of(rule.getCrowd()), true);
            Evenness spread = new Evenness(rule, society.contains(crowd, face), society.count(crowd, nodes), labelled);
            spreads.add(spread);
            to.add(new Check(
                    true,
                    TOPOLOGY_LABEL,
                    TOPOLOGY_LABEL.name(),
                    spread::hasLabel,
                    _ -> "lacks the label " + rule.getTopology() + ", over whose values the pod is spread"));
            to.add(new Check(
                    false,
                    TOPOLOGY_SPREAD,
                    TOPOLOGY_SPREAD.name(),
                    // Who lacks the label was told so already.
                    spread::admits,
                    spread::text));
        }
    }

    static boolean hasAll(NodeState node, List<TopologySpread> spreads) {
        for (TopologySpread spread : spreads) {
            if (!node.attributes().containsKey(spread.getTopology())) {
                return false;
            }
        }
        return true;
    }

    private void near(List<Check> to) {
        List<PodTerm> terms = required(false);
        if (terms.isEmpty()) {
            return;
        }
        // As upstream has it, only pods that all terms are about are such that one wants to be near to.
        List<PodCrowd> all = terms.stream().map(PodTerm::getCrowd).toList();
        Crowd crowd = new Crowd(all, false);
        Headcount count = society.count(crowd, nodes);
        boolean mayBeFirst = society.contains(crowd, face);
        to.add(new Check(
                false,
                POD_AFFINITY,
                POD_AFFINITY.name(),
                node -> admitsNear(node, terms, count, mayBeFirst),
                _ -> "has no pod in its place that the pod must be near to"));
    }

    private static boolean admitsNear(NodeState node, List<PodTerm> terms, Headcount count, boolean mayBeFirst) {
        boolean isNear = true;
        boolean isAnywhere = false;
        for (PodTerm term : terms) {
            String value = node.attributes().get(term.getTopology());
            if (value == null) {
                return false;
            }
            Map<String, Integer> places = count.by(term.getTopology());
            isNear &= places.containsKey(value);
            isAnywhere |= !places.isEmpty();
        }
        return isNear || mayBeFirst && !isAnywhere;
    }

    private void away(List<Check> to) {
        for (PodTerm term : required(true)) {
            Headcount count = society.count(new Crowd(List.of(term.getCrowd()), false), nodes);
            to.add(new Check(
                    false,
                    POD_ANTI_AFFINITY,
                    POD_ANTI_AFFINITY.name(),
                    node -> isFree(node, term, count),
                    node -> "has a pod in its " + term.getTopology() + " that the pod must not be near to"));
        }
    }

    private void existing(List<Check> to) {
        for (PodTerm term : society.about(face)) {
            if (term.getAway() && term.getWeight() == 0) {
                Headcount count = society.holding(term);
                to.add(new Check(
                        false,
                        EXISTING_ANTI_AFFINITY,
                        EXISTING_ANTI_AFFINITY.name(),
                        node -> isFree(node, term, count),
                        node -> "has a pod in its " + term.getTopology() + " that must not be near to such a pod"));
            }
        }
    }

    private static boolean isFree(NodeState node, PodTerm term, Headcount count) {
        String value = node.attributes().get(term.getTopology());
        return value == null || !count.by(term.getTopology()).containsKey(value);
    }

    private List<PodTerm> required(boolean away) {
        return demand.company().getTermsList().stream()
                .filter(term -> term.getAway() == away && term.getWeight() == 0)
                .toList();
    }
}
