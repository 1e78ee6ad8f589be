package dev.gantry.controller;

import dev.gantry.controller.operations.Explanations;
import dev.gantry.controller.scheduler.NamespaceLabels;
import dev.gantry.controller.scheduler.Placements;
import dev.gantry.controller.scheduler.Reason;
import dev.gantry.controller.scheduler.Verdict;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.util.List;

/** The scheduler's answers in the words of Gantry's own API. */
final class PlacementAnswers implements Explanations {

    private final NamespaceLabels namespaces;

    PlacementAnswers(NamespaceLabels namespaces) {
        this.namespaces = namespaces;
    }

    @Override
    public List<NodeReasons> explain(Snapshot snapshot, Workload workload) {
        return Placements.explain(snapshot, workload, namespaces).stream()
                .map(node -> new NodeReasons(
                        node.nodeId(),
                        node.nodeName(),
                        node.reasons().stream().map(Reason::text).toList()))
                .toList();
    }

    @Override
    public List<Preview> preview(Snapshot snapshot, List<Workload> workloads) {
        return Placements.preview(snapshot, workloads).stream()
                .map(preview -> switch (preview.verdict()) {
                    case Verdict.Placed placed -> new Preview(placed.nodeId(), placed.nodeName(), "");
                    case Verdict.Unplaced unplaced -> new Preview("", "", unplaced.sentence());
                })
                .toList();
    }
}
