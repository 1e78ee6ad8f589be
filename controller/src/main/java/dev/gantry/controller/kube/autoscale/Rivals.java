package dev.gantry.controller.kube.autoscale;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.store.Snapshot;
import java.util.List;

/** Finds the autoscalers whose targets take the same pods for their own: no two can be right about how many there shall be. */
record Rivals(Snapshot snapshot, ResourceTypes types) {

    /**
     * All of them together when there are several, in the words of upstream; nothing for one alone.
     *
     * @param pods of the autoscaler's target
     */
    List<String> of(KubeDocument autoscaler, List<PodDocument> pods) {
        List<String> all = KubeDocument.list(
                        snapshot,
                        autoscaler.name().cluster(),
                        autoscaler.name().resource(),
                        autoscaler.name().namespace())
                .stream()
                .filter(one -> one.name().equals(autoscaler.name()) || isOfSome(one, pods))
                .map(one -> "{" + one.name().name() + " " + one.name().namespace() + "}")
                .toList();
        return all.size() > 1 ? all : List.of();
    }

    private boolean isOfSome(KubeDocument other, List<PodDocument> pods) {
        if (other.meta().isDeleted()) {
            return false;
        }
        try {
            LabelSelector selector = ScaleTarget.of(snapshot, types, other).selector();
            return pods.stream().anyMatch(pod -> selector.matches(pod.meta().labels()));
        } catch (ScaleTarget.MissingException _) {
            // It has no pods; its own pass says so.
            return false;
        }
    }
}
