package dev.gantry.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.Peer;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node knows of the network.
 *
 * @param routes services by "cluster/namespace/name"
 * @param ingresses by "cluster/namespace/name"
 * @param peers  nodes with a subnet, by their ids
 * @param range  what all subnets are parts of; empty where there is none
 */
public record RouteBook(
        SortedMap<String, ServiceRoute> routes,
        SortedMap<String, IngressRoute> ingresses,
        SortedMap<String, Peer> peers,
        String range) {

    public static final RouteBook EMPTY = new RouteBook(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), "");

    /** What {@link #toBytes} kept. */
    public static RouteBook parse(byte[] kept) throws InvalidProtocolBufferException {
        return EMPTY.after(Routes.parseFrom(kept));
    }

    public RouteBook after(Routes news) {
        boolean isWhole = news.getFull();
        SortedMap<String, ServiceRoute> services = isWhole ? new TreeMap<>() : new TreeMap<>(routes);
        news.getRemovedList().forEach(services::remove);
        news.getRoutesList().forEach(route -> services.put(key(route), route));
        SortedMap<String, IngressRoute> doors = isWhole ? new TreeMap<>() : new TreeMap<>(ingresses);
        news.getRemovedIngressesList().forEach(doors::remove);
        news.getIngressesList()
                .forEach(one -> doors.put(one.getCluster() + "/" + one.getNamespace() + "/" + one.getName(), one));
        SortedMap<String, Peer> nodes = isWhole ? new TreeMap<>() : new TreeMap<>(peers);
        news.getRemovedPeersList().forEach(nodes::remove);
        news.getPeersList().forEach(peer -> nodes.put(peer.getNode(), peer));
        return new RouteBook(services, doors, nodes, isWhole ? news.getRange() : range);
    }

    /** All that may be on a disk: keys of certificates may not. */
    public byte[] toBytes() {
        return Routes.newBuilder()
                .setFull(true)
                .setRange(range)
                .addAllRoutes(routes.values())
                .addAllIngresses(
                        ingresses.values().stream().map(RouteBook::withoutKeys).toList())
                .addAllPeers(peers.values())
                .build()
                .toByteArray();
    }

    private static IngressRoute withoutKeys(IngressRoute ingress) {
        IngressRoute.Builder kept = ingress.toBuilder();
        kept.getCertificatesBuilderList()
                .forEach(certificate -> certificate.clearChain().clearKey());
        return kept.build();
    }

    /** Every service. */
    public Collection<ServiceRoute> all() {
        return routes.values();
    }

    /** The service of a name. */
    public Optional<ServiceRoute> find(String cluster, String namespace, String name) {
        return Optional.ofNullable(routes.get(cluster + "/" + namespace + "/" + name));
    }

    /** Those of one namespace. */
    public List<ServiceRoute> in(String cluster, String namespace) {
        String prefix = cluster + "/" + namespace + "/";
        return routes.tailMap(prefix).values().stream()
                .takeWhile(route -> key(route).startsWith(prefix))
                .toList();
    }

    private static String key(ServiceRoute route) {
        return route.getCluster() + "/" + route.getNamespace() + "/" + route.getName();
    }
}
