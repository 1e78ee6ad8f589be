package dev.gantry.controller.resource;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Workload;
import java.util.Optional;

/** Tells which workloads are pods of the Kubernetes API, and which of those are shown there. */
public final class Pods {

    private static final String SCOPE = "kube/";
    private static final String TYPE = "/" + KubePod.getDescriptor().getFullName();
    private static final OriginMemory ORIGINS = new OriginMemory();

    private Pods() {}

    /** The scope of the workloads that are a namespace's pods. No ECS cluster has such a name. */
    public static String scope(String cluster, String namespace) {
        return SCOPE + cluster + "/" + namespace;
    }

    /** Whether the workload is a pod, shown or not. */
    public static boolean isPod(Workload workload) {
        return workload.getOrigin().getTypeUrl().endsWith(TYPE);
    }

    /** The pod that the workload is, shown or not; empty for anything else. */
    public static Optional<KubePod> pod(Workload workload) {
        if (!isPod(workload)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ORIGINS.pod(workload.getOrigin()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the origin of " + workload.getId() + " is damaged", e);
        }
    }

    /** The pod that the workload is, if the API shows it. */
    public static Optional<KubePod> shown(Workload workload) {
        return pod(workload).filter(pod -> pod.getRemovedAtMs() == 0);
    }
}
