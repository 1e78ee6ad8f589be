package dev.gantry.cli.kube;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The order in which kinds are applied, so that each finds what it needs; deletion goes the other way round. */
final class Ranks {

    private static final List<List<String>> ORDER = List.of(
            List.of("Namespace"),
            List.of("CustomResourceDefinition"),
            List.of("PriorityClass", "StorageClass", "IngressClass", "ResourceQuota", "LimitRange"),
            List.of("ServiceAccount", "ClusterRole", "Role", "Secret", "ConfigMap", "PersistentVolume"),
            List.of("ClusterRoleBinding", "RoleBinding", "PersistentVolumeClaim", "NetworkPolicy"),
            List.of("Service", "Endpoints", "EndpointSlice", "PodDisruptionBudget"),
            List.of("Pod", "ReplicationController", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet"),
            List.of("Job", "CronJob", "HorizontalPodAutoscaler", "Ingress"));

    private static final Map<String, Integer> RANKS = new HashMap<>();

    static {
        for (int rank = 0; rank < ORDER.size(); rank++) {
            for (String kind : ORDER.get(rank)) {
                RANKS.put(kind, rank);
            }
        }
    }

    private Ranks() {}

    /** Kinds that are not known here come last: they may be of a definition. */
    static int of(String kind) {
        return RANKS.getOrDefault(kind, ORDER.size());
    }
}
