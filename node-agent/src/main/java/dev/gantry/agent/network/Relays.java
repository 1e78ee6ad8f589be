package dev.gantry.agent.network;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The relays of a node: one for each port of a service whose targets containers need not reach themselves. One thread at a time. */
final class Relays implements AutoCloseable {

    private record Spot(String gateway, String service, int port) {}

    private final Map<Spot, Relay> relays = new HashMap<>();

    /** The same services, where the relayed ones lead to relays at the gateway. Those that nobody needs any more end. */
    RouteBook through(String gateway, RouteBook book) throws IOException {
        Set<Spot> used = new HashSet<>();
        SortedMap<String, ServiceRoute> routes = new TreeMap<>(book.routes());
        for (Map.Entry<String, ServiceRoute> route : routes.entrySet()) {
            if (route.getValue().getRelayed()) {
                route.setValue(relayed(gateway, route.getKey(), route.getValue(), used));
            }
        }
        for (Spot spot : Set.copyOf(relays.keySet())) {
            if (!used.contains(spot)) {
                Relay relay = relays.remove(spot);
                if (relay != null) {
                    relay.close();
                }
            }
        }
        return new RouteBook(routes, book.ingresses(), book.policies(), book.peers(), book.range());
    }

    private ServiceRoute relayed(String gateway, String name, ServiceRoute route, Set<Spot> used) throws IOException {
        ServiceRoute.Builder through = route.toBuilder().clearPorts();
        for (RoutePort port : route.getPortsList()) {
            if (port.getProtocol() != Protocol.TCP || port.getTargetsCount() == 0) {
                through.addPorts(port.toBuilder().clearTargets());
                continue;
            }
            Spot spot = new Spot(gateway, name, port.getPort());
            Relay relay = relays.get(spot);
            if (relay == null) {
                relay = Relay.start(InetAddress.getByName(gateway));
                relays.put(spot, relay);
            }
            relay.leadTo(targets(port));
            used.add(spot);
            through.addPorts(port.toBuilder()
                    .clearTargets()
                    .addTargets(RouteTarget.newBuilder().setAddress(gateway).setPort(relay.port())));
        }
        return through.build();
    }

    private static List<InetSocketAddress> targets(RoutePort port) {
        return port.getTargetsList().stream()
                .map(target -> new InetSocketAddress(target.getAddress(), target.getPort()))
                .toList();
    }

    @Override
    public void close() throws IOException {
        for (Relay relay : relays.values()) {
            relay.close();
        }
        relays.clear();
    }
}
