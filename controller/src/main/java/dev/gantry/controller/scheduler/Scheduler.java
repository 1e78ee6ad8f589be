package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.scheduler.Verdict.Placed;
import dev.gantry.controller.scheduler.Verdict.Unplaced;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** Demands whose nodes were surveyed. */
    private static final int SURVEYS_MAX = 50;

    /** What asks for the same, and is the same to others. */
    private record Asker(Demand demand, Face face) {}

    /** Holds for as long as nothing happens on any node. */
    private record Refusal(Unplaced unplaced, long position) {}

    /** The same, for one priority. */
    private record Vain(Room.None none, int priority, long position) {}

    private final RandomGenerator chance;
    private final DisruptionBudgets budgets;
    private final Fleet fleet;
    private final LinkedHashMap<Demand, Candidates> candidates = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Demand, Unplaced> refused = new HashMap<>();
    private final LinkedHashMap<Demand, Survey> surveys = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Asker, Refusal> refusedAmongOthers = new HashMap<>();
    private final Map<Asker, Vain> vain = new HashMap<>();
    private Optional<Preemption> preemption = Optional.empty();
    private long candidatesHeld;

    /**
     * @param chance decides where a strategy is random, or where a standalone task has no strategy
     */
    public Scheduler(RandomGenerator chance) {
        this(chance, NamespaceLabels.NONE, DisruptionBudgets.NONE);
    }

    /** With what is known of pods' namespaces and of how many may be made to go. */
    public Scheduler(RandomGenerator chance, NamespaceLabels namespaces, DisruptionBudgets budgets) {
        this.chance = chance;
        this.budgets = budgets;
        this.fleet = new Fleet(namespaces);
    }

    /**
     * Starts a pass over this snapshot. What was decided in the pass before counts only as far as
     * the snapshot has it.
     */
    public void follow(Snapshot snapshot) {
        fleet.follow(snapshot);
        refused.clear();
        refusedAmongOthers.clear();
        vain.clear();
        preemption = Optional.of(new Preemption(fleet, snapshot, budgets));
    }

    /** Decides for a workload, and counts it on its node for the rest of the pass. */
    public Verdict place(Key<Workload> key, Workload workload) {
        Demand demand = Demand.of(workload);
        return fleet.society().concerns(workload)
                ? placeAmongOthers(key, workload, demand)
                : placeAlone(key, workload, demand);
    }

    private Verdict placeAlone(Key<Workload> key, Workload workload, Demand demand) {
        Unplaced before = refused.get(demand);
        if (before != null && !isAboutOthers(demand)) {
            // Within a pass nodes only fill up.
            return before;
        }
        Optional<NodeState> best = nominated(workload, demand)
                .filter(node -> Checks.of(demand).admit(node))
                .or(() -> demand.requiredNode().isEmpty() ? candidates(demand).best(chance) : required(demand));
        return best.isPresent()
                ? placed(key, workload, best.get())
                : refused.computeIfAbsent(demand, _ -> Diagnosis.of(demand, Checks.of(demand), fleet.nodes()));
    }

    private Placed placed(Key<Workload> key, Workload workload, NodeState node) {
        fleet.assume(key, workload, node);
        return new Placed(node.id(), node.name(), node.node().getEpoch());
    }

    private Verdict placeAmongOthers(Key<Workload> key, Workload workload, Demand demand) {
        Asker asker = asker(workload, demand);
        Refusal before = refusedAmongOthers.get(asker);
        if (before != null && before.position() == fleet.journal().end()) {
            return before.unplaced();
        }
        Neighbourhood neighbourhood = neighbourhood(asker);
        List<Survey.Site> fitting =
                neighbourhood.sites().stream().filter(neighbourhood::admits).toList();
        Optional<NodeState> best = nominated(workload, demand)
                .filter(node -> fitting.stream().anyMatch(site -> site.node() == node))
                .or(() -> new Liking(demand, neighbourhood, fleet.nodes()).best(fitting));
        if (best.isPresent()) {
            return placed(key, workload, best.get());
        }
        Unplaced unplaced = Diagnosis.of(demand, neighbourhood.checks(), fleet.nodes());
        refusedAmongOthers.put(asker, new Refusal(unplaced, fleet.journal().end()));
        return unplaced;
    }

    private static Asker asker(Workload workload, Demand demand) {
        return new Asker(demand, Face.of(workload).orElse(Face.NOBODY));
    }

    private Neighbourhood neighbourhood(Asker asker) {
        Demand demand = asker.demand();
        Survey survey = surveys.computeIfAbsent(demand, Survey::new);
        if (surveys.size() > SURVEYS_MAX) {
            surveys.pollFirstEntry();
        }
        return new Neighbourhood(demand, asker.face(), survey, fleet.society(), fleet.nodes());
    }

    /** Where others had to go for it. */
    private Optional<NodeState> nominated(Workload workload, Demand demand) {
        String node = workload.getPlacement().getNominatedNode();
        return node.isEmpty() ? Optional.empty() : fleet.node(node).filter(demand::concerns);
    }

    /**
     * Looks for room for a pod that no node takes, by ending others, and holds it for the rest of the pass. Room that was
     * found before is held until those who had to go for it have gone.
     */
    Room makeRoom(Key<Workload> key, Workload workload) {
        if (!workload.getSpec().hasPod()) {
            return new Room.None("");
        }
        Demand demand = Demand.of(workload);
        Room room = awaited(workload, demand).orElseGet(() -> find(workload, demand));
        if (room instanceof Room.Made made) {
            fleet.node(made.node()).ifPresent(node -> fleet.assume(key, workload, node));
        }
        return room;
    }

    private Optional<Room> awaited(Workload workload, Demand demand) {
        return nominated(workload, demand)
                .filter(node -> Checks.of(demand).admitForLong(node))
                .filter(node -> workload.getPlacement().getVictimsList().stream()
                        .anyMatch(victim -> node.holds(Kinds.WORKLOAD.key(victim.getScope(), victim.getId()))))
                .map(node -> new Room.Made(node.id(), workload.getPlacement().getVictimsList()));
    }

    private Room find(Workload workload, Demand demand) {
        Asker asker = asker(workload, demand);
        int priority = workload.getSpec().getPod().getPriority();
        Vain before = vain.get(asker);
        if (before != null && before.position() == fleet.journal().end() && before.priority() == priority) {
            return before.none();
        }
        Preemption search = preemption.orElseThrow(() -> new IllegalStateException("no pass has begun"));
        Room room;
        if (fleet.society().concerns(workload)) {
            Neighbourhood neighbourhood = neighbourhood(asker);
            room = search.room(workload, demand, neighbourhood.checks(), neighbourhood::tryOn);
        } else {
            room = search.room(workload, demand, Checks.of(demand), _ -> {});
        }
        if (room instanceof Room.None none) {
            vain.put(asker, new Vain(none, priority, fleet.journal().end()));
        }
        return room;
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
