package dev.gantry.agent.network;

import dev.gantry.proto.Protocol;
import dev.gantry.proto.RouteEntrance;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the table of the kernel's packet filter that leads services' addresses and ports to containers, in the language of {@code nft}. Each
 * script replaces the whole table at once. Connections are spread by chance; those of a sticky service by a hash of the client's address, so
 * that a client keeps its endpoint for as long as the endpoints stay the same.
 */
final class KernelRules {

    /** Set on what must look as if it came from this node, because the answer must come back through it. */
    private static final String MARK = "0x4000";

    private static final String KEY = "ipv4_addr . inet_proto . inet_service";

    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern ADDRESS = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern RANGE = Pattern.compile(ADDRESS.pattern() + "/(3[0-2]|[12]?\\d)");

    private final Place place;
    private final Map<String, String> chains = new TreeMap<>();
    private final Map<String, String> addresses = new TreeMap<>();
    private final Map<String, String> entrances = new TreeMap<>();
    private final Map<String, String> externals = new TreeMap<>();
    private final Map<String, String> nodePorts = new TreeMap<>();
    private final List<String> closed = new ArrayList<>();

    private KernelRules(Place place) {
        this.place = place;
    }

    /** The name of a node's table; several agents on one machine have one each. */
    static String table(String node) {
        return "gantry_" + node.substring(0, Math.min(node.length(), 8)).replaceAll("[^A-Za-z0-9]", "_");
    }

    /** @param routes in an order that is always the same */
    static String script(Place place, Collection<ServiceRoute> routes) {
        KernelRules rules = new KernelRules(place);
        for (ServiceRoute route : routes) {
            if (isAddress(route.getAddress())) {
                route.getPortsList().forEach(port -> rules.add(route, port));
            }
        }
        // Nobody takes another service's address by calling it external.
        rules.entrances.forEach(rules.addresses::putIfAbsent);
        rules.externals.forEach(rules.addresses::putIfAbsent);
        return rules.write();
    }

    /** Takes the table away. */
    static String removal(String node) {
        String table = table(node);
        return "add table ip " + table + "\ndelete table ip " + table + "\n";
    }

    private void add(ServiceRoute route, RoutePort port) {
        String protocol = protocol(port);
        String id = hash(String.join(
                "/",
                route.getCluster(),
                route.getNamespace(),
                route.getName(),
                protocol,
                Integer.toString(port.getPort())));
        List<RouteTarget> inside = targets(port, route.getLocalInside());
        String key = route.getAddress() + " . " + protocol + " . " + port.getPort();
        if (inside.isEmpty()) {
            closed.add(key);
        } else {
            chains.put("in_" + id, destination(route, port, inside));
            addresses.put(key, "goto in_" + id);
        }
        outside(route, port, id);
    }

    /** What comes from outside the cluster, to the node's own ports or to addresses that are led to it. */
    private void outside(ServiceRoute route, RoutePort port, String id) {
        List<RouteTarget> targets = targets(port, route.getLocalOutside());
        List<String> taken = entrances(route);
        boolean isReached = port.getNodePort() > 0 || route.getExternalAddressesCount() > 0 || !taken.isEmpty();
        if (!isReached) {
            return;
        }
        String protocol = protocol(port);
        String at = " . " + protocol + " . " + port.getPort();
        List<String> called = route.getExternalAddressesList().stream()
                .filter(KernelRules::isAddress)
                .toList();
        if (targets.isEmpty()) {
            Stream.concat(taken.stream(), called.stream())
                    .map(address -> address + at)
                    .forEach(closed::add);
            return;
        }
        called.forEach(address -> externals.put(address + at, "goto out_" + id));
        if (!taken.isEmpty()) {
            taken.forEach(address -> entrances.put(address + at, "goto from_" + id));
            chains.put("from_" + id, admission(route, "goto out_" + id));
        }
        if (port.getNodePort() > 0) {
            nodePorts.put(protocol + " . " + port.getNodePort(), "goto out_" + id);
        }
        String mark = route.getLocalOutside() ? "" : "\t\tmeta mark set meta mark or " + MARK + "\n";
        chains.put("out_" + id, mark + destination(route, port, targets));
    }

    /** Addresses of the route's load balancer that this node takes. */
    private List<String> entrances(ServiceRoute route) {
        return route.getEntrancesList().stream()
                .filter(entrance ->
                        entrance.getNode().isEmpty() || entrance.getNode().equals(place.node()))
                .map(RouteEntrance::getAddress)
                .filter(KernelRules::isAddress)
                .toList();
    }

    /** One rule for each range, since ranges may overlap; what comes from elsewhere is dropped. */
    private static String admission(ServiceRoute route, String verdict) {
        if (route.getEntranceSourcesCount() == 0) {
            return "\t\t" + verdict + "\n";
        }
        return route.getEntranceSourcesList().stream()
                .filter(range -> RANGE.matcher(range).matches())
                .map(range -> "\t\tip saddr " + range + " " + verdict + "\n")
                .collect(Collectors.joining("", "", "\t\tdrop\n"));
    }

    /** Nothing else comes into the script: one bad text would keep all services from being led to, or say something of its own. */
    private static boolean isAddress(String text) {
        return ADDRESS.matcher(text).matches();
    }

    private List<RouteTarget> targets(RoutePort port, boolean isLocal) {
        return port.getTargetsList().stream()
                .filter(target -> isAddress(target.getAddress()))
                .filter(target -> !isLocal || target.getNode().equals(place.node()))
                .toList();
    }

    private static String destination(ServiceRoute route, RoutePort port, List<RouteTarget> targets) {
        String to = "\t\tmeta l4proto " + protocol(port) + " dnat to ";
        if (targets.size() == 1) {
            return to + targets.getFirst().getAddress() + ":"
                    + targets.getFirst().getPort() + "\n";
        }
        StringJoiner map = new StringJoiner(", ", "{ ", " }");
        for (int i = 0; i < targets.size(); i++) {
            map.add(i + " : " + targets.get(i).getAddress() + " . "
                    + targets.get(i).getPort());
        }
        String choice = route.getSticky() ? "jhash ip saddr" : "numgen random";
        return to + choice + " mod " + targets.size() + " map " + map + "\n";
    }

    private String write() {
        String table = table(place.node());
        StringBuilder text = new StringBuilder(removal(place.node()));
        text.append("table ip ").append(table).append(" {\n");
        elements(text, "map services { type " + KEY + " : verdict", addresses);
        elements(text, "map node_ports { type inet_proto . inet_service : verdict", nodePorts);
        text.append("\tset closed { type ").append(KEY).append("; ");
        if (!closed.isEmpty()) {
            text.append("elements = { ").append(String.join(", ", closed)).append(" } ");
        }
        text.append("}\n");
        chains.forEach((name, rules) -> text.append("\tchain ")
                .append(name)
                .append(" {\n")
                .append(rules)
                .append("\t}\n"));
        text.append("""
            	chain lead {
            		ip daddr . meta l4proto . th dport vmap @services
            		fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @node_ports
            	}
            	chain prerouting {
            		type nat hook prerouting priority -105; policy accept;
            		meta l4proto { tcp, udp } jump lead
            	}
            	chain output {
            		type nat hook output priority -105; policy accept;
            		meta l4proto { tcp, udp } jump lead
            	}
            	chain postrouting {
            		type nat hook postrouting priority 95; policy accept;
            		ct status dnat ip saddr %1$s ip daddr %1$s masquerade
            		ct status dnat ip saddr %2$s ip daddr != %1$s masquerade
            		meta mark and %3$s == %3$s ip daddr != %1$s masquerade
            	}
            	chain refuse {
            		meta l4proto tcp ip daddr . meta l4proto . th dport @closed reject with tcp reset
            		meta l4proto udp ip daddr . meta l4proto . th dport @closed reject
            	}
            	chain forward {
            		type filter hook forward priority -5; policy accept;
            		jump refuse
            	}
            	chain local {
            		type filter hook output priority -5; policy accept;
            		jump refuse
            	}
            }
            """.formatted(place.subnet(), place.gateway(), MARK));
        return text.toString();
    }

    private static void elements(StringBuilder text, String head, Map<String, String> elements) {
        text.append('\t').append(head).append("; ");
        if (!elements.isEmpty()) {
            StringJoiner all = new StringJoiner(",\n\t\t", "elements = {\n\t\t", "\n\t} ");
            elements.forEach((key, verdict) -> all.add(key + " : " + verdict));
            text.append(all);
        }
        text.append("}\n");
    }

    private static String protocol(RoutePort port) {
        return port.getProtocol() == Protocol.UDP ? "udp" : Protocol.TCP.name().toLowerCase(Locale.ROOT);
    }

    /** Names of chains are short. */
    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
