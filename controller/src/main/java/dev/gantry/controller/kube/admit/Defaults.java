package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Fills in what a client may leave out, as Kubernetes does. */
public final class Defaults {

    private static final int AFFINITY_SECONDS = 10_800;
    private static final String RBAC = "rbac.authorization.k8s.io";

    private Defaults() {}

    /** Changes the object. A job is to have its uid before. */
    public static void apply(String apiVersion, String kind, ObjectNode object) {
        Gaps gaps = new Gaps(object);
        switch (apiVersion + " " + kind) {
            case "v1 Pod" -> PodDefaults.pod(gaps);
            case "v1 PodTemplate" -> PodDefaults.template(gaps);
            case "v1 ReplicationController" -> ControllerDefaults.replicationController(gaps);
            case "apps/v1 Deployment" -> ControllerDefaults.deployment(gaps);
            case "apps/v1 ReplicaSet" -> ControllerDefaults.replicaSet(gaps);
            case "apps/v1 StatefulSet" -> ControllerDefaults.statefulSet(gaps);
            case "apps/v1 DaemonSet" -> ControllerDefaults.daemonSet(gaps);
            case "batch/v1 Job" -> ControllerDefaults.job(gaps);
            case "batch/v1 CronJob" -> ControllerDefaults.cronJob(gaps);
            case "v1 Service" -> service(gaps.within("spec"));
            case "v1 LimitRange" -> LimitDefaults.apply(gaps);
            case "v1 Endpoints" ->
                gaps.each("subsets")
                        .flatMap(subset -> subset.each("ports"))
                        .forEach(port -> port.put("protocol", "TCP"));
            case "discovery.k8s.io/v1 EndpointSlice" ->
                gaps.each("ports").forEach(port -> port.put("name", "").put("protocol", "TCP"));
            case "v1 Namespace" -> namespace(gaps);
            case "v1 Secret" -> secret(gaps);
            case "v1 PersistentVolumeClaim" -> {
                gaps.within("spec").put("volumeMode", "Filesystem");
                gaps.within("status").put("phase", "Pending");
            }
            case "v1 PersistentVolume" -> {
                gaps.within("spec").put("volumeMode", "Filesystem").put("persistentVolumeReclaimPolicy", "Retain");
                gaps.within("status").put("phase", "Pending");
            }
            case "storage.k8s.io/v1 StorageClass" ->
                gaps.put("reclaimPolicy", "Delete").put("volumeBindingMode", "Immediate");
            case "storage.k8s.io/v1 CSIDriver" -> driver(gaps.within("spec"));
            case "scheduling.k8s.io/v1 PriorityClass" ->
                gaps.put("value", 0).put("preemptionPolicy", "PreemptLowerPriority");
            case "networking.k8s.io/v1 IngressClass" ->
                gaps.within("spec").at("parameters").forEach(parameters -> parameters.put("scope", "Cluster"));
            case "networking.k8s.io/v1 NetworkPolicy" -> networkPolicy(gaps.within("spec"));
            case "autoscaling/v1 HorizontalPodAutoscaler" -> gaps.within("spec").put("minReplicas", 1);
            case "autoscaling/v2 HorizontalPodAutoscaler" -> AutoscalerDefaults.apply(gaps.within("spec"));
            case "apiextensions.k8s.io/v1 CustomResourceDefinition" -> DefinitionDefaults.fill(gaps);
            case "rbac.authorization.k8s.io/v1 RoleBinding", "rbac.authorization.k8s.io/v1 ClusterRoleBinding" ->
                binding(gaps);
            default -> {
                // Other kinds have no defaults.
            }
        }
    }

    private static void service(Gaps spec) {
        spec.put("type", "ClusterIP").put("sessionAffinity", "None");
        if (spec.text("sessionAffinity").equals("ClientIP")) {
            spec.within("sessionAffinityConfig").within("clientIP").put("timeoutSeconds", AFFINITY_SECONDS);
        }
        spec.each("ports").forEach(port -> {
            port.put("protocol", "TCP");
            if (port.isAbsent("targetPort")) {
                port.object().set("targetPort", port.object().path("port"));
            }
        });
        String type = spec.text("type");
        if (!type.equals("ExternalName")) {
            spec.put("internalTrafficPolicy", "Cluster")
                    .put("ipFamilyPolicy", "SingleStack")
                    .put("ipFamilies", List.of("IPv4"));
        }
        if (type.equals("NodePort") || type.equals("LoadBalancer")) {
            spec.put("externalTrafficPolicy", "Cluster");
        }
        if (type.equals("LoadBalancer")) {
            spec.put("allocateLoadBalancerNodePorts", true);
        }
    }

    private static void namespace(Gaps namespace) {
        namespace.within("spec").put("finalizers", List.of("kubernetes"));
        namespace.within("status").put("phase", "Active");
        Gaps metadata = namespace.within("metadata");
        if (!metadata.text("name").isEmpty()) {
            metadata.within("labels").object().put("kubernetes.io/metadata.name", metadata.text("name"));
        }
    }

    /** What is written as text is kept as bytes. */
    private static void secret(Gaps secret) {
        secret.put("type", "Opaque");
        JsonNode texts = secret.object().remove("stringData");
        if (texts != null) {
            ObjectNode data = secret.within("data").object();
            for (Map.Entry<String, JsonNode> text : texts.properties()) {
                byte[] bytes = text.getValue().asText().getBytes(StandardCharsets.UTF_8);
                data.put(text.getKey(), Base64.getEncoder().encodeToString(bytes));
            }
        }
    }

    private static void networkPolicy(Gaps spec) {
        if (spec.object().path("policyTypes").isEmpty()) {
            spec.object().remove("policyTypes");
            spec.put(
                    "policyTypes",
                    spec.object().path("egress").isEmpty() ? List.of("Ingress") : List.of("Ingress", "Egress"));
        }
        for (String direction : List.of("ingress", "egress")) {
            spec.each(direction).flatMap(rule -> rule.each("ports")).forEach(port -> port.put("protocol", "TCP"));
        }
    }

    private static void driver(Gaps spec) {
        spec.put("attachRequired", true)
                .put("podInfoOnMount", false)
                .put("storageCapacity", false)
                .put("fsGroupPolicy", "ReadWriteOnceWithFSType")
                .put("volumeLifecycleModes", List.of("Persistent"))
                .put("requiresRepublish", false)
                .put("seLinuxMount", false);
    }

    private static void binding(Gaps binding) {
        binding.at("roleRef").forEach(role -> role.put("apiGroup", RBAC));
        binding.each("subjects")
                .filter(subject -> !subject.text("kind").equals("ServiceAccount"))
                .forEach(subject -> subject.put("apiGroup", RBAC));
    }
}
