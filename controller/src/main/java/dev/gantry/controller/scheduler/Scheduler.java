package dev.gantry.controller.scheduler;

import dev.gantry.controller.scheduler.Verdict.Placed;
import dev.gantry.controller.scheduler.Verdict.Unplaced;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides one workload after the other, each knowing what was decided before. It keeps its index of
 * nodes across snapshots, which makes it fast, not different: a new one decides the same. For one
 * thread at a time.
 */
public final class Scheduler {

    /**
     * Nodes in all lists of candidates together; the list that was not used for longest goes first.
     */
    private static final int CANDIDATES_MAX = 500_000;

    private final RandomGenerator chance;
    private final Fleet fleet = new Fleet();
    private final LinkedHashMap<Demand, Candidates> candidates = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Demand, Unplaced> refused = new HashMap<>();
    private long candidatesHeld;

    /**
     * @param chance decides where a strategy is random, or where a standalone task has no strategy
     */
    public Scheduler(RandomGenerator chance) {
        this.chance = chance;
    }

    /**
     * Starts a pass over this snapshot. What was decided in the pass before counts only as far as
     * the snapshot has it.
     */
    public void follow(Snapshot snapshot) {
        fleet.follow(snapshot);
        refused.clear();
    }

    /** Decides for a workload, and counts it on its node for the rest of the pass. */
    public Verdict place(Key<Workload> key, Workload workload) {
        Demand demand = Demand.of(workload);
        Unplaced before = refused.get(demand);
        if (before != null && !isAboutOthers(demand)) {
            // Within a pass nodes only fill up.
            return before;
        }
        Optional<NodeState> best =
                demand.requiredNode().isEmpty() ? candidates(demand).best(chance) : required(demand);
        if (best.isEmpty()) {
            return refused.computeIfAbsent(demand, _ -> Diagnosis.of(demand, Checks.of(demand), fleet.nodes()));
        }
        NodeState node = best.get();
        Placed placed = new Placed(node.id(), node.name(), node.node().getEpoch());
        fleet.assume(key, workload, node);
        return placed;
    }

    /**
     * Whether a placement of something else may make room, as with an affinity to another group.
     */
    private static boolean isAboutOthers(Demand demand) {
        return demand.constraints().stream()
                .anyMatch(constraint -> !constraint.getExpression().isEmpty());
    }

    private Optional<NodeState> required(Demand demand) {
        // Daemons and StartTask ask for as many nodes as there are demands: ordering all nodes for
        // each would be waste.
        return fleet.node(demand.requiredNode())
                .filter(demand::concerns)
                .filter(node -> Checks.of(demand).admit(node));
    }

    private Candidates candidates(Demand demand) {
        Journal journal = fleet.journal();
        Candidates known = candidates.get(demand);
        if (known != null && journal.reaches(known.position())) {
            known.follow(journal.since(known.position()), journal.end());
            return known;
        }
        if (known != null) {
            candidatesHeld -= known.size();
        }
        Candidates made = new Candidates(demand, fleet.nodes(), journal.end());
        candidates.put(demand, made);
        candidatesHeld += made.size();
        forgetOldest(made);
        return made;
    }

    private void forgetOldest(Candidates newest) {
        Iterator<Candidates> oldest = candidates.values().iterator();
        while (candidatesHeld > CANDIDATES_MAX && oldest.hasNext()) {
            Candidates old = oldest.next();
            if (old != newest) {
                candidatesHeld -= old.size();
                oldest.remove();
            }
        }
    }

    Fleet fleet() {
        return fleet;
    }
}
