package dev.gantry.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.Peer;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ServiceRoute;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a node knows of the network.
 *
 * @param routes services by "cluster/namespace/name"
 * @param ingresses by "cluster/namespace/name"
 * @param policies by "cluster/namespace/name"
 * @param peers  nodes with a subnet, by their ids
 * @param range  what all subnets are parts of; empty where there is none
 */
public record RouteBook(
        SortedMap<String, ServiceRoute> routes,
        SortedMap<String, IngressRoute> ingresses,
        SortedMap<String, NetworkPolicy> policies,
        SortedMap<String, Peer> peers,
        String range) {

    public static final RouteBook EMPTY =
            new RouteBook(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), "");

    /** What {@link #toBytes} kept. */
    public static RouteBook parse(byte[] kept) throws InvalidProtocolBufferException {
        return EMPTY.after(Routes.parseFrom(kept));
    }

    public RouteBook after(Routes news) {
        RouteBook before = news.getFull() ? EMPTY : this;
        return new RouteBook(
                merged(before.routes, news.getRemovedList(), news.getRoutesList(), RouteBook::key),
                merged(before.ingresses, news.getRemovedIngressesList(), news.getIngressesList(), RouteBook::key),
                merged(before.policies, news.getRemovedPoliciesList(), news.getPoliciesList(), RouteBook::key),
                merged(before.peers, news.getRemovedPeersList(), news.getPeersList(), Peer::getNode),
                news.getFull() ? news.getRange() : range);
    }

    private static <T> SortedMap<String, T> merged(
            SortedMap<String, T> before, List<String> removed, List<T> changed, Function<T, String> key) {
        SortedMap<String, T> merged = new TreeMap<>(before);
        removed.forEach(merged::remove);
        changed.forEach(one -> merged.put(key.apply(one), one));
        return merged;
    }

    /** All that may be on a disk: keys of certificates may not. */
    public byte[] toBytes() {
        return Routes.newBuilder()
                .setFull(true)
                .setRange(range)
                .addAllRoutes(routes.values())
                .addAllIngresses(
                        ingresses.values().stream().map(RouteBook::withoutKeys).toList())
                .addAllPolicies(policies.values())
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
        return Optional.ofNullable(routes.get(key(cluster, namespace, name)));
    }

    /** Those of one namespace. */
    public List<ServiceRoute> in(String cluster, String namespace) {
        String prefix = key(cluster, namespace, "");
        return routes.tailMap(prefix).values().stream()
                .takeWhile(route -> key(route).startsWith(prefix))
                .toList();
    }

    private static String key(ServiceRoute route) {
        return key(route.getCluster(), route.getNamespace(), route.getName());
    }

    private static String key(IngressRoute ingress) {
        return key(ingress.getCluster(), ingress.getNamespace(), ingress.getName());
    }

    private static String key(NetworkPolicy policy) {
        return key(policy.getCluster(), policy.getNamespace(), policy.getName());
    }

    private static String key(String cluster, String namespace, String name) {
        return cluster + "/" + namespace + "/" + name;
    }
}
