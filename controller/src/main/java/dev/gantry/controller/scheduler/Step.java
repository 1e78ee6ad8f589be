package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Taints;
import dev.gantry.proto.PlacementStrategy;
import java.util.ArrayList;
import java.util.List;

/**
 * One criterion in the order of nodes. A step decides only between nodes that are equal for all
 * steps before it.
 */
sealed interface Step {

    /** Prefers nodes whose value of the attribute has the fewest workloads of the group. */
    record SpreadOver(String attribute) implements Step {}

    /** Prefers the smallest score. */
    enum Score implements Step {
        UNDESIRED {
            @Override
            long of(NodeState node, Demand demand) {
                return demand.tolerations()
                        .map(tolerations -> Taints.undesired(node.node().getTaintsList(), tolerations))
                        .orElse(0);
            }
        },
        GROUP_ON_NODE {
            @Override
            long of(NodeState node, Demand demand) {
                return node.wanted(demand.group());
            }
        },
        WORKLOADS_ON_NODE {
            @Override
            long of(NodeState node, Demand demand) {
                return node.live();
            }
        },
        // All candidates of one demand lose the same amount, so the least now is the least after
        // placing, too.
        FREE_CPU {
            @Override
            long of(NodeState node, Demand demand) {
                return node.freeCpuUnits();
            }
        },
        FREE_MEMORY {
            @Override
            long of(NodeState node, Demand demand) {
                return node.freeMemoryBytes();
            }
        };

        abstract long of(NodeState node, Demand demand);
    }

    /** Any of those that are left; nothing after it can matter. */
    record Chance() implements Step {}

    String ZONE = "ecs.availability-zone";
    String ATTRIBUTE = "attribute:";

    /**
     * The order that a demand asks for. Where a chain ends in spreading, the node with the fewest
     * workloads of any kind goes first, so that many small services do not all begin on the same
     * node; after that it is the node's id. A pod first of all heeds taints that only ask to stay away.
     */
    static List<Step> of(Demand demand) {
        List<Step> steps = new ArrayList<>(chain(demand));
        if (demand.tolerations().isPresent()) {
            steps.addFirst(Score.UNDESIRED);
        }
        return List.copyOf(steps);
    }

    private static List<Step> chain(Demand demand) {
        List<Step> steps = new ArrayList<>();
        for (PlacementStrategy strategy : demand.strategies()) {
            add(strategy, steps);
        }
        if (steps.isEmpty()) {
            return demand.owned()
                    ? List.of(new SpreadOver(ZONE), Score.GROUP_ON_NODE, Score.WORKLOADS_ON_NODE)
                    : List.of(new Chance());
        }
        boolean spreadsLast = steps.getLast() instanceof SpreadOver || steps.getLast() == Score.GROUP_ON_NODE;
        if (spreadsLast) {
            steps.add(Score.WORKLOADS_ON_NODE);
        }
        return steps;
    }

    private static void add(PlacementStrategy strategy, List<Step> steps) {
        String field = strategy.getField();
        switch (strategy.getType()) {
            case RANDOM -> steps.add(new Chance());
            case SPREAD ->
                steps.add(
                        field.startsWith(ATTRIBUTE)
                                ? new SpreadOver(field.substring(ATTRIBUTE.length()))
                                : Score.GROUP_ON_NODE);
            case BINPACK -> steps.add(field.equalsIgnoreCase("cpu") ? Score.FREE_CPU : Score.FREE_MEMORY);
            // Strategies are best effort: one that nobody knows prevents nothing. The API refuses
            // it at the door.
            case TYPE_UNSPECIFIED, UNRECOGNIZED -> {}
        }
    }
}
