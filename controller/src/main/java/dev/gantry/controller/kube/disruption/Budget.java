package dev.gantry.controller.kube.disruption;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.Share;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How a PodDisruptionBudget stands.
 *
 * @param healthy pods that it is about and that serve
 * @param desired so many must serve
 * @param expected so many there are, or should be by those that make them
 * @param trouble why that cannot be told; then no disruption is allowed
 */
record Budget(int healthy, int desired, int expected, Optional<String> trouble) {

    private static final Set<String> SCALED =
            Set.of("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet");

    /** An absent selector selects nothing, an empty one everything in the namespace. */
    static Predicate<Map<String, String>> covers(KubeDocument budget) {
        JsonNode selector = budget.spec().path("selector");
        return selector.isObject() ? LabelSelector.of(selector)::matches : _ -> false;
    }

    static Budget of(Snapshot snapshot, KubeDocument budget) {
        return of(
                snapshot,
                budget,
                PodDocument.list(
                        snapshot, budget.name().cluster(), budget.name().namespace()));
    }

    /** @param neighbours all pods of its namespace */
    static Budget of(Snapshot snapshot, KubeDocument budget, List<PodDocument> neighbours) {
        Predicate<Map<String, String>> covers = covers(budget);
        List<PodDocument> pods = neighbours.stream()
                .filter(pod -> !pod.isOver() && covers.test(pod.meta().labels()))
                .toList();
        int healthy = (int) pods.stream().filter(Budget::isHealthy).count();
        JsonNode least = budget.spec().path("minAvailable");
        JsonNode most = budget.spec().path("maxUnavailable");
        if (least.isIntegralNumber()) {
            return new Budget(healthy, least.asInt(), pods.size(), Optional.empty());
        }
        Map<String, Integer> scales = new HashMap<>();
        for (PodDocument pod : pods) {
            Optional<KubeDocument> owner = scaled(snapshot, pod.name().cluster(), pod.meta());
            if (owner.isEmpty()) {
                return new Budget(
                        healthy,
                        0,
                        0,
                        Optional.of(
                                "found no controllers for pod \"" + pod.name().name() + "\""));
            }
            scales.put(
                    owner.get().meta().uid(),
                    owner.get().spec().path("replicas").asInt(1));
        }
        int expected = scales.values().stream().mapToInt(Integer::intValue).sum();
        int desired = least.isMissingNode()
                ? Math.max(0, expected - new Share(most).roundedUp(expected))
                : new Share(least).roundedUp(expected);
        return new Budget(healthy, desired, expected, Optional.empty());
    }

    /** So many more pods may be made to go now. */
    int allowed() {
        return trouble.isPresent() || expected <= 0 ? 0 : Math.max(0, healthy - desired);
    }

    Budget withoutOne() {
        return new Budget(healthy - 1, desired, expected, trouble);
    }

    static boolean isHealthy(PodDocument pod) {
        return pod.isReady() && !pod.isDeleted();
    }

    /** The topmost owner that says how many there shall be. */
    private static Optional<KubeDocument> scaled(Snapshot snapshot, String cluster, Meta dependent) {
        Optional<KubeDocument> owner = dependent
                .controller()
                .filter(reference -> SCALED.contains(reference.kind()))
                .flatMap(reference -> snapshot.find(Kinds.KUBE_OBJECTS_BY_UID, cluster + "/" + reference.uid()).stream()
                        .findFirst())
                .map(KubeDocument::of);
        return owner.flatMap(found -> scaled(snapshot, cluster, found.meta())).or(() -> owner);
    }
}
