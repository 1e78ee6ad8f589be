package dev.gantry.controller.kube.service;

import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.registry.ServiceClaims;
import dev.gantry.controller.resource.BalancedPort;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ControllerEntry;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Who has which ports of nodes. */
final class PortLedger {

    private final Snapshot snapshot;
    private final ObjectName service;
    private final Set<String> controllers = new HashSet<>();

    /** @param service that asks; what it has itself is free for it */
    PortLedger(Snapshot snapshot, ObjectName service) {
        this.snapshot = snapshot;
        this.service = service;
        snapshot.list(Kinds.CONTROLLER)
                .forEach(entry -> addresses(entry.value()).forEach(controllers::add));
        snapshot.get(Kinds.LEADER_KEY)
                .map(Versioned::value)
                .map(Leader::getApiUrl)
                .ifPresent(url ->
                        controllers.add(url.replaceFirst("^[a-z]+://", "").replaceFirst("/.*", "")));
    }

    private static Stream<String> addresses(ControllerEntry entry) {
        return Stream.of(entry.getAgentAddress(), entry.getKubeAddress());
    }

    /** Who has the port of the node, for people; empty when it is free. */
    Optional<String> holder(BalancingNode node, BalancedPort port) {
        return snapshot.get(Kinds.NODE.key("", node.id()))
                .flatMap(record -> ofItself(record.value(), node, port))
                .or(() -> ofWorkloads(port))
                .or(() -> ofServices(port));
    }

    private Optional<String> ofItself(Node node, BalancingNode at, BalancedPort port) {
        if (has(node.getInfo().getCapacity(), port)) {
            return Optional.of("the machine itself");
        }
        if (port.protocol() != Protocol.TCP) {
            return Optional.empty();
        }
        boolean isIngress = node.getInfo().getIngressPorts().getHttp() == port.port()
                || node.getInfo().getIngressPorts().getHttps() == port.port();
        if (isIngress) {
            return Optional.of("its ingress");
        }
        boolean isController = controllers.contains(at.address() + ":" + port.port())
                || controllers.contains(node.getInfo().getName() + ":" + port.port());
        return isController ? Optional.of("the controller") : Optional.empty();
    }

    private Optional<String> ofWorkloads(BalancedPort port) {
        return snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, port.node()).stream()
                .filter(workload -> has(workload.value().getSpec().getResources(), port))
                .findFirst()
                .map(PortLedger::name);
    }

    private static String name(Versioned<Workload> workload) {
        return PodDocument.of(workload)
                .map(pod -> "pod " + pod.name().namespace() + "/" + pod.name().name())
                .orElseGet(() -> "task " + workload.key().name());
    }

    private Optional<String> ofServices(BalancedPort port) {
        return snapshot.get(port.key())
                .map(ServiceClaims::name)
                .filter(holder -> !holder.equals(service))
                .map(holder -> "service " + holder.namespace() + "/" + holder.name());
    }

    /** Whether the port is among those of a node's own or of a workload's. */
    static boolean has(Resources resources, BalancedPort port) {
        return (port.protocol() == Protocol.UDP ? resources.getUdpPortsList() : resources.getTcpPortsList())
                .contains(port.port());
    }
}
