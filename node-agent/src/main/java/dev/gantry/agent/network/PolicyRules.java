package dev.gantry.agent.network;

import dev.gantry.proto.AddressRange;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.NamedPort;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.PolicyPort;
import dev.gantry.proto.PolicyRule;
import dev.gantry.proto.Protocol;
import dev.gantry.select.LabelRules;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the table of the kernel's packet filter that keeps from pods, and in them, what network policies do not allow, in the language of
 * {@code nft}. Each script replaces the whole table at once.
 *
 * <p>It looks at what is forwarded, after the addresses of services were replaced and before a sender's may be: so it sees pods by their own.
 * What the node itself sends to its pods, or takes from them, is not forwarded and passes, as upstream has it.
 */
final class PolicyRules {

    private final Map<String, String> chains = new TreeMap<>();
    private final Map<String, String> arriving = new TreeMap<>();
    private final Map<String, String> leaving = new TreeMap<>();

    /** The name of a node's table. */
    static String table(String node) {
        return KernelRules.table(node) + "_policies";
    }

    /** Takes the table away. */
    static String removal(String node) {
        return "add table ip " + table(node) + "\ndelete table ip " + table(node) + "\n";
    }

    /** Whether some policy says something of the pod. */
    static boolean isGuarded(Collection<NetworkPolicy> policies, LocalPod pod) {
        return policies.stream().anyMatch(policy -> selects(policy, pod));
    }

    /**
     * Empty when no policy says anything of any of the pods.
     *
     * @param policies in an order that is always the same
     */
    static Optional<String> script(String node, Collection<NetworkPolicy> policies, Collection<LocalPod> pods) {
        PolicyRules rules = new PolicyRules();
        for (LocalPod pod : pods) {
            rules.guard(
                    pod,
                    policies.stream().filter(policy -> selects(policy, pod)).toList());
        }
        return rules.chains.isEmpty() ? Optional.empty() : Optional.of(rules.write(node));
    }

    private static boolean selects(NetworkPolicy policy, LocalPod pod) {
        return policy.getCluster().equals(pod.getCluster())
                && policy.getNamespace().equals(pod.getNamespace())
                && LabelRules.hold(policy.getPods(), pod.getLabelsMap());
    }

    private void guard(LocalPod pod, List<NetworkPolicy> policies) {
        chain(pod, "to_", "ip saddr", policies, NetworkPolicy::getGuardsArrival, NetworkPolicy::getArrivingList)
                .ifPresent(chain -> arriving.put(pod.getAddress(), chain));
        chain(pod, "from_", "ip daddr", policies, NetworkPolicy::getGuardsDeparture, NetworkPolicy::getLeavingList)
                .ifPresent(chain -> leaving.put(pod.getAddress(), chain));
    }

    /** Pods of which the same is said share a chain. What is allowed returns from it. */
    private Optional<String> chain(
            LocalPod pod,
            String prefix,
            String peer,
            List<NetworkPolicy> policies,
            Predicate<NetworkPolicy> isMeant,
            Function<NetworkPolicy, List<PolicyRule>> rules) {
        List<NetworkPolicy> meant = policies.stream().filter(isMeant).toList();
        if (meant.isEmpty()) {
            return Optional.empty();
        }
        String text = meant.stream()
                .flatMap(policy -> rules.apply(policy).stream())
                .flatMap(rule -> lines(rule, peer, pod))
                .distinct()
                .map(line -> "\t\t" + line + "return\n")
                .collect(Collectors.joining());
        String name = prefix + KernelRules.hash(text);
        chains.put(name, text + "\t\tdrop\n");
        return Optional.of(name);
    }

    private static Stream<String> lines(PolicyRule rule, String peer, LocalPod pod) {
        String from = rule.getAnyPeer() ? "" : peer + " " + addresses(rule.getPeersList()) + " ";
        if (!rule.getAnyPeer() && rule.getPeersCount() == 0) {
            return Stream.of();
        }
        return rule.getPortsCount() == 0
                ? Stream.of(from)
                : ports(rule.getPortsList(), pod).entrySet().stream()
                        .map(entry ->
                                from + "meta l4proto " + name(entry.getKey()) + " th dport " + entry.getValue() + " ");
    }

    private static String addresses(List<AddressRange> ranges) {
        StringJoiner set = new StringJoiner(", ", "{ ", " }");
        ranges.forEach(range -> set.add(
                range.getFirst() == range.getLast()
                        ? address(range.getFirst())
                        : address(range.getFirst()) + "-" + address(range.getLast())));
        return set.toString();
    }

    private static String address(int number) {
        return (number >>> 24) + "." + (number >>> 16 & 0xff) + "." + (number >>> 8 & 0xff) + "." + (number & 0xff);
    }

    /** By protocol; a name that the pod gives to no port stands for none. */
    private static Map<Protocol, String> ports(List<PolicyPort> ports, LocalPod pod) {
        Map<Protocol, PortSet> sets = new EnumMap<>(Protocol.class);
        for (PolicyPort port : ports) {
            PortSet set = sets.computeIfAbsent(port.getProtocol(), _ -> new PortSet());
            if (!port.getName().isEmpty()) {
                number(port, pod).ifPresent(number -> set.add(number, number));
            } else if (port.getFirst() == 0) {
                set.add(0, PortSet.MAX);
            } else {
                set.add(port.getFirst(), port.getLast());
            }
        }
        Map<Protocol, String> texts = new EnumMap<>(Protocol.class);
        sets.forEach((protocol, set) -> set.text().ifPresent(text -> texts.put(protocol, text)));
        return texts;
    }

    private static Optional<Integer> number(PolicyPort port, LocalPod pod) {
        return pod.getPortsList().stream()
                .filter(named -> named.getName().equals(port.getName()) && named.getProtocol() == port.getProtocol())
                .map(NamedPort::getPort)
                .findFirst();
    }

    private static String name(Protocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT);
    }

    private String write(String node) {
        StringBuilder text = new StringBuilder(removal(node));
        text.append("table ip ").append(table(node)).append(" {\n");
        chains.forEach((name, rules) -> text.append("\tchain ")
                .append(name)
                .append(" {\n")
                .append(rules)
                .append("\t}\n"));
        map(text, "arriving", arriving);
        map(text, "leaving", leaving);
        StringJoiner same = new StringJoiner(",\n\t\t", "elements = {\n\t\t", "\n\t}");
        Stream.of(arriving, leaving)
                .flatMap(map -> map.keySet().stream())
                .distinct()
                .forEach(address -> same.add(address + " . " + address));
        // A pod may always speak with itself, through a service as well.
        text.append("\tset itself { type ipv4_addr . ipv4_addr; ").append(same).append(" }\n");
        text.append("""
            	chain forward {
            		type filter hook forward priority -4; policy accept;
            		ct state established,related accept
            		ip saddr . ip daddr @itself accept
            		ip saddr vmap @leaving
            		ip daddr vmap @arriving
            	}
            }
            """);
        return text.toString();
    }

    private static void map(StringBuilder text, String name, Map<String, String> chains) {
        text.append("\tmap ").append(name).append(" { type ipv4_addr : verdict; ");
        if (!chains.isEmpty()) {
            StringJoiner all = new StringJoiner(",\n\t\t", "elements = {\n\t\t", "\n\t} ");
            chains.forEach((address, chain) -> all.add(address + " : jump " + chain));
            text.append(all);
        }
        text.append("}\n");
    }
}
