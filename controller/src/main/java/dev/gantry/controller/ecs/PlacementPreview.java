package dev.gantry.controller.ecs;

import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.util.List;

/** Says where workloads would go, without placing them. */
public interface PlacementPreview {

    /** One verdict per workload, in their order; each counts on the ones before it. */
    List<Verdict> preview(Snapshot snapshot, List<Workload> workloads);

    /** What would become of one workload. */
    sealed interface Verdict {

        /** @param node id of the node */
        record Placed(String node) implements Verdict {}

        /** @param obstacles one per node that was considered; never empty */
        record Unplaced(List<Obstacle> obstacles) implements Verdict {}
    }

    /**
     * Why one node does not take the workload.
     *
     * @param node   id of the node; empty when no node is meant
     * @param reason in the words of ECS, for example {@code RESOURCE:MEMORY}
     * @param detail a sentence with numbers; may be empty
     */
    record Obstacle(String node, String reason, String detail) {}
}
