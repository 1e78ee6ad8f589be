package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What network policies may say, and how they are shown. */
class NetworkPoliciesTest {

    private static final String POLICIES = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Answer policy(String name, String spec) throws IOException, InterruptedException {
        return world.post(POLICIES, "{'metadata': {'name': '%s'}, 'spec': {%s}}".formatted(name, spec));
    }

    private void assertRefused(String spec, String message) throws IOException, InterruptedException {
        Answer answer = policy("bad", "'podSelector': {}, " + spec);
        assertThat(answer.text("/message")).contains(message);
        assertThat(answer.status()).isEqualTo(422);
    }

    private void assertPeerRefused(String peer, String message) throws IOException, InterruptedException {
        assertRefused("'ingress': [{'from': [%s]}]".formatted(peer), message);
    }

    private void assertPortRefused(String port, String message) throws IOException, InterruptedException {
        assertRefused("'egress': [{'ports': [%s]}]".formatted(port), message);
    }

    @Test
    void haveTheDirectionsThatTheyHaveRulesFor() throws IOException, InterruptedException {
        Answer made = policy("a", "'podSelector': {}, 'ingress': [{'ports': [{'port': 80}]}]");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("/spec/policyTypes/0")).isEqualTo("Ingress");
        assertThat(made.json().at("/spec/policyTypes")).hasSize(1);
        assertThat(made.text("/spec/ingress/0/ports/0/protocol")).isEqualTo("TCP");
        assertThat(policy("b", "'podSelector': {}, 'egress': [{}]").text("/spec/policyTypes/1"))
                .isEqualTo("Egress");
        assertThat(policy("c", "'podSelector': {}, 'egress': []").json().at("/spec/policyTypes"))
                .hasSize(1);
        assertThat(policy("d", "'podSelector': {}, 'policyTypes': ['Egress']")
                        .json()
                        .at("/spec/policyTypes"))
                .hasSize(1);
    }

    @Test
    void areInDiscoveryAndInTheRolesOfTenants() throws IOException, InterruptedException {
        List<JsonNode> found = world.get("/apis/networking.k8s.io/v1")
                .json()
                .path("resources")
                .valueStream()
                .filter(resource -> resource.path("name").asText().equals("networkpolicies"))
                .toList();
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().at("/shortNames/0").asText()).isEqualTo("netpol");
        assertThat(verbs("view")).containsExactlyInAnyOrder("get", "list", "watch");
        for (String role : List.of("edit", "admin")) {
            assertThat(verbs(role))
                    .containsExactlyInAnyOrder(
                            "get", "list", "watch", "create", "delete", "deletecollection", "patch", "update");
        }
    }

    private List<String> verbs(String role) throws IOException, InterruptedException {
        return world.get("/apis/rbac.authorization.k8s.io/v1/clusterroles/" + role)
                .json()
                .path("rules")
                .valueStream()
                .filter(rule -> rule.path("resources")
                        .valueStream()
                        .anyMatch(resource -> resource.asText().equals("networkpolicies")))
                .flatMap(rule -> rule.path("verbs").valueStream())
                .map(JsonNode::asText)
                .toList();
    }

    @Test
    void sayWhichDirectionsTheyGuard() throws IOException, InterruptedException {
        assertRefused(
                "'policyTypes': ['Sideways']",
                "spec.policyTypes[0]: Unsupported value: \"Sideways\": supported values: \"Ingress\", \"Egress\"");
        assertRefused(
                "'policyTypes': ['Ingress', 'Egress', 'Ingress']",
                "spec.policyTypes: Invalid value: [\"Ingress\",\"Egress\",\"Ingress\"]: may not specify more than two"
                        + " policyTypes");
    }

    @Test
    void namePeersInOneWay() throws IOException, InterruptedException {
        assertPeerRefused("{}", "spec.ingress[0].from[0]: Required value: must specify a peer");
        assertPeerRefused(
                "{'podSelector': {}, 'ipBlock': {'cidr': '10.0.0.0/8'}}",
                "spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer");
        assertPeerRefused(
                "{'namespaceSelector': {'matchExpressions': [{'key': 'a', 'operator': 'In'}]}}",
                "spec.ingress[0].from[0].namespaceSelector.matchExpressions[0].values: Required value: must be"
                        + " specified when `operator` is 'In' or 'NotIn'");
        assertPeerRefused(
                "{'podSelector': {'matchLabels': {'-a': 'b'}}}",
                "spec.ingress[0].from[0].podSelector.matchLabels: Invalid value: \"-a\"");
        assertThat(policy(
                                "good",
                                "'podSelector': {}, 'ingress': [{'from': [{'namespaceSelector': {}, 'podSelector':"
                                        + " {}}]}]")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void nameBlocksOfAddresses() throws IOException, InterruptedException {
        String at = "spec.ingress[0].from[0].ipBlock";
        assertPeerRefused("{'ipBlock': {}}", at + ".cidr: Required value");
        assertPeerRefused(
                "{'ipBlock': {'cidr': '10.0.0.0'}}",
                at + ".cidr: Invalid value: \"10.0.0.0\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or"
                        + " 2001:db8::/64)");
        assertPeerRefused("{'ipBlock': {'cidr': '10.0.0.0/33'}}", "must be a valid CIDR value");
        assertPeerRefused("{'ipBlock': {'cidr': 'a:b/64'}}", "must be a valid CIDR value");
        assertPeerRefused(
                "{'ipBlock': {'cidr': '10.0.0.0/8', 'except': ['10.1.0.0/16', '11.0.0.0/16']}}",
                at + ".except[1]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`");
        assertPeerRefused(
                "{'ipBlock': {'cidr': '10.0.0.0/8', 'except': ['10.0.0.0/8']}}", "must be a strict subset of `cidr`");
        assertPeerRefused(
                "{'ipBlock': {'cidr': '10.0.0.0/8', 'except': ['fd00::/64']}}", "must be a strict subset of `cidr`");
        assertThat(policy(
                                "good",
                                "'podSelector': {}, 'egress': [{'to': [{'ipBlock':"
                                        + " {'cidr': 'fd00::/8', 'except': ['fd00:1::/32']}}]}]")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void namePorts() throws IOException, InterruptedException {
        String at = "spec.egress[0].ports[0]";
        assertPortRefused(
                "{'protocol': 'ICMP'}",
                at + ".protocol: Unsupported value: \"ICMP\": supported values: \"TCP\", \"UDP\", \"SCTP\"");
        assertPortRefused("{'port': 0}", at + ".port: Invalid value: 0: must be between 1 and 65535, inclusive");
        assertPortRefused("{'port': 'Web'}", at + ".port: Invalid value: \"Web\": must consist of lower case");
        assertPortRefused(
                "{'port': 90, 'endPort': 80}",
                at + ".endPort: Invalid value: 80: must be greater than or equal to `port`");
        assertPortRefused(
                "{'port': 90, 'endPort': 70000}", at + ".endPort: Invalid value: 70000: must be between 1 and 65535");
        assertPortRefused(
                "{'port': 'web', 'endPort': 80}",
                at + ".endPort: Invalid value: 80: may not be specified when `port` is non-numeric");
        assertPortRefused(
                "{'endPort': 80}",
                at + ".endPort: Invalid value: 80: may not be specified when `port` is not specified");
        assertThat(policy(
                                "good",
                                "'podSelector': {}, 'egress': [{'ports': [{'port': 1, 'endPort': 9, 'protocol':"
                                        + " 'SCTP'}]}]")
                        .status())
                .isEqualTo(201);
    }
}
