package dev.gantry.controller.kube.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.AddressRange;
import dev.gantry.proto.LabelRule;
import dev.gantry.proto.LabelSelector;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.PolicyPort;
import dev.gantry.proto.PolicyRule;
import dev.gantry.proto.Protocol;
import dev.gantry.store.Versioned;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of policies. */
class NetworkPolicyReconcilerTest {

    private static final String NET = "10.42.1.";

    private final ObjectWorld world = new ObjectWorld(List.of(new NetworkPolicyReconciler()));

    @BeforeEach
    void open() {
        pod("web", "app", 2, "http", 8080);
        pod("api", "app", 3, "http", 9090);
        pod("db", "tier", 7, "sql", 5432);
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** Its label has its name as the value. */
    private void pod(String name, String label, int address, String portName, int port) {
        world.create("pods", """
            {'metadata': {'name': '%1$s', 'labels': {'%2$s': '%1$s'}}, 'spec': {'containers': [
              {'name': 'c', 'image': 'x', 'ports': [{'name': '%3$s', 'containerPort': %4$d}]}]}}\
            """.formatted(name, label, portName, port));
        move(name, NET + address);
    }

    private PodDocument pod(String name) {
        return world.pods().stream()
                .filter(pod -> pod.name().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void move(String pod, String address) {
        world.report(pod(pod), seen -> seen.clearAddresses().addAddresses(address));
    }

    private void policy(String spec) {
        world.create("networkpolicies", "{'metadata': {'name': 'p'}, 'spec': {%s}}".formatted(spec));
        world.settle();
    }

    private Optional<NetworkPolicy> told() {
        return world.snapshot()
                .get(Kinds.NETWORK_POLICY.key("default/shop", "p"))
                .map(Versioned::value);
    }

    private List<PolicyRule> arriving() {
        return told().orElseThrow().getArrivingList();
    }

    private List<PolicyRule> leaving() {
        return told().orElseThrow().getLeavingList();
    }

    /** @param hosts last parts of addresses, first and last one of each range */
    private static PolicyRule.Builder from(int... hosts) {
        PolicyRule.Builder rule = PolicyRule.newBuilder();
        int net = 10 << 24 | 42 << 16 | 1 << 8;
        for (int i = 0; i < hosts.length; i += 2) {
            rule.addPeers(AddressRange.newBuilder().setFirst(net + hosts[i]).setLast(net + hosts[i + 1]));
        }
        return rule;
    }

    private static PolicyPort port(Protocol protocol, int first, int last) {
        return PolicyPort.newBuilder()
                .setProtocol(protocol)
                .setFirst(first)
                .setLast(last)
                .build();
    }

    private static String peers(String... peers) {
        return "'podSelector': {}, 'ingress': [{'from': [" + String.join(", ", peers) + "]}]";
    }

    @Test
    void tellsWhichPodsAreGuardedAndHow() {
        policy("'podSelector': {'matchLabels': {'app': 'web'},"
                + " 'matchExpressions': [{'key': 'old', 'operator': 'DoesNotExist'}]}");
        assertThat(told())
                .contains(NetworkPolicy.newBuilder()
                        .setCluster("default")
                        .setNamespace("shop")
                        .setName("p")
                        .setGuardsArrival(true)
                        .setPods(LabelSelector.newBuilder()
                                .addRules(LabelRule.newBuilder()
                                        .setKey("app")
                                        .setOperator(LabelRule.Operator.IN)
                                        .addValues("web"))
                                .addRules(LabelRule.newBuilder().setKey("old").setOperator(LabelRule.Operator.ABSENT)))
                        .build());
        world.delete("networkpolicies", "p", "Background");
        world.settle();
        assertThat(told()).isEmpty();
    }

    @Test
    void guardsOnlyTheDirectionsThatItNames() {
        policy("'podSelector': {}, 'policyTypes': ['Egress'], 'ingress': [{}], 'egress': [{}]");
        assertThat(told().orElseThrow().getGuardsArrival()).isFalse();
        assertThat(told().orElseThrow().getGuardsDeparture()).isTrue();
        assertThat(arriving()).isEmpty();
        assertThat(leaving())
                .containsExactly(PolicyRule.newBuilder().setAnyPeer(true).build());
    }

    @Test
    void findsPeersByTheirLabels() {
        policy(peers("{'podSelector': {'matchExpressions': [{'key': 'app', 'operator': 'Exists'}]}}"));
        assertThat(arriving()).containsExactly(from(2, 3).build());
        world.change("pods", "db", json -> json.withObject("/metadata/labels").put("app", "db"));
        world.settle();
        assertThat(arriving()).containsExactly(from(2, 3, 7, 7).build());
        move("web", NET + 6);
        world.settle();
        assertThat(arriving()).containsExactly(from(3, 3, 6, 7).build());
        world.end(pod("db"), 0);
        world.settle();
        assertThat(arriving()).containsExactly(from(3, 3, 6, 6).build());
    }

    @Test
    void allowsNobodyWhereNobodyIsMeant() {
        policy(peers("{'podSelector': {'matchLabels': {'app': 'nobody'}}}"));
        assertThat(arriving()).isEmpty();
    }

    @Test
    void findsPeersByTheLabelsOfTheirNamespace() {
        policy(peers("{'namespaceSelector': {'matchLabels': {'team': 'a'}},"
                + " 'podSelector': {'matchLabels': {'app': 'web'}}}"));
        assertThat(arriving()).isEmpty();
        world.change(
                "namespaces",
                "shop",
                json -> json.withObject("/metadata/labels").put("team", "a"));
        world.settle();
        assertThat(arriving()).containsExactly(from(2, 2).build());
    }

    @Test
    void addsBlocksWithoutTheirExceptionsToThePods() {
        policy(peers(
                "{'ipBlock': {'cidr': '10.42.1.16/28', 'except': ['10.42.1.20/30']}}",
                "{'ipBlock': {'cidr': 'fd00::/8'}}",
                "{'podSelector': {'matchLabels': {'tier': 'db'}}}"));
        assertThat(arriving()).containsExactly(from(7, 7, 16, 19, 24, 31).build());
    }

    @Test
    void tellsPorts() {
        policy("""
            'podSelector': {}, 'ingress': [{'ports': [
              {'port': 80}, {'port': 8000, 'endPort': 8010, 'protocol': 'UDP'}, {'protocol': 'SCTP'}, {'port': 'http'}]}]\
            """);
        assertThat(arriving())
                .containsExactly(PolicyRule.newBuilder()
                        .setAnyPeer(true)
                        .addAllPorts(Arrays.asList(
                                port(Protocol.TCP, 80, 80),
                                port(Protocol.UDP, 8000, 8010),
                                port(Protocol.SCTP, 0, 0),
                                PolicyPort.newBuilder().setName("http").build()))
                        .build());
    }

    @Test
    void findsTheNumbersOfNamedPortsAtThePeers() {
        policy("""
            'podSelector': {}, 'policyTypes': ['Egress'], 'egress': [
              {'to': [{'podSelector': {}}, {'ipBlock': {'cidr': '10.42.1.0/24'}}], 'ports': [{'port': 'http'}]},
              {'ports': [{'port': 'sql'}]}]\
            """);
        assertThat(leaving())
                .containsExactly(
                        from(2, 2).addPorts(port(Protocol.TCP, 8080, 8080)).build(),
                        from(3, 3).addPorts(port(Protocol.TCP, 9090, 9090)).build(),
                        from(7, 7).addPorts(port(Protocol.TCP, 5432, 5432)).build());
        world.end(pod("db"), 0);
        world.settle();
        assertThat(leaving()).hasSize(2);
    }

    @Test
    void leavesPodsOnTheMachinesNetworkOut() {
        policy(peers("{'podSelector': {}}"));
        world.create("pods", """
            {'metadata': {'name': 'host'}, 'spec': {'hostNetwork': true, 'containers': [{'name': 'c', 'image': 'x'}]}}\
            """);
        move("host", NET + 99);
        world.settle();
        assertThat(arriving()).containsExactly(from(2, 3, 7, 7).build());
    }

    @Test
    void isNotWrittenAnewForWhatItDoesNotConcern() {
        policy(peers("{'podSelector': {'matchLabels': {'app': 'web'}}}"));
        long written = world.snapshot()
                .get(Kinds.NETWORK_POLICY.key("default/shop", "p"))
                .orElseThrow()
                .revision();
        move("api", NET + 50);
        world.ready(pod("web"), true);
        world.settle();
        assertThat(world.snapshot()
                        .get(Kinds.NETWORK_POLICY.key("default/shop", "p"))
                        .orElseThrow()
                        .revision())
                .isEqualTo(written);
    }
}
