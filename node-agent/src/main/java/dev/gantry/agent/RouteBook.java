package dev.gantry.agent.network;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.Peer;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node knows of the network.
 *
 * @param routes services by "cluster/namespace/name"
 * @param peers  nodes with a subnet, by their ids
 * @param range  what all subnets are parts of; empty where there is none
 */
record RouteBook(SortedMap<String, ServiceRoute> routes, SortedMap<String, Peer> peers, String range) {

    static final RouteBook EMPTY = new RouteBook(new TreeMap<>(), new TreeMap<>(), "");

    static RouteBook parse(byte[] kept) throws InvalidProtocolBufferException {
        return EMPTY.after(Routes.parseFrom(kept));
    }

    RouteBook after(Routes news) {
        boolean isWhole = news.getFull();
        SortedMap<String, ServiceRoute> services = isWhole ? new TreeMap<>() : new TreeMap<>(routes);
        news.getRemovedList().forEach(services::remove);
        news.getRoutesList().forEach(route -> services.put(key(route), route));
        SortedMap<String, Peer> nodes = isWhole ? new TreeMap<>() : new TreeMap<>(peers);
        news.getRemovedPeersList().forEach(nodes::remove);
        news.getPeersList().forEach(peer -> nodes.put(peer.getNode(), peer));
        return new RouteBook(services, nodes, isWhole ? news.getRange() : range);
    }

    byte[] toBytes() {
        return Routes.newBuilder()
                .setFull(true)
                .setRange(range)
                .addAllRoutes(routes.values())
                .addAllPeers(peers.values())
                .build()
                .toByteArray();
    }

    Collection<ServiceRoute> all() {
        return routes.values();
    }

    Optional<ServiceRoute> find(String cluster, String namespace, String name) {
        return Optional.ofNullable(routes.get(cluster + "/" + namespace + "/" + name));
    }

    private static String key(ServiceRoute route) {
        return route.getCluster() + "/" + route.getNamespace() + "/" + route.getName();
    }
}
