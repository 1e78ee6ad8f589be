package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Answers where workloads would go, and why not, without placing them. */
public final class Placements {

    private Placements() {}

    /**
     * What would become of one workload.
     *
     * @param nodes what each node of its cluster says, by id; empty where it has a place
     */
    public record Preview(Verdict verdict, List<NodeReasons> nodes) {

        public Preview {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * Decides for workloads that need not exist, one after the other, each knowing the ones before
     * it. Chance is taken from the snapshot's revision, so that the same question has the same
     * answer.
     */
    public static List<Preview> preview(Snapshot snapshot, List<Workload> workloads) {
        RandomGenerator chance = RandomGeneratorFactory.of("L64X128MixRandom").create(snapshot.revision());
        Scheduler scheduler = new Scheduler(chance);
        scheduler.follow(snapshot);
        return decide(scheduler, workloads);
    }

    static List<Preview> decide(Scheduler scheduler, List<Workload> workloads) {
        List<Preview> previews = new ArrayList<>();
        for (int i = 0; i < workloads.size(); i++) {
            Workload workload = workloads.get(i);
            // Not a key of the store: two workloads of a preview may have no id yet.
            Verdict verdict = scheduler.place(Kinds.WORKLOAD.key("preview", Integer.toString(i)), workload);
            previews.add(
                    switch (verdict) {
                        case Verdict.Placed _ -> new Preview(verdict, List.of());
                        case Verdict.Unplaced _ -> new Preview(verdict, reasons(scheduler.fleet(), workload));
                    });
        }
        return previews;
    }

    /**
     * What each node of its cluster says to a workload now, by id; no reasons where it could go.
     *
     * @param namespaces by whose labels some pods choose their neighbours
     */
    public static List<NodeReasons> explain(Snapshot snapshot, Workload workload, NamespaceLabels namespaces) {
        Fleet fleet = new Fleet(namespaces);
        fleet.follow(snapshot);
        return reasons(fleet, workload);
    }

    private static List<NodeReasons> reasons(Fleet fleet, Workload workload) {
        Demand demand = Demand.of(workload);
        Checks checks = Neighbourhood.checks(workload, demand, fleet);
        return fleet.nodes().stream()
                .filter(demand::concerns)
                .sorted(Comparator.comparing(NodeState::id))
                .map(node -> new NodeReasons(node.id(), node.name(), checks.reasons(node)))
                .toList();
    }
}
