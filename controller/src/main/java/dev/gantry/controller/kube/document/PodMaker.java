package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import java.time.Instant;

/** Makes the workload that a pod is, and keeps it to what the pod becomes. */
public interface PodMaker {

    /**
     * A workload to be created, together with the claim on its name. Refuses, as a {@link dev.gantry.controller.resource.RefusedException},
     * what cannot be run here.
     *
     * @param pod complete: metadata with name, namespace, uid, labels, owners and creationTimestamp, and the spec with its defaults
     */
    Workload make(String cluster, ObjectNode pod, Instant now);

    /**
     * What a pod's workload becomes by the ephemeral containers that it does not have yet. Refuses as above.
     *
     * @param spec as it is
     * @param pod with them, complete
     */
    WorkloadSpec extend(WorkloadSpec spec, String cluster, ObjectNode pod);
}
