package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.Attribute;
import dev.gantry.aws.ecs.ContainerInstance;
import dev.gantry.aws.ecs.ContainerInstanceHealthStatus;
import dev.gantry.aws.ecs.InstanceHealthCheckResult;
import dev.gantry.aws.ecs.Resource;
import dev.gantry.aws.ecs.VersionInfo;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.compile.Sizes;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A node as DescribeContainerInstances shows it. */
public record NodeView(Arns arns) {

    /** Members that are shown on request. */
    public enum Include {
        TAGS,
        CONTAINER_INSTANCE_HEALTH
    }

    /** The attributes that the machine reported, under those that users put over them. */
    public static Map<String, String> attributes(Node node) {
        Map<String, String> attributes = new TreeMap<>(node.getInfo().getAttributesMap());
        attributes.putAll(node.getAttributesMap());
        return attributes;
    }

    /** ACTIVE, DRAINING or INACTIVE. */
    public static String status(Node node) {
        return node.getAdministration() == Administration.DEREGISTERED
                ? "INACTIVE"
                : node.getAdministration().name();
    }

    public ContainerInstance instance(Snapshot snapshot, Versioned<Node> record, Set<Include> include) {
        Node node = record.value();
        List<Workload> live = snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, node.getId()).stream()
                .map(Versioned::value)
                .toList();
        long running = live.stream().filter(Workloads::isRunning).count();
        long pending = live.stream()
                .filter(workload -> Workloads.phase(workload).compareTo(Phase.RUNNING) < 0)
                .count();
        boolean ready = node.getReadiness() == Readiness.READY;
        return ContainerInstance.builder()
                .containerInstanceArn(arns.containerInstance(node.getInfo().getCluster(), node.getId()))
                .ec2InstanceId(Shown.text(node.getInfo().getName()))
                .capacityProviderName(Provider.ofNode(snapshot, node).orElse(null))
                .version(node.getVersion())
                .versionInfo(VersionInfo.builder()
                        .agentVersion(Shown.text(node.getInfo().getAgentVersion()))
                        .dockerVersion(Shown.text(node.getInfo().getEngineVersion()))
                        .build())
                .registeredResources(resources(node.getInfo().getCapacity(), List.of()))
                .remainingResources(resources(node.getInfo().getCapacity(), live))
                .status(status(node))
                .agentConnected(ready)
                .runningTasksCount((int) running)
                .pendingTasksCount((int) pending)
                .attributes(attributes(node).entrySet().stream()
                        .map(entry -> attribute(entry.getKey(), entry.getValue()))
                        .toList())
                .registeredAt(Shown.time(node.getRegisteredAtMs()))
                .attachments(List.of())
                .tags(include.contains(Include.TAGS) ? Tags.list(node.getTagsMap()) : List.of())
                .healthStatus(include.contains(Include.CONTAINER_INSTANCE_HEALTH) ? health(node) : null)
                .build();
    }

    private static Attribute attribute(String name, String value) {
        return Attribute.builder().name(name).value(Shown.text(value)).build();
    }

    private static List<Resource> resources(Resources capacity, List<Workload> users) {
        long cpu = capacity.getCpuUnits();
        long memory = capacity.getMemoryBytes();
        Set<Integer> tcp = new TreeSet<>(capacity.getTcpPortsList());
        Set<Integer> udp = new TreeSet<>(capacity.getUdpPortsList());
        Map<String, Long> devices = new TreeMap<>(capacity.getDevicesMap());
        for (Workload user : users) {
            Resources used = user.getSpec().getResources();
            cpu -= used.getCpuUnits();
            memory -= used.getMemoryBytes();
            tcp.addAll(used.getTcpPortsList());
            udp.addAll(used.getUdpPortsList());
            used.getDevicesMap().forEach((name, count) -> devices.merge(name, -count, Long::sum));
        }
        List<Resource> resources = new ArrayList<>();
        resources.add(count("CPU", cpu));
        resources.add(count("MEMORY", memory / Sizes.MIB_BYTES));
        resources.add(ports("PORTS", tcp));
        resources.add(ports("PORTS_UDP", udp));
        devices.forEach((name, count) -> resources.add(count(name, count)));
        return resources;
    }

    private static Resource count(String name, long value) {
        return Resource.builder()
                .name(name)
                .type("INTEGER")
                .doubleValue(0.0)
                .longValue(0L)
                .integerValue((int) Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE))
                .build();
    }

    private static Resource ports(String name, Set<Integer> ports) {
        return Resource.builder()
                .name(name)
                .type("STRINGSET")
                .doubleValue(0.0)
                .longValue(0L)
                .integerValue(0)
                .stringSetValue(ports.stream().map(String::valueOf).toList())
                .build();
    }

    private static ContainerInstanceHealthStatus health(Node node) {
        String status = node.getReadiness() == Readiness.READY ? "OK" : "INSUFFICIENT_DATA";
        return ContainerInstanceHealthStatus.builder()
                .overallStatus(status)
                .details(List.of(InstanceHealthCheckResult.builder()
                        .type("CONTAINER_RUNTIME")
                        .status(status)
                        .lastUpdated(Shown.time(node.getReadinessSinceMs()))
                        .lastStatusChange(Shown.time(node.getReadinessSinceMs()))
                        .build()))
                .build();
    }
}
