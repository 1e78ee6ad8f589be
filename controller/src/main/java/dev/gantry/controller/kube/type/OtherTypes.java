package dev.gantry.controller.kube.type;

import dev.gantry.controller.kube.document.Json;
import java.util.List;

/** The kinds of the smaller groups, most of them data without a controller. */
final class OtherTypes {

    private static final String V1 = "v1";
    private static final String NETWORKING = "networking.k8s.io";
    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final String STORAGE = "storage.k8s.io";
    private static final String AUTHORIZATION = "authorization.k8s.io";

    private OtherTypes() {}

    static List<ResourceType> list() {
        return List.of(
                ResourceType.namespaced("discovery.k8s.io", V1, "EndpointSlice", "endpointslices")
                        .shows(
                                Column.text("AddressType", "/addressType", ""),
                                Column.text("Ports", ServiceCells::slicePorts),
                                Column.text("Endpoints", ServiceCells::sliceEndpoints),
                                Column.age()),
                ResourceType.namespaced("coordination.k8s.io", V1, "Lease", "leases")
                        .shows(Column.text("Holder", "/spec/holderIdentity", ""), Column.age()),
                ingresses(),
                ResourceType.clusterWide(NETWORKING, V1, "IngressClass", "ingressclasses")
                        .shows(
                                Column.text("Controller", "/spec/controller", ""),
                                Column.text("Parameters", "/spec/parameters/name", "<none>"),
                                Column.age()),
                ResourceType.namespaced(NETWORKING, V1, "NetworkPolicy", "networkpolicies")
                        .called("netpol")
                        .shows(Column.text("Pod-Selector", WorkloadCells::podSelector), Column.age()),
                ResourceType.namespaced("policy", V1, "PodDisruptionBudget", "poddisruptionbudgets")
                        .called("pdb")
                        .withStatus()
                        .shows(
                                Column.text("Min Available", "/spec/minAvailable", "N/A"),
                                Column.text("Max Unavailable", "/spec/maxUnavailable", "N/A"),
                                Column.number("Allowed Disruptions", "/status/disruptionsAllowed"),
                                Column.age()),
                role("Role", "roles", true),
                binding("RoleBinding", "rolebindings", true),
                role("ClusterRole", "clusterroles", false),
                binding("ClusterRoleBinding", "clusterrolebindings", false),
                storageClasses(),
                ResourceType.clusterWide(STORAGE, V1, "CSIDriver", "csidrivers")
                        .shows(
                                Column.text("AttachRequired", "/spec/attachRequired", "true"),
                                Column.text("PodInfoOnMount", "/spec/podInfoOnMount", "false"),
                                Column.text("StorageCapacity", "/spec/storageCapacity", "false"),
                                Column.text("TokenRequests", ObjectCells::audiences),
                                Column.text("RequiresRepublish", "/spec/requiresRepublish", "false"),
                                Column.text(
                                        "Modes",
                                        driver ->
                                                String.join(",", Json.texts(driver.at("/spec/volumeLifecycleModes")))),
                                Column.age()),
                ResourceType.clusterWide(STORAGE, V1, "CSINode", "csinodes")
                        .shows(
                                Column.text(
                                        "Drivers",
                                        node -> Integer.toString(
                                                node.at("/spec/drivers").size())),
                                Column.age()),
                ResourceType.namespaced(STORAGE, V1, "CSIStorageCapacity", "csistoragecapacities")
                        .shows(
                                Column.text("StorageClassName", "/storageClassName", ""),
                                Column.text("Capacity", "/capacity", "<unset>")),
                ResourceType.clusterWide(STORAGE, V1, "VolumeAttachment", "volumeattachments")
                        .withStatus()
                        .shows(
                                Column.text("Attacher", "/spec/attacher", ""),
                                Column.text("PV", "/spec/source/persistentVolumeName", ""),
                                Column.text("Node", "/spec/nodeName", ""),
                                Column.text("Attached", "/status/attached", "false"),
                                Column.age()),
                ResourceType.clusterWide("scheduling.k8s.io", V1, "PriorityClass", "priorityclasses")
                        .called("pc")
                        .shows(
                                Column.text("Value", "/value", "0"),
                                Column.text("Global-Default", "/globalDefault", "false"),
                                Column.age(),
                                Column.text("PreemptionPolicy", "/preemptionPolicy", "PreemptLowerPriority")),
                ResourceType.clusterWide(
                                "apiextensions.k8s.io", V1, "CustomResourceDefinition", "customresourcedefinitions")
                        .called("crd", "crds")
                        .in(List.of("api-extensions"))
                        .withStatus()
                        .shows(Column.text("Created At", "/metadata/creationTimestamp", "<unknown>")),
                ResourceType.asked("authentication.k8s.io", V1, "SelfSubjectReview", "selfsubjectreviews", false),
                ResourceType.asked("authentication.k8s.io", V1, "TokenReview", "tokenreviews", false),
                ResourceType.asked(AUTHORIZATION, V1, "SelfSubjectAccessReview", "selfsubjectaccessreviews", false),
                ResourceType.asked(AUTHORIZATION, V1, "SelfSubjectRulesReview", "selfsubjectrulesreviews", false),
                ResourceType.asked(AUTHORIZATION, V1, "SubjectAccessReview", "subjectaccessreviews", false),
                ResourceType.asked(AUTHORIZATION, V1, "LocalSubjectAccessReview", "localsubjectaccessreviews", true));
    }

    private static ResourceType ingresses() {
        return ResourceType.namespaced(NETWORKING, V1, "Ingress", "ingresses")
                .called("ing")
                .withStatus()
                .shows(
                        Column.text("Class", "/spec/ingressClassName", "<none>"),
                        Column.text("Hosts", ServiceCells::hosts),
                        Column.text("Address", ServiceCells::loadBalancer),
                        Column.text("Ports", ingress -> ingress.at("/spec/tls").isEmpty() ? "80" : "80, 443"),
                        Column.age());
    }

    private static ResourceType storageClasses() {
        return ResourceType.clusterWide(STORAGE, V1, "StorageClass", "storageclasses")
                .called("sc")
                .shows(
                        Column.text("Provisioner", "/provisioner", ""),
                        Column.text("ReclaimPolicy", "/reclaimPolicy", "Delete"),
                        Column.text("VolumeBindingMode", "/volumeBindingMode", "Immediate"),
                        Column.text("AllowVolumeExpansion", "/allowVolumeExpansion", "false"),
                        Column.age());
    }

    private static ResourceType role(String kind, String plural, boolean namespaced) {
        ResourceType type = namespaced
                ? ResourceType.namespaced(RBAC, V1, kind, plural)
                : ResourceType.clusterWide(RBAC, V1, kind, plural);
        return type.shows(Column.text("Created At", "/metadata/creationTimestamp", "<unknown>"));
    }

    private static ResourceType binding(String kind, String plural, boolean namespaced) {
        ResourceType type = namespaced
                ? ResourceType.namespaced(RBAC, V1, kind, plural)
                : ResourceType.clusterWide(RBAC, V1, kind, plural);
        return type.shows(
                Column.text(
                        "Role",
                        object -> object.at("/roleRef/kind").asText() + "/"
                                + object.at("/roleRef/name").asText()),
                Column.age(),
                Column.text("Users", object -> ObjectCells.subjects(object, "User"))
                        .onlyWide(),
                Column.text("Groups", object -> ObjectCells.subjects(object, "Group"))
                        .onlyWide(),
                Column.text("ServiceAccounts", object -> ObjectCells.subjects(object, "ServiceAccount"))
                        .onlyWide());
    }
}
