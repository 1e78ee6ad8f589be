package dev.gantry.controller.kube.networkpolicy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.PolicyPort;
import dev.gantry.proto.PolicyRule;
import dev.gantry.proto.Protocol;
import dev.gantry.store.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Turns a policy, and the pods that are its peers, into what the nodes read. */
final class PolicyCompiler {

    /** A record must fit into the store and into a message to a node. */
    private static final int RULES_BYTES_MAX = 512 << 10;

    private final KubeDocument policy;
    private final Neighbourhood pods;
    private final List<String> complaints = new ArrayList<>();
    private int bytes;

    private PolicyCompiler(Snapshot snapshot, KubeDocument policy) {
        this.policy = policy;
        this.pods = new Neighbourhood(
                snapshot, policy.name().cluster(), policy.name().namespace());
    }

    /** @param complaints what is not as the policy says, for its author */
    record Compiled(NetworkPolicy policy, List<String> complaints) {}

    static Compiled compile(Snapshot snapshot, KubeDocument policy) {
        PolicyCompiler compiler = new PolicyCompiler(snapshot, policy);
        NetworkPolicy compiled = compiler.policy();
        return new Compiled(compiled, List.copyOf(compiler.complaints));
    }

    private NetworkPolicy policy() {
        JsonNode spec = policy.spec();
        List<String> types = Json.texts(spec.path("policyTypes"));
        NetworkPolicy.Builder built = NetworkPolicy.newBuilder()
                .setCluster(policy.name().cluster())
                .setNamespace(policy.name().namespace())
                .setName(policy.name().name())
                .setPods(LabelSelector.of(spec.path("podSelector")).compiled())
                .setGuardsArrival(types.contains("Ingress"))
                .setGuardsDeparture(types.contains("Egress"));
        if (built.getGuardsArrival()) {
            spec.path("ingress").forEach(rule -> arriving(rule).forEach(one -> add(one, built::addArriving)));
        }
        if (built.getGuardsDeparture()) {
            spec.path("egress").forEach(rule -> leaving(rule).forEach(one -> add(one, built::addLeaving)));
        }
        return built.build();
    }

    /** What does not fit in allows nothing: a policy is rather too strict than too lax. */
    private void add(PolicyRule rule, Consumer<PolicyRule> to) {
        bytes += rule.getSerializedSize();
        if (bytes <= RULES_BYTES_MAX) {
            to.accept(rule);
        } else if (complaints.isEmpty()) {
            complaints.add("the policy allows too many addresses, and nodes are told of the first rules only: name them"
                    + " by blocks of addresses or by fewer rules");
        }
    }

    private Stream<PolicyRule> arriving(JsonNode rule) {
        return limited(rule.path("from"), ports(rule).toList());
    }

    private Stream<PolicyRule> leaving(JsonNode rule) {
        JsonNode to = rule.path("to");
        List<PolicyPort> numbers =
                ports(rule).filter(port -> port.getName().isEmpty()).toList();
        // Without any number the rule is about names only, and not about every port.
        boolean hasNumbers = !numbers.isEmpty() || rule.path("ports").isEmpty();
        return Stream.concat(
                hasNumbers ? limited(to, numbers) : Stream.of(),
                ports(rule).filter(port -> !port.getName().isEmpty()).flatMap(port -> named(to, port)));
    }

    private Stream<PolicyRule> limited(JsonNode peers, List<PolicyPort> ports) {
        PolicyRule.Builder built = PolicyRule.newBuilder().addAllPorts(ports);
        if (peers.isEmpty()) {
            return Stream.of(built.setAnyPeer(true).build());
        }
        Ranges ranges = new Ranges();
        for (PolicyPeer peer : PolicyPeer.of(peers)) {
            switch (peer) {
                case PolicyPeer.Selected selected -> pods.of(selected).forEach(pod -> ranges.add(pod.address()));
                case PolicyPeer.Block block -> ranges.addAll(Ranges.of(block.whole(), block.without()));
            }
        }
        return ranges.isEmpty()
                ? Stream.of()
                : Stream.of(built.addAllPeers(ranges.compiled()).build());
    }

    /** Pods may give one name to different ports, and only pods give any. */
    private Stream<PolicyRule> named(JsonNode to, PolicyPort port) {
        Stream<Neighbour> meant = to.isEmpty()
                ? pods.everybody()
                : PolicyPeer.of(to).stream()
                        .flatMap(
                                peer -> peer instanceof PolicyPeer.Selected selected ? pods.of(selected) : Stream.of());
        SortedMap<Integer, Ranges> byNumber = new TreeMap<>();
        meant.forEach(pod -> pod.port(port.getName(), port.getProtocol())
                .ifPresent(number ->
                        byNumber.computeIfAbsent(number, _ -> new Ranges()).add(pod.address())));
        return byNumber.entrySet().stream()
                .map(entry -> PolicyRule.newBuilder()
                        .addAllPeers(entry.getValue().compiled())
                        .addPorts(PolicyPort.newBuilder()
                                .setProtocol(port.getProtocol())
                                .setFirst(entry.getKey())
                                .setLast(entry.getKey()))
                        .build());
    }

    private static Stream<PolicyPort> ports(JsonNode rule) {
        return rule.path("ports").valueStream().map(PolicyCompiler::port);
    }

    private static PolicyPort port(JsonNode port) {
        PolicyPort.Builder built = PolicyPort.newBuilder()
                .setProtocol(
                        switch (port.path("protocol").asText("TCP")) {
                            case "UDP" -> Protocol.UDP;
                            case "SCTP" -> Protocol.SCTP;
                            default -> Protocol.TCP;
                        });
        JsonNode number = port.path("port");
        if (number.isTextual()) {
            return built.setName(number.asText()).build();
        }
        return built.setFirst(number.asInt())
                .setLast(port.path("endPort").asInt(number.asInt()))
                .build();
    }
}
