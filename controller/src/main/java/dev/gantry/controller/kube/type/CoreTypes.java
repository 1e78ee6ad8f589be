package dev.gantry.controller.kube.type;

import java.util.List;

/** The kinds of the core group. */
final class CoreTypes {

    private static final String V1 = "v1";
    private static final List<String> GET = List.of("get");
    private static final List<String> CREATE = List.of("create");
    private static final List<String> CONNECT = List.of("create", "get");

    private CoreTypes() {}

    static List<ResourceType> list() {
        return List.of(
                pods(),
                services(),
                nodes(),
                namespaced("ConfigMap", "configmaps")
                        .called("cm")
                        .shows(Column.text("Data", ObjectCells::dataCount), Column.age()),
                namespaced("Secret", "secrets")
                        .shows(Column.text("Type", "/type", "Opaque"), Column.count("Data", "/data"), Column.age()),
                clusterWide("Namespace", "namespaces")
                        .called("ns")
                        .withStatus()
                        .with(new Subresource("finalize", "", V1, "Namespace", List.of("update")))
                        .shows(Column.text("Status", "/status/phase", "Active"), Column.age()),
                events(),
                namespaced("ServiceAccount", "serviceaccounts")
                        .called("sa")
                        .with(new Subresource("token", "authentication.k8s.io", V1, "TokenRequest", CREATE))
                        .shows(Column.count("Secrets", "/secrets"), Column.age()),
                namespaced("Endpoints", "endpoints")
                        .called("ep")
                        .shows(Column.text("Endpoints", ServiceCells::endpoints), Column.age()),
                persistentVolumeClaims(),
                persistentVolumes(),
                namespaced("ReplicationController", "replicationcontrollers")
                        .called("rc")
                        .inAll()
                        .withStatus()
                        .withScale()
                        .shows(
                                Column.number("Desired", "/spec/replicas"),
                                Column.number("Current", "/status/replicas"),
                                Column.number("Ready", "/status/readyReplicas"),
                                Column.age(),
                                Column.text("Containers", WorkloadCells::containers)
                                        .onlyWide(),
                                Column.text("Images", WorkloadCells::images).onlyWide(),
                                Column.text("Selector", WorkloadCells::plainSelector)
                                        .onlyWide()),
                namespaced("LimitRange", "limitranges")
                        .called("limits")
                        .shows(Column.since("Created At", "/metadata/creationTimestamp", "")),
                namespaced("ResourceQuota", "resourcequotas")
                        .called("quota")
                        .withStatus()
                        .shows(Column.age(), Column.text("Request", ObjectCells::quota)),
                namespaced("PodTemplate", "podtemplates")
                        .shows(
                                Column.text("Containers", WorkloadCells::templateContainers),
                                Column.text("Images", WorkloadCells::templateImages),
                                Column.text("Pod Labels", WorkloadCells::templateLabels)));
    }

    private static ResourceType pods() {
        return namespaced("Pod", "pods")
                .called("po")
                .inAll()
                .withStatus()
                .with(new Subresource("log", "", V1, "Pod", GET))
                .with(new Subresource("exec", "", V1, "PodExecOptions", CONNECT))
                .with(new Subresource("attach", "", V1, "PodAttachOptions", CONNECT))
                .with(new Subresource("portforward", "", V1, "PodPortForwardOptions", CONNECT))
                .with(new Subresource("binding", "", V1, "Binding", CREATE))
                .with(new Subresource("eviction", "policy", V1, "Eviction", CREATE))
                .with(new Subresource(
                        Subresource.EPHEMERAL_CONTAINERS, "", V1, "Pod", List.of("get", "patch", "update")))
                .shows(
                        Column.text("Ready", PodCells::ready),
                        Column.text("Status", PodCells::status),
                        new Column("Restarts", "string", "", false, PodCells::restarts),
                        Column.age(),
                        Column.text("IP", "/status/podIP", "<none>").onlyWide(),
                        Column.text("Node", "/spec/nodeName", "<none>").onlyWide(),
                        Column.text("Nominated Node", "/status/nominatedNodeName", "<none>")
                                .onlyWide(),
                        Column.text("Readiness Gates", _ -> "<none>").onlyWide());
    }

    private static ResourceType services() {
        return namespaced("Service", "services")
                .called("svc")
                .inAll()
                .withStatus()
                .shows(
                        Column.text("Type", "/spec/type", "ClusterIP"),
                        Column.text("Cluster-IP", "/spec/clusterIP", "<none>"),
                        Column.text("External-IP", ServiceCells::external),
                        Column.text("Port(s)", ServiceCells::ports),
                        Column.age(),
                        Column.text("Selector", WorkloadCells::plainSelector).onlyWide());
    }

    private static ResourceType nodes() {
        return clusterWide("Node", "nodes")
                .called("no")
                .withStatus()
                .shows(
                        Column.text("Status", NodeCells::status),
                        Column.text("Roles", NodeCells::roles),
                        Column.age(),
                        Column.text("Version", "/status/nodeInfo/kubeletVersion", "<unknown>"),
                        Column.text("Internal-IP", node -> NodeCells.address(node, "InternalIP"))
                                .onlyWide(),
                        Column.text("External-IP", node -> NodeCells.address(node, "ExternalIP"))
                                .onlyWide(),
                        Column.text("OS-Image", "/status/nodeInfo/osImage", "<unknown>")
                                .onlyWide(),
                        Column.text("Kernel-Version", "/status/nodeInfo/kernelVersion", "<unknown>")
                                .onlyWide(),
                        Column.text("Container-Runtime", "/status/nodeInfo/containerRuntimeVersion", "<unknown>")
                                .onlyWide());
    }

    private static ResourceType events() {
        return namespaced("Event", "events")
                .called("ev")
                .shows(
                        new Column("Last Seen", "string", "", false, ObjectCells::lastSeen),
                        Column.text("Type", "/type", ""),
                        Column.text("Reason", "/reason", ""),
                        Column.text("Object", ObjectCells::involved),
                        Column.text("Subobject", "/involvedObject/fieldPath", "")
                                .onlyWide(),
                        Column.text("Source", "/source/component", "").onlyWide(),
                        Column.text("Message", "/message", ""),
                        Column.since("First Seen", "/firstTimestamp", "<unknown>")
                                .onlyWide(),
                        Column.text("Count", "/count", "1").onlyWide(),
                        Column.text("Name", "/metadata/name", "").onlyWide());
    }

    private static ResourceType persistentVolumeClaims() {
        return namespaced("PersistentVolumeClaim", "persistentvolumeclaims")
                .called("pvc")
                .withStatus()
                .shows(
                        Column.text("Status", ObjectCells::volumePhase),
                        Column.text("Volume", "/spec/volumeName", ""),
                        Column.text("Capacity", "/status/capacity/storage", ""),
                        Column.text("Access Modes", ObjectCells::accessModes),
                        Column.text("StorageClass", "/spec/storageClassName", ""),
                        Column.text("VolumeAttributesClass", "/spec/volumeAttributesClassName", "<unset>"),
                        Column.age(),
                        Column.text("VolumeMode", "/spec/volumeMode", "<unset>").onlyWide());
    }

    private static ResourceType persistentVolumes() {
        return clusterWide("PersistentVolume", "persistentvolumes")
                .called("pv")
                .withStatus()
                .shows(
                        Column.text("Capacity", "/spec/capacity/storage", ""),
                        Column.text("Access Modes", ObjectCells::accessModes),
                        Column.text("Reclaim Policy", "/spec/persistentVolumeReclaimPolicy", ""),
                        Column.text("Status", ObjectCells::volumePhase),
                        Column.text("Claim", ObjectCells::claim),
                        Column.text("StorageClass", "/spec/storageClassName", ""),
                        Column.text("VolumeAttributesClass", "/spec/volumeAttributesClassName", "<unset>"),
                        Column.text("Reason", "/status/reason", ""),
                        Column.age(),
                        Column.text("VolumeMode", "/spec/volumeMode", "<unset>").onlyWide());
    }

    private static ResourceType namespaced(String kind, String plural) {
        return ResourceType.namespaced("", V1, kind, plural);
    }

    private static ResourceType clusterWide(String kind, String plural) {
        return ResourceType.clusterWide("", V1, kind, plural);
    }
}
