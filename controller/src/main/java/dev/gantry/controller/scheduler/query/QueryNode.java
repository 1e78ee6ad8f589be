package dev.gantry.controller.scheduler.query;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a query can ask about a node.
 *
 * @param instanceId what {@code ec2InstanceId} compares with: the attribute {@code
 *     ecs.instance-id}, else the host name
 * @param runningTasks workloads of the node that are RUNNING
 * @param groups the groups of the workloads of the node that are not STOPPED
 */
public record QueryNode(
        boolean agentConnected,
        String agentVersion,
        Map<String, String> attributes,
        String instanceId,
        Instant registeredAt,
        int runningTasks,
        Set<String> groups) {

    /** An operator's own name for the machine, used as its EC2 instance id. */
    private static final String HOSTNAME_ATTRIBUTE = "kubernetes.io/hostname";

    public static final String INSTANCE_ID_ATTRIBUTE = "ecs.instance-id";

    /** The view of a node and of its workloads, stopped ones allowed. */
    public static QueryNode of(Node node, Collection<Workload> workloads) {
        int running = (int) workloads.stream().filter(Workloads::isRunning).count();
        Set<String> groups = workloads.stream()
                .filter(workload -> !Workloads.isStopped(workload))
                .map(workload -> workload.getSpec().getGroup())
                .collect(Collectors.toSet());
        return of(node, attributes(node), running, groups);
    }

    /** The same with everything that was counted before. */
    public static QueryNode of(Node node, Map<String, String> attributes, int runningTasks, Set<String> groups) {
        return new QueryNode(
                node.getReadiness() == Readiness.READY,
                node.getInfo().getAgentVersion(),
                attributes,
                attributes.getOrDefault(INSTANCE_ID_ATTRIBUTE, node.getInfo().getName()),
                Instant.ofEpochMilli(node.getRegisteredAtMs()),
                runningTasks,
                groups);
    }

    /** What the machine says of itself, over it what users said through the API, and its name in the Kubernetes API. */
    public static Map<String, String> attributes(Node node) {
        Map<String, String> all = new HashMap<>(node.getInfo().getAttributesMap());
        all.putAll(node.getAttributesMap());
        String name = node.getInfo().getName().toLowerCase(Locale.ROOT);
        all.put(HOSTNAME_ATTRIBUTE, name.isEmpty() ? node.getId() : name);
        return all;
    }
}
