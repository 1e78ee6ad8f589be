package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.Uids;
import dev.gantry.controller.resource.Pods;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.NamedPort;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PlacementStrategy;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.PodSpec.Restart;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.Resources;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Toleration;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns a pod's document into the workload that is stored, placed and run. What a pod may say and this cannot do yet it refuses, by the path of
 * what was said.
 */
public final class PodCompiler implements PodMaker {

    private static final int HOSTNAME_MAX = 63;
    private static final int GRACE_SECONDS = 30;

    private static final Set<String> KNOWN = Set.of(
            "containers",
            "initContainers",
            "restartPolicy",
            "terminationGracePeriodSeconds",
            "activeDeadlineSeconds",
            "volumes",
            "hostname",
            "hostAliases",
            "hostNetwork",
            "hostPID",
            "hostIPC",
            "dnsPolicy",
            "dnsConfig",
            "nodeName",
            "nodeSelector",
            "affinity",
            "securityContext",
            "os",
            "schedulerName",
            "shareProcessNamespace",
            "topologySpreadConstraints",
            "serviceAccountName",
            "serviceAccount",
            "automountServiceAccountToken",
            "subdomain",
            "tolerations",
            "priority",
            "priorityClassName",
            "preemptionPolicy",
            "enableServiceLinks",
            "imagePullSecrets");

    private static final Set<String> SECURITY = Set.of(
            "runAsUser",
            "runAsGroup",
            "runAsNonRoot",
            "fsGroup",
            "fsGroupChangePolicy",
            "supplementalGroups",
            "seccompProfile",
            "sysctls");

    @Override
    public Workload make(String cluster, ObjectNode pod, Instant now) {
        Meta meta = Meta.of(pod);
        KubePod named = KubePod.newBuilder()
                .setCluster(cluster)
                .setNamespace(meta.namespace())
                .setName(meta.name())
                .build();
        return Workload.newBuilder()
                .setId(Uids.id(meta.uid()))
                .setScope(Pods.scope(cluster, meta.namespace()))
                .setOrigin(Any.pack(PodDocument.stored(named, pod)))
                .setSpec(spec(cluster, meta, new Part(pod, "")))
                .setCreatedAtMs(now.toEpochMilli())
                .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                .setVersion(1)
                .build();
    }

    @Override
    public WorkloadSpec extend(WorkloadSpec spec, String cluster, ObjectNode pod) {
        Part whole = new Part(pod, "");
        ContainerCompiler compiler = new ContainerCompiler(whole.at("spec"), new Variables(whole));
        Set<String> known =
                spec.getContainersList().stream().map(ContainerSpec::getName).collect(Collectors.toSet());
        WorkloadSpec.Builder extended = spec.toBuilder();
        whole.at("spec").at("ephemeralContainers").items().stream()
                .filter(container -> !known.contains(container.text("name")))
                .forEach(container -> extended.addContainers(compiler.compile(container, Role.EPHEMERAL)));
        boolean isNeedy = !PodReferences.of(extended.build()).isEmpty();
        extended.getPodBuilder().setNeedsSupplies(isNeedy);
        return extended.build();
    }

    private static WorkloadSpec spec(String cluster, Meta meta, Part pod) {
        Part spec = pod.at("spec");
        check(spec);
        boolean onHost = spec.flag("hostNetwork", false);
        Variables variables = new Variables(pod);
        ContainerCompiler compiler = new ContainerCompiler(spec, variables);
        WorkloadSpec.Builder built = WorkloadSpec.newBuilder()
                .setGroup(meta.controller().map(Meta.Owner::uid).orElse(meta.uid()))
                .addAllConstraints(new NodeChoice(spec).constraints())
                .addStrategies(PlacementStrategy.newBuilder()
                        .setType(PlacementStrategy.Type.SPREAD)
                        .setField("instanceId"))
                .setNetwork(onHost ? NetworkMode.HOST : NetworkMode.BRIDGE)
                .setPidMode(spec.flag("hostPID", false) ? "host" : "")
                .setIpcMode(spec.flag("hostIPC", false) ? "host" : "")
                .setNamePrefix("k8s-" + meta.namespace() + "-" + meta.name())
                .putAllLabels(Map.of(
                        "io.kubernetes.pod.name", meta.name(),
                        "io.kubernetes.pod.namespace", meta.namespace(),
                        "io.kubernetes.pod.uid", meta.uid()));
        for (Part init : spec.at("initContainers").items()) {
            init.oneOf("restartPolicy", Set.of("Always"));
            built.addContainers(compiler.compile(init, Demands.isSidecar(init) ? Role.SIDECAR : Role.INIT));
        }
        for (Part container : spec.at("containers").items()) {
            container.oneOf("restartPolicy", Set.of());
            built.addContainers(compiler.compile(container, Role.APP));
        }
        PodVolumes volumes = new PodVolumes(variables);
        spec.at("volumes").items().forEach(volume -> built.addVolumes(volumes.compile(volume)));
        Resources.Builder resources = Demands.of(spec);
        PodSpec.Builder ofPod = podSpec(meta, spec);
        ports(spec, onHost, resources, ofPod);
        ofPod.addAllNamedPorts(namedPorts(spec));
        ofPod.setCompany(new CompanyChoice(cluster, meta, spec).company());
        built.setResources(resources).setPod(ofPod);
        built.getPodBuilder().setNeedsSupplies(!PodReferences.of(built.build()).isEmpty());
        return built.build();
    }

    private static void check(Part spec) {
        spec.only(KNOWN);
        spec.at("os").oneOf("name", Set.of("linux"));
        spec.oneOf("schedulerName", Set.of("default-scheduler"));
        spec.oneOf("dnsPolicy", Set.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"));
        spec.at("dnsConfig").only(Set.of("nameservers", "searches", "options"));
        spec.at("securityContext").only(SECURITY);
    }

    private static PodSpec.Builder podSpec(Meta meta, Part spec) {
        PodSpec.Builder built = PodSpec.newBuilder()
                .setRestart(
                        switch (spec.text("restartPolicy")) {
                            case "OnFailure" -> Restart.ON_FAILURE;
                            case "Never" -> Restart.NEVER;
                            default -> Restart.ALWAYS;
                        })
                .setTerminationGraceSeconds(spec.number("terminationGracePeriodSeconds", GRACE_SECONDS))
                .setActiveDeadlineSeconds(spec.number("activeDeadlineSeconds", 0))
                .setHostname(hostname(spec.text("hostname", meta.name())))
                .setServiceLinks(spec.flag("enableServiceLinks", true))
                .setPriority(spec.number("priority", 0))
                .setPreemptsNobody(spec.text("preemptionPolicy").equals("Never"))
                .setSharedProcesses(spec.flag("shareProcessNamespace", false))
                .addAllDnsServers(spec.at("dnsConfig").texts("nameservers"))
                .addAllDnsSearchDomains(spec.at("dnsConfig").texts("searches"));
        for (Part option : spec.at("dnsConfig").at("options").items()) {
            String value = option.text("value");
            built.addDnsOptions(option.text("name") + (value.isEmpty() ? "" : ":" + value));
        }
        if (asksTheCluster(spec)) {
            String services = "svc.cluster.local";
            built.setClusterNames(true)
                    .addAllClusterSearchDomains(List.of(meta.namespace() + "." + services, services, "cluster.local"));
        }
        for (Part secret : spec.at("imagePullSecrets").items()) {
            if (!secret.text("name").isEmpty()) {
                built.addPullSecrets(secret.text("name"));
            }
        }
        for (Part toleration : spec.at("tolerations").items()) {
            built.addTolerations(toleration(toleration));
        }
        for (Part alias : spec.at("hostAliases").items()) {
            for (String name : alias.texts("hostnames")) {
                built.addExtraHosts(KeyValue.newBuilder().setKey(name).setValue(alias.text("ip")));
            }
        }
        for (Part sysctl : spec.at("securityContext").at("sysctls").items()) {
            built.addSysctls(KeyValue.newBuilder().setKey(sysctl.text("name")).setValue(sysctl.text("value")));
        }
        Part group = spec.at("securityContext").at("fsGroup");
        return group.isPresent() ? built.setVolumeGroup(group.json().asLong()) : built;
    }

    /** On the machine's network only who says so does. */
    private static boolean asksTheCluster(Part spec) {
        return switch (spec.text("dnsPolicy", "ClusterFirst")) {
            case "ClusterFirst" -> !spec.flag("hostNetwork", false);
            case "ClusterFirstWithHostNet" -> true;
            default -> false;
        };
    }

    private static Toleration toleration(Part part) {
        Toleration.Builder built = Toleration.newBuilder()
                .setKey(part.text("key"))
                .setExists(part.text("operator").equals("Exists"))
                .setValue(part.text("value"))
                .setEffect(part.text("effect"));
        Part seconds = part.at("tolerationSeconds");
        return seconds.isPresent() ? built.setSeconds(seconds.json().asLong()).build() : built.build();
    }

    private static String hostname(String name) {
        String host = name.substring(0, Math.min(HOSTNAME_MAX, name.length()));
        return host.replaceAll("[.-]+$", "");
    }

    private static List<NamedPort> namedPorts(Part spec) {
        return Stream.of("containers", "initContainers")
                .flatMap(kind -> spec.at(kind).items().stream())
                .flatMap(container -> container.at("ports").items().stream())
                .filter(port -> !port.text("name").isEmpty())
                .map(port -> NamedPort.newBuilder()
                        .setName(port.text("name"))
                        .setProtocol(port.text("protocol").equals("UDP") ? Protocol.UDP : Protocol.TCP)
                        .setPort(port.number("containerPort", 0))
                        .build())
                .toList();
    }

    /** Ports of the machine; on its network every port of a container is one. */
    private static void ports(Part spec, boolean onHost, Resources.Builder reserved, PodSpec.Builder published) {
        List<Part> ports = spec.at("containers").items().stream()
                .flatMap(container -> container.at("ports").items().stream())
                .toList();
        for (Part port : ports) {
            port.only(Set.of("name", "containerPort", "hostPort", "hostIP", "protocol"));
            port.oneOf("protocol", Set.of("TCP", "UDP"));
            port.oneOf("hostIP", Set.of("0.0.0.0"));
            boolean udp = port.text("protocol").equals("UDP");
            int container = port.number("containerPort", 0);
            int host = port.number("hostPort", onHost ? container : 0);
            if (host == 0) {
                continue;
            }
            if (udp) {
                reserved.addUdpPorts(host);
            } else {
                reserved.addTcpPorts(host);
            }
            if (!onHost) {
                published.addHostPorts(PortMapping.newBuilder()
                        .setContainerPort(container)
                        .setHostPort(host)
                        .setProtocol(udp ? Protocol.UDP : Protocol.TCP));
            }
        }
    }
}
