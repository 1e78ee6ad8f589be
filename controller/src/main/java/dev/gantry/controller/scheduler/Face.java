package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Pods;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Workload;
import java.util.Map;
import java.util.Optional;

/** What other pods see of a pod. */
record Face(String cluster, String namespace, Map<String, String> labels) {

    /** Of what no rule is about. */
    static final Face NOBODY = new Face("", "", Map.of());

    /** Empty for what is no pod. */
    static Optional<Face> of(Workload workload) {
        return workload.getSpec().hasPod() ? Pods.pod(workload).map(Face::of) : Optional.empty();
    }

    private static Face of(KubePod pod) {
        return new Face(pod.getCluster(), pod.getNamespace(), pod.getLabelsMap());
    }
}
