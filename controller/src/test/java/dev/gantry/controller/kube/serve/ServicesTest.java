package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import dev.gantry.controller.kube.service.ClaimReconciler;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The addresses and ports that services get, and those that they cannot have. */
class ServicesTest {

    private static final String ALL = "/api/v1/namespaces/default/services";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Answer create(String name, String spec) throws IOException, InterruptedException {
        return world.post(
                ALL, "{'metadata': {'name': '%s'}, 'spec': {%s 'ports': [{'port': 80}]}}".formatted(name, spec));
    }

    @Test
    void getAnAddressThatNobodyElseHas() throws IOException, InterruptedException {
        Answer one = create("one", "");
        Answer two = create("two", "");
        assertThat(one.status()).isEqualTo(201);
        assertThat(one.text("/spec/clusterIP")).startsWith("10.43.").isNotEqualTo(two.text("/spec/clusterIP"));
        assertThat(one.text("/spec/clusterIPs/0")).isEqualTo(one.text("/spec/clusterIP"));
        assertThat(one.json().at("/spec/ports/0").has("nodePort")).isFalse();
    }

    @Test
    void leadToAddressesOnly() throws IOException, InterruptedException {
        assertThat(create("out", "'externalIPs': ['192.0.2.1', '192.0.2.1 }'],").text("/message"))
                .isEqualTo("Service \"out\" is invalid: spec.externalIPs[1]: Invalid value: \"192.0.2.1 }\":"
                        + " must be a valid IPv4 address, (e.g. 10.9.8.7)");
        assertThat(create("out", "'externalIPs': ['127.0.0.1'],").text("/message"))
                .contains("may not be in the loopback range (127.0.0.0/8)");
        assertThat(create("out", "'type': 'ExternalName', 'externalName': 'a_b',")
                        .status())
                .isEqualTo(422);
        assertThat(create("out", "'type': 'ExternalName', 'externalName': 'example.org.',")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void letOnlyRangesIntoALoadBalancer() throws IOException, InterruptedException {
        assertThat(create("one", "'loadBalancerSourceRanges': ['10.0.0.0/8'],").text("/message"))
                .isEqualTo("Service \"one\" is invalid: spec.LoadBalancerSourceRanges: Forbidden:"
                        + " may only be used when `type` is 'LoadBalancer'");
        assertThat(create("one", "'type': 'LoadBalancer', 'loadBalancerSourceRanges': ['10.0.0.0/8', '10.0.0.0/33'],")
                        .text("/message"))
                .isEqualTo("Service \"one\" is invalid: spec.LoadBalancerSourceRanges[1]: Invalid value:"
                        + " \"10.0.0.0/33\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        assertThat(create("one", "'loadBalancerClass': 'example.com/metal',").text("/message"))
                .contains("spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'");
        assertThat(create("one", "'type': 'LoadBalancer', 'loadBalancerSourceRanges': ['10.0.0.0/8', '2001:db8::/64'],")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void ofEndpointsByHandLeadToAddressesOnly() throws IOException, InterruptedException {
        String endpoints = "/api/v1/namespaces/default/endpoints";
        String subset =
                "{'metadata': {'name': 'db'}, 'subsets': [{'addresses': [{'ip': '%s'}], 'ports': [{'port': %s}]}]}";
        assertThat(world.post(endpoints, subset.formatted("10.9.0.2 } evil", 80))
                        .text("/message"))
                .contains("subsets[0].addresses[0].ip: Invalid value: \"10.9.0.2 } evil\": must be a valid IPv4");
        assertThat(world.post(endpoints, subset.formatted("169.254.169.254", 80))
                        .text("/message"))
                .contains("may not be in the link-local range (169.254.0.0/16)");
        assertThat(world.post(endpoints, subset.formatted("10.9.0.2", 65_536)).text("/message"))
                .contains("subsets[0].ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive");
        assertThat(world.post(endpoints, subset.formatted("10.9.0.2", 5432)).status())
                .isEqualTo(201);

        String slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
        String slice = "{'metadata': {'name': 'db-1'}, 'addressType': '%s', 'endpoints': [{'addresses': ['%s']}]}";
        assertThat(world.post(slices, slice.formatted("IPv4", "0.0.0.0")).text("/message"))
                .contains("endpoints[0].addresses[0]: Invalid value: \"0.0.0.0\": may not be unspecified");
        assertThat(world.post(slices, slice.formatted("IPX", "10.9.0.2")).text("/message"))
                .contains("addressType: Unsupported value: \"IPX\"");
        assertThat(world.post(slices, slice.formatted("IPv4", "10.9.0.2")).status())
                .isEqualTo(201);
    }

    @Test
    void canNameTheirAddressUnlessAnotherHasIt() throws IOException, InterruptedException {
        assertThat(create("one", "'clusterIP': '10.43.0.77',").text("/spec/clusterIP"))
                .isEqualTo("10.43.0.77");
        Answer taken = create("two", "'clusterIP': '10.43.0.77',");
        assertThat(taken.status()).isEqualTo(422);
        assertThat(taken.text("/message"))
                .isEqualTo("Service \"two\" is invalid: spec.clusterIPs: Invalid value: [\"10.43.0.77\"]: failed to"
                        + " allocate IP 10.43.0.77: provided IP is already allocated");
        assertThat(create("two", "'clusterIP': '192.168.1.1',").text("/message"))
                .contains("the provided IP is not in the valid range. The range of valid IPs is 10.43.0.0/16");
        assertThat(create("two", "'clusterIP': '10.43.0.0',").status()).isEqualTo(422);
        // At once, though nobody has tidied up after it yet.
        world.delete(ALL + "/one");
        assertThat(create("two", "'clusterIP': '10.43.0.77',").status()).isEqualTo(201);
        world.reconcile(new ClaimReconciler());
        assertThat(create("three", "'clusterIP': '10.43.0.77',").status()).isEqualTo(422);
    }

    @Test
    void getPortsOfNodes() throws IOException, InterruptedException {
        Answer one = create("one", "'type': 'NodePort',");
        int port = one.json().at("/spec/ports/0/nodePort").asInt();
        assertThat(port).isBetween(30_000, 32_767);
        Answer taken = world.post(
                ALL,
                "{'metadata': {'name': 'two'}, 'spec': {'type': 'NodePort', 'ports': [{'port': 80, 'nodePort': %d}]}}"
                        .formatted(port));
        assertThat(taken.text("/message"))
                .contains("spec.ports[0].nodePort: Invalid value: " + port + ": provided port is already allocated");
        Answer low = world.post(
                ALL,
                "{'metadata': {'name': 'two'}, 'spec': {'type': 'NodePort', 'ports': [{'port': 80, 'nodePort': 80}]}}");
        assertThat(low.text("/message")).contains("The range of valid ports is 30000-32767");
        Answer unmeant =
                world.post(ALL, "{'metadata': {'name': 'two'}, 'spec': {'ports': [{'port': 80, 'nodePort': 30001}]}}");
        assertThat(unmeant.text("/message")).contains("may not be used when `type` is 'ClusterIP'");
    }

    @Test
    void shareOnePortOfNodesBetweenProtocols() throws IOException, InterruptedException {
        Answer dns = world.post(ALL, """
            {'metadata': {'name': 'dns'}, 'spec': {'type': 'NodePort', 'ports': [
             {'name': 'tcp', 'port': 53}, {'name': 'udp', 'port': 53, 'protocol': 'UDP'}]}}\
            """);
        assertThat(dns.json().at("/spec/ports/0/nodePort")).isEqualTo(dns.json().at("/spec/ports/1/nodePort"));
    }

    @Test
    void keepWhatAClientSaysNothingOf() throws IOException, InterruptedException {
        Answer one = create("one", "'type': 'NodePort',");
        Answer changed = world.put(
                ALL + "/one",
                "{'metadata': {'name': 'one'}, 'spec': {'type': 'NodePort', 'ports': [{'port': 80}], 'selector': {'a':"
                        + " 'b'}}}");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.text("/spec/clusterIP")).isEqualTo(one.text("/spec/clusterIP"));
        assertThat(changed.json().at("/spec/ports/0/nodePort"))
                .isEqualTo(one.json().at("/spec/ports/0/nodePort"));
    }

    @Test
    void giveBackWhatTheirTypeDoesNotNeed() throws IOException, InterruptedException {
        Answer one = create("one", "'type': 'NodePort',");
        int port = one.json().at("/spec/ports/0/nodePort").asInt();
        Answer inside = world.patch(ALL + "/one", "application/merge-patch+json", "{'spec': {'type': 'ClusterIP'}}");
        assertThat(inside.json().at("/spec/ports/0").has("nodePort")).isFalse();
        Answer other = world.patch(
                ALL + "/one",
                "application/merge-patch+json",
                "{'spec': {'type': 'ExternalName', 'externalName': 'a.example.com'}}");
        assertThat(other.json().path("spec").has("clusterIP")).isFalse();
        Answer again = world.post(
                ALL,
                "{'metadata': {'name': 'two'}, 'spec': {'type': 'NodePort', 'clusterIP': '%s', 'ports': [{'port': 80, 'nodePort': %d}]}}"
                        .formatted(one.text("/spec/clusterIP"), port));
        assertThat(again.status()).isEqualTo(201);
    }

    @Test
    void haveNoAddressWhenHeadless() throws IOException, InterruptedException {
        Answer one = create("one", "'clusterIP': 'None',");
        assertThat(one.text("/spec/clusterIP")).isEqualTo("None");
        assertThat(one.text("/spec/clusterIPs/0")).isEqualTo("None");
    }

    @Test
    void claimNothingInADryRun() throws IOException, InterruptedException {
        Answer tried = world.post(
                ALL + "?dryRun=All",
                "{'metadata': {'name': 'one'}, 'spec': {'clusterIP': '10.43.0.9', 'ports': [{'port': 80}]}}");
        assertThat(tried.status()).isEqualTo(201);
        assertThat(create("two", "'clusterIP': '10.43.0.9',").status()).isEqualTo(201);
    }
}
