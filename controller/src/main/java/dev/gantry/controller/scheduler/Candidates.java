package dev.gantry.controller.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The nodes that can take one demand, in its order. It follows the journal of the fleet: a decision
 * costs as much as the number of nodes that changed since the one before, not as the number of
 * nodes.
 */
final class Candidates {

    private final Demand demand;
    private final Checks checks;
    private final List<Step> steps;

    /** By step, then by the attribute's value. */
    private final List<Map<String, Tally>> tallies;

    private final Map<NodeState, Candidate> byNode = new HashMap<>();
    private final Level order;
    private long position;

    Candidates(Demand demand, Collection<NodeState> nodes, long position) {
        this.demand = demand;
        this.checks = Checks.of(demand);
        this.steps = Step.of(demand);
        this.tallies = new ArrayList<>();
        steps.forEach(_ -> tallies.add(new HashMap<>()));
        this.order = Level.of(steps, 0);
        this.position = position;
        List<Candidate> all = nodes.stream()
                .filter(demand::concerns)
                .map(node -> new Candidate(node, steps.size()))
                .toList();
        all.forEach(candidate -> byNode.put(candidate.node, candidate));
        // Counting before inserting spares the levels from following every count.
        all.forEach(this::count);
        all.forEach(this::insert);
    }

    /** The best node now. */
    Optional<NodeState> best(RandomGenerator chance) {
        return order.isEmpty() ? Optional.empty() : Optional.of(order.first(chance).node);
    }

    /** How far in the journal this has read. */
    long position() {
        return position;
    }

    int size() {
        return byNode.size();
    }

    Checks checks() {
        return checks;
    }

    /** Takes in what happened to these nodes, up to a position in the journal. */
    void follow(List<NodeState> changed, long newPosition) {
        changed.forEach(this::update);
        position = newPosition;
    }

    private void update(NodeState node) {
        Candidate candidate = byNode.get(node);
        if (candidate == null) {
            if (node.isGone() || !demand.concerns(node)) {
                return;
            }
            candidate = new Candidate(node, steps.size());
            byNode.put(node, candidate);
        }
        if (candidate.stamp == node.stamp()) {
            return;
        }
        if (candidate.inside) {
            order.remove(candidate);
            candidate.inside = false;
        }
        if (node.isGone() || !demand.concerns(node)) {
            forget(candidate);
        } else {
            count(candidate);
            insert(candidate);
        }
    }

    private void count(Candidate candidate) {
        NodeState node = candidate.node;
        int wanted = node.wanted(demand.group());
        int live = node.live();
        boolean isSameRecord = candidate.recordRevision == node.record().revision();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof Step.SpreadOver(String attribute)) {
                Tally before = candidate.tallies[i];
                Tally after = before != null && isSameRecord ? before : tally(i, node, attribute);
                if (before == after) {
                    after.add(wanted - candidate.wanted, live - candidate.live);
                } else {
                    if (before != null) {
                        before.add(-candidate.wanted, -candidate.live);
                    }
                    after.add(wanted, live);
                    candidate.tallies[i] = after;
                }
            }
        }
        candidate.wanted = wanted;
        candidate.live = live;
    }

    private Tally tally(int step, NodeState node, String attribute) {
        String value = node.attributes().getOrDefault(attribute, "");
        return tallies.get(step).computeIfAbsent(value, Tally::new);
    }

    private void insert(Candidate candidate) {
        NodeState node = candidate.node;
        if (candidate.recordRevision != node.record().revision()) {
            candidate.recordRevision = node.record().revision();
            candidate.admittedForLong = checks.admitForLong(node);
        }
        candidate.stamp = node.stamp();
        if (!candidate.admittedForLong || !checks.admitNow(node)) {
            return;
        }
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof Step.Score score) {
                candidate.scores[i] = score.of(node, demand);
            }
        }
        order.add(candidate);
        candidate.inside = true;
    }

    private void forget(Candidate candidate) {
        for (Tally tally : candidate.tallies) {
            if (tally != null) {
                tally.add(-candidate.wanted, -candidate.live);
            }
        }
        byNode.remove(candidate.node);
    }
}
