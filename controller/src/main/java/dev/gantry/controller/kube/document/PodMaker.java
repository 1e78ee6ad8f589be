package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.proto.Workload;
import java.time.Instant;

/** Makes the workload that a pod is. */
@FunctionalInterface
public interface PodMaker {

    /**
     * A workload to be created, together with the claim on its name. Refuses, as a {@link dev.gantry.controller.resource.RefusedException},
     * what cannot be run here.
     *
     * @param pod complete: metadata with name, namespace, uid, labels, owners and creationTimestamp, and the spec with its defaults
     */
    Workload make(String cluster, ObjectNode pod, Instant now);
}
