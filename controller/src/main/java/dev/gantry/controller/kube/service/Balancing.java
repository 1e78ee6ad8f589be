package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.resource.BalancedPort;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * At which nodes a service of the type LoadBalancer is reached: at all that take such requests and have all of its ports free; of a service that
 * keeps to endpoints on the node that was reached, only where there is one.
 *
 * @param nodes in the order of their addresses
 * @param obstacles why it is not reached at others, for people
 */
record Balancing(List<BalancingNode> nodes, List<BalancedPort> ports, List<String> obstacles) {

    static final String TYPE = "LoadBalancer";

    /** The class of services that nodes balance; those that name none are of it, too. */
    private static final String CLASS = "gantry.dev/nodes";

    /** A status is for people and DNS, and must stay small in a fleet. */
    private static final int NODES_MAX = 50;

    private static final int OBSTACLES_MAX = 3;

    /** Whether nodes are its load balancer, and not something that another controller looks after. */
    static boolean isWanted(KubeDocument service) {
        return service.spec().path("type").asText().equals(TYPE)
                && service.spec().path("loadBalancerClass").asText(CLASS).equals(CLASS)
                && !service.meta().isDeleted();
    }

    static Balancing of(Snapshot snapshot, KubeDocument service, Optional<ServiceRoute> route) {
        List<BalancingNode> nodes = new ArrayList<>();
        List<BalancedPort> ports = new ArrayList<>();
        List<String> obstacles = new ArrayList<>();
        PortLedger ledger = new PortLedger(snapshot, service.name());
        for (BalancingNode node : candidates(snapshot, service, route)) {
            List<BalancedPort> wanted = ports(service, node);
            Optional<String> obstacle = wanted.stream()
                    .flatMap(port -> ledger.holder(node, port).map(holder -> taken(node, port, holder)).stream())
                    .findFirst();
            if (obstacle.isPresent()) {
                obstacles.add(obstacle.get());
            } else if (nodes.size() < NODES_MAX) {
                nodes.add(node);
                ports.addAll(wanted);
            }
        }
        return new Balancing(nodes, ports, obstacles);
    }

    private static String taken(BalancingNode node, BalancedPort port, String holder) {
        return holder + " has port " + port.port() + "/" + port.protocol() + " of node " + node.name();
    }

    private static List<BalancingNode> candidates(
            Snapshot snapshot, KubeDocument service, Optional<ServiceRoute> route) {
        String address = service.spec().path("loadBalancerIP").asText();
        Optional<Set<String>> local =
                route.filter(ServiceRoute::getLocalOutside).map(Balancing::nodesOfTargets);
        return snapshot.list(Kinds.NODE).stream()
                .map(Versioned::value)
                .flatMap(node -> BalancingNode.of(node).stream())
                .filter(node -> address.isEmpty() || address.equals(node.address()))
                .filter(node -> local.isEmpty() || local.get().contains(node.id()))
                .sorted(Comparator.comparing(BalancingNode::address))
                .toList();
    }

    private static Set<String> nodesOfTargets(ServiceRoute route) {
        return route.getPortsList().stream()
                .flatMap(port -> port.getTargetsList().stream())
                .map(RouteTarget::getNode)
                .collect(Collectors.toSet());
    }

    private static List<BalancedPort> ports(KubeDocument service, BalancingNode node) {
        List<BalancedPort> ports = new ArrayList<>();
        for (JsonNode port : service.spec().path("ports")) {
            String protocol = port.path("protocol").asText(Protocol.TCP.name());
            if (protocol.equals(Protocol.TCP.name()) || protocol.equals(Protocol.UDP.name())) {
                ports.add(new BalancedPort(
                        node.id(), Protocol.valueOf(protocol), port.path("port").asInt()));
            }
        }
        return ports;
    }

    /** Why it is not reached where it might be; empty when nothing is in its way. */
    Optional<String> complaint() {
        if (obstacles.isEmpty()) {
            return nodes.isEmpty() ? Optional.of("no node takes requests for it") : Optional.empty();
        }
        String shown = String.join(", ", obstacles.subList(0, Math.min(obstacles.size(), OBSTACLES_MAX)));
        int more = obstacles.size() - OBSTACLES_MAX;
        return Optional.of(more > 0 ? shown + ", and so on of " + more + " more nodes" : shown);
    }
}
