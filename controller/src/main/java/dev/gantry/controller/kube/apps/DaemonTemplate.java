package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.admission.Admission;
import dev.gantry.controller.kube.admit.Defaults;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.List;

/** What a daemon set's template becomes on a node. */
final class DaemonTemplate {

    private static final String TERMS =
            "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    private static final String NO_SCHEDULE = "NoSchedule";
    private static final String NO_EXECUTE = "NoExecute";

    private DaemonTemplate() {}

    /** As upstream: daemons come to nodes that take nothing else, and stay where others would be sent away. */
    static ObjectNode tolerant(ObjectNode template) {
        ObjectNode copy = template.deepCopy();
        ArrayNode tolerations = copy.withObject("/spec").withArray("tolerations");
        for (String key : List.of("not-ready", "unreachable")) {
            tolerate(tolerations, key, NO_EXECUTE);
        }
        for (String key : List.of("disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")) {
            tolerate(tolerations, key, NO_SCHEDULE);
        }
        if (copy.at("/spec/hostNetwork").asBoolean()) {
            tolerate(tolerations, "network-unavailable", NO_SCHEDULE);
        }
        return copy;
    }

    private static void tolerate(ArrayNode tolerations, String key, String effect) {
        ObjectNode toleration = Json.object()
                .put("key", "node.kubernetes.io/" + key)
                .put("operator", "Exists")
                .put("effect", effect);
        if (!tolerations.valueStream().anyMatch(toleration::equals)) {
            tolerations.add(toleration);
        }
    }

    /** For one node and no other. */
    static ObjectNode pinned(ObjectNode template, String node) {
        ObjectNode copy = template.deepCopy();
        ArrayNode terms = copy.withArray(TERMS);
        terms.removeAll();
        terms.addObject()
                .putArray("matchFields")
                .addObject()
                .put("key", "metadata.name")
                .put("operator", "In")
                .putArray("values")
                .add(node);
        return copy;
    }

    /** The node that a pod was pinned to; empty for one that was not. */
    static String node(PodDocument pod) {
        return pod.json().at(TERMS + "/0/matchFields/0/values/0").asText();
    }

    /**
     * A pod of the template as the scheduler would see it, on whatever node.
     *
     * @throws dev.gantry.controller.resource.RefusedException for a template that no pod can be made of here
     * @throws dev.gantry.controller.kube.refusal.KubeRefusal for one whose pods are not admitted
     */
    static Workload sample(Snapshot snapshot, KubeDocument set, ObjectNode template, PodMaker maker, Instant now) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        pod.set("metadata", template.path("metadata").deepCopy());
        pod.withObject("/metadata")
                .put("name", set.meta().name())
                .put("namespace", set.name().namespace())
                .put("uid", set.meta().uid());
        pod.set("spec", template.path("spec").deepCopy());
        Defaults.apply("v1", "Pod", pod);
        Admission.ofPlanner(snapshot, now)
                .complete(set.name().beside(ResourceName.PODS, set.meta().name()), pod);
        return maker.make(set.name().cluster(), pod, now);
    }
}
