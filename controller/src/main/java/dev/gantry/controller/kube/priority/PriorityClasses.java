package dev.gantry.controller.kube.priority;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.store.Snapshot;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** What the priority classes of a cluster make of its pods. */
public final class PriorityClasses {

    public static final ResourceName RESOURCE = new ResourceName("scheduling.k8s.io", "priorityclasses");
    private static final String PRIORITY = "priority";
    private static final String POLICY = "preemptionPolicy";
    private static final String VALUE = "value";
    private static final String DEFAULT = "globalDefault";
    private static final int CLUSTER_CRITICAL = 2_000_000_000;
    private static final int NODE_CRITICAL = 2_000_001_000;

    /** For pods that name no class where none is the default. */
    private static final JsonNode NONE = Json.object().put(POLICY, "PreemptLowerPriority");

    private PriorityClasses() {}

    /** What every cluster has, by name. */
    public static Map<String, ObjectNode> ofSystem() {
        return Map.of(
                "system-cluster-critical",
                        Json.object()
                                .put(VALUE, CLUSTER_CRITICAL)
                                .put(
                                        "description",
                                        "Used for system critical pods that must run in the cluster, but can be moved"
                                                + " to another node if necessary."),
                "system-node-critical",
                        Json.object()
                                .put(VALUE, NODE_CRITICAL)
                                .put(
                                        "description",
                                        "Used for system critical pods that must not be moved from their current"
                                                + " node."));
    }

    /**
     * Gives a new pod the priority of its class.
     *
     * @throws KubeRefusal when there is no such class, or the pod says something else itself
     */
    public static void complete(Snapshot image, ObjectName name, ObjectNode pod) {
        ObjectNode spec = pod.withObject("/spec");
        JsonNode found = find(image, name, spec);
        int priority = found.path(VALUE).asInt();
        if (spec.hasNonNull(PRIORITY) && spec.path(PRIORITY).asLong() != priority) {
            throw refusal(
                    name,
                    "the integer value of priority (" + spec.path(PRIORITY).asText() + ") must not be provided in pod"
                            + " spec; priority admission controller computed " + priority
                            + " from the given PriorityClass name");
        }
        spec.put(PRIORITY, priority);
        String policy = found.path(POLICY).asText();
        if (spec.hasNonNull(POLICY) && !spec.path(POLICY).asText().equals(policy)) {
            throw refusal(
                    name,
                    "the string value of PreemptionPolicy (" + spec.path(POLICY).asText() + ") must not be provided in"
                            + " pod spec; priority admission controller computed " + policy
                            + " from the given PriorityClass name");
        }
        spec.put(POLICY, policy);
    }

    /** The class that a pod names, or the default one, which it names from then on. */
    private static JsonNode find(Snapshot image, ObjectName pod, ObjectNode spec) {
        String wanted = spec.path("priorityClassName").asText();
        if (wanted.isEmpty()) {
            Optional<KubeDocument> byDefault = byDefault(image, pod.cluster());
            byDefault.ifPresent(
                    found -> spec.put("priorityClassName", found.meta().name()));
            return byDefault.<JsonNode>map(KubeDocument::json).orElse(NONE);
        }
        return KubeDocument.find(image, new ObjectName(pod.cluster(), RESOURCE, "", wanted))
                .map(KubeDocument::json)
                .orElseThrow(() -> refusal(pod, "no PriorityClass with name " + wanted + " was found"));
    }

    /** The least urgent one, should there be several: two that were made at once do not know of each other. */
    private static Optional<KubeDocument> byDefault(Snapshot image, String cluster) {
        return KubeDocument.list(image, cluster, RESOURCE).stream()
                .filter(one -> one.json().path(DEFAULT).asBoolean())
                .min(Comparator.comparingInt(one -> one.json().path(VALUE).asInt()));
    }

    /**
     * Checks a class that is made or changed, and passes over all that is none.
     *
     * @throws KubeRefusal when it shall be the default and another one is
     */
    public static void check(Snapshot image, ObjectName name, JsonNode object) {
        if (name.resource().equals(RESOURCE) && object.path(DEFAULT).asBoolean()) {
            byDefault(image, name.cluster())
                    .filter(other -> !other.meta().name().equals(name.name()))
                    .ifPresent(other -> {
                        throw refusal(
                                name,
                                "PriorityClass " + other.meta().name()
                                        + " is already marked as default. Only one default can exist");
                    });
        }
    }

    private static KubeRefusal refusal(ObjectName name, String why) {
        return KubeRefusal.forbidden(name.resource(), name.name(), why);
    }
}
