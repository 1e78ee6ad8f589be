package dev.gantry.controller.dispatch;

import com.google.protobuf.Message;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Nodes;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.Node;
import dev.gantry.proto.Peer;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What every node is to know of the network, as of one image.
 *
 * @param routes services by "cluster/namespace/name"
 * @param ingresses by "cluster/namespace/name"
 * @param policies by "cluster/namespace/name"
 * @param peers  nodes with a subnet, by their ids
 */
public record RouteTable(
        SortedMap<String, ServiceRoute> routes,
        SortedMap<String, IngressRoute> ingresses,
        SortedMap<String, NetworkPolicy> policies,
        SortedMap<String, Peer> peers) {

    static final RouteTable EMPTY = new RouteTable(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    /** Well below what one message may hold. */
    private static final int MESSAGE_BYTES = 1 << 20;

    /** Looks at all services, ingresses, policies and subnets. */
    public static RouteTable of(Snapshot image) {
        SortedMap<String, Peer> peers = new TreeMap<>();
        image.list(Kinds.NETWORK_CLAIM, Subnets.SCOPE).stream()
                .flatMap(claim -> image.get(Kinds.NODE.key("", claim.value().getHolder())).stream())
                .map(Versioned::value)
                .forEach(node -> peer(node).ifPresent(peer -> peers.put(node.getId(), peer)));
        return new RouteTable(
                named(image, Kinds.SERVICE_ROUTE),
                named(image, Kinds.INGRESS_ROUTE),
                named(image, Kinds.NETWORK_POLICY),
                peers);
    }

    private static <T extends Message> SortedMap<String, T> named(Snapshot image, Kind<T> kind) {
        SortedMap<String, T> named = new TreeMap<>();
        image.list(kind)
                .forEach(record ->
                        named.put(record.key().scope() + "/" + record.key().name(), record.value()));
        return named;
    }

    private static Optional<Peer> peer(Node node) {
        boolean isReached = !node.getSubnet().isEmpty() && !Nodes.isDeregistered(node);
        return Nodes.address(node)
                .filter(_ -> isReached)
                .map(address -> Peer.newBuilder()
                        .setNode(node.getId())
                        .setSubnet(node.getSubnet())
                        .setAddress(address)
                        .build());
    }

    boolean isEmpty() {
        return routes.isEmpty() && ingresses.isEmpty() && policies.isEmpty() && peers.isEmpty();
    }

    /** The messages that replace whatever the agent had; none for an empty table, which the Welcome tells. */
    List<Routes> full() {
        return isEmpty()
                ? List.of()
                : messages(
                        Routes.newBuilder()
                                .setFull(true)
                                .setRange(Subnets.RANGE)
                                .addAllPeers(peers.values()),
                        List.of(routes.values(), ingresses.values(), policies.values()));
    }

    /** The messages that lead from an earlier table to this one. */
    List<Routes> since(RouteTable before) {
        if (before == this || before.equals(this)) {
            return List.of();
        }
        if (before.isEmpty()) {
            // It was told nothing yet, not even the range.
            return full();
        }
        return messages(
                Routes.newBuilder()
                        .addAllRemoved(gone(before.routes, routes))
                        .addAllRemovedIngresses(gone(before.ingresses, ingresses))
                        .addAllRemovedPolicies(gone(before.policies, policies))
                        .addAllRemovedPeers(gone(before.peers, peers))
                        .addAllPeers(news(before.peers, peers)),
                List.of(
                        news(before.routes, routes),
                        news(before.ingresses, ingresses),
                        news(before.policies, policies)));
    }

    private static List<String> gone(Map<String, ?> before, Map<String, ?> after) {
        return before.keySet().stream().filter(key -> !after.containsKey(key)).toList();
    }

    private static <T> List<T> news(Map<String, T> before, Map<String, T> after) {
        return after.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(before.get(entry.getKey())))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** @param first what the first one says beside the others */
    private static List<Routes> messages(Routes.Builder first, List<? extends Collection<? extends Message>> others) {
        List<Routes> messages = new ArrayList<>();
        Routes.Builder message = first;
        int bytes = 0;
        for (Message one : others.stream().flatMap(Collection::stream).toList()) {
            int more = one.getSerializedSize();
            if (bytes > 0 && bytes + more > MESSAGE_BYTES) {
                messages.add(message.setMore(true).build());
                message = Routes.newBuilder();
                bytes = 0;
            }
            switch (one) {
                case ServiceRoute service -> message.addRoutes(service);
                case IngressRoute ingress -> message.addIngresses(ingress);
                case NetworkPolicy policy -> message.addPolicies(policy);
                default -> throw new IllegalStateException("nodes are not told of a " + one.getDescriptorForType());
            }
            bytes += more;
        }
        messages.add(message.build());
        return messages;
    }
}
