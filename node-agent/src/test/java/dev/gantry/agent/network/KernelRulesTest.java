package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.Services;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.RouteEntrance;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kernel is told; that it understands and does it is tested on a real one. */
class KernelRulesTest {

    private static final Place PLACE = new Place("0123456789abcdef", "docker0", "172.17.0.1", "172.17.0.0/16");

    private static String script(ServiceRoute.Builder... routes) {
        return KernelRules.script(PLACE, Services.book(routes).all());
    }

    @Test
    void replaceTheWholeTableAtOnce() {
        assertThat(script())
                .startsWith(
                        "add table ip gantry_01234567\ndelete table ip gantry_01234567\ntable ip gantry_01234567 {\n");
        assertThat(KernelRules.removal(PLACE.node()))
                .isEqualTo("add table ip gantry_01234567\ndelete table ip gantry_01234567\n");
    }

    @Test
    void leadAnAddressToAnyOfItsEndpoints() {
        String script = script(Services.named("web")
                .setAddress("10.43.0.7")
                .addPorts(Services.port("", 80, "172.17.0.2:8080", "172.17.0.3:8080")));
        assertThat(script).containsPattern("10\\.43\\.0\\.7 \\. tcp \\. 80 : goto in_[0-9a-f]{16}");
        assertThat(script)
                .contains("meta l4proto tcp dnat to numgen random mod 2 map"
                        + " { 0 : 172.17.0.2 . 8080, 1 : 172.17.0.3 . 8080 }");
    }

    @Test
    void keepAClientWithItsEndpointWhereThatIsWanted() {
        String script = script(Services.named("web")
                .setAddress("10.43.0.7")
                .setSticky(true)
                .addPorts(Services.port("", 80, "172.17.0.2:8080", "172.17.0.3:8080")));
        assertThat(script).contains("dnat to jhash ip saddr mod 2 map");
    }

    @Test
    void refuseWhatNobodyServes() {
        String script = script(Services.named("web").setAddress("10.43.0.7").addPorts(Services.port("", 80)));
        assertThat(script).contains("elements = { 10.43.0.7 . tcp . 80 }").doesNotContain("goto");
    }

    @Test
    void sayNothingThatIsNoAddress() {
        String script = script(
                Services.named("bad")
                        .setAddress("10.43.0.7")
                        .addExternalAddresses("192.0.2.1 }\n}\ntable ip evil {")
                        .addPorts(Services.port("", 80, "10.42.0.2:80")
                                .addTargets(target("10.42.0.3:80\n}\nchain evil {", "other"))),
                Services.named("worse").setAddress("evil").addPorts(Services.port("", 80, "10.42.0.2:80")));
        assertThat(script).doesNotContain("evil").contains("dnat to 10.42.0.2:80");
    }

    @Test
    void leadNobodyToAnotherServiceByAnExternalAddress() {
        String script = script(
                Services.named("victim").setAddress("10.43.0.7").addPorts(Services.port("", 80, "10.42.0.2:80")),
                Services.named("zealous")
                        .setAddress("10.43.0.8")
                        .addExternalAddresses("10.43.0.7")
                        .addPorts(Services.port("", 80, "10.42.0.66:80")));
        assertThat(script).containsPattern("10\\.43\\.0\\.7 \\. tcp \\. 80 : goto in_");
        assertThat(script).doesNotContainPattern("10\\.43\\.0\\.7 \\. tcp \\. 80 : goto out_");
    }

    private static ServiceRoute.Builder balanced(String node, String... sources) {
        return Services.named("web")
                .setAddress("10.43.0.7")
                .addEntrances(RouteEntrance.newBuilder().setAddress("192.0.2.1").setNode(node))
                .addAllEntranceSources(List.of(sources))
                .addPorts(Services.port("", 80, "10.42.0.2:8080"));
    }

    @Test
    void takeWhatComesToTheNodeForALoadBalancer() {
        assertThat(script(balanced(PLACE.node())))
                .containsPattern("192\\.0\\.2\\.1 \\. tcp \\. 80 : goto from_[0-9a-f]{16}")
                .containsPattern("chain from_[0-9a-f]{16} \\{\n\t\tgoto out_");
        assertThat(script(balanced(""))).contains("192.0.2.1 . tcp . 80");
        assertThat(script(balanced("another"))).doesNotContain("192.0.2.1");
    }

    @Test
    void letInOnlyWhomALoadBalancerIsFor() {
        assertThat(script(balanced(PLACE.node(), "192.0.2.0/24", "198.51.100.7/32")))
                .containsPattern("\t\tip saddr 192\\.0\\.2\\.0/24 goto out_\\w+"
                        + "\n\t\tip saddr 198\\.51\\.100\\.7/32 goto out_\\w+\n\t\tdrop\n");
        assertThat(script(balanced(PLACE.node(), "2001:db8::/32", "10.0.0.0/33")))
                .containsPattern("chain from_\\w+ \\{\n\t\tdrop\n");
    }

    @Test
    void leadNobodyToAnotherServiceByTheAddressOfALoadBalancer() {
        String script = script(
                balanced(PLACE.node()),
                Services.named("zealous")
                        .setAddress("10.43.0.8")
                        .addExternalAddresses("192.0.2.1")
                        .addPorts(Services.port("", 80, "10.42.0.66:80")));
        assertThat(script)
                .containsPattern("192\\.0\\.2\\.1 \\. tcp \\. 80 : goto from_")
                .doesNotContainPattern("192\\.0\\.2\\.1 \\. tcp \\. 80 : goto out_");
    }

    @Test
    void openPortsOfTheNode() {
        String script = script(Services.named("dns")
                .setAddress("10.43.0.10")
                .addPorts(Services.port("", 53, "172.17.0.2:53")
                        .setProtocol(Protocol.UDP)
                        .setNodePort(30053)));
        assertThat(script).containsPattern("udp \\. 30053 : goto out_[0-9a-f]{16}");
        assertThat(script).contains("meta mark set meta mark or 0x4000\n\t\tmeta l4proto udp dnat to 172.17.0.2:53");
    }

    @Test
    void keepToTheNodeWhereOnlyThatIsWanted() {
        ServiceRoute.Builder web = Services.named("web")
                .setAddress("10.43.0.7")
                .setLocalInside(true)
                .setLocalOutside(true)
                .addPorts(Services.port("", 80)
                        .setNodePort(30080)
                        .addTargets(target("172.17.0.2", PLACE.node()))
                        .addTargets(target("10.9.0.2", "another")));
        String script = script(web);
        assertThat(script)
                .contains("dnat to 172.17.0.2:80")
                .doesNotContain("10.9.0.2")
                .doesNotContain("meta mark set");
        web.getPortsBuilder(0).removeTargets(0);
        assertThat(script(web)).contains("elements = { 10.43.0.7 . tcp . 80 }").doesNotContain("30080");
    }

    private static RouteTarget target(String address, String node) {
        return RouteTarget.newBuilder()
                .setAddress(address)
                .setPort(80)
                .setNode(node)
                .build();
    }

    @Test
    void sayNothingOfNamesOnly() {
        String script = script(
                Services.named("ext").setCanonicalName("a.example.com"),
                Services.named("db")
                        .addHosts(Services.host("db-0", "172.17.0.2"))
                        .addPorts(Services.port("sql", 5432, "172.17.0.2:5432")));
        assertThat(script).isEqualTo(script());
    }

    @Test
    void areTheSameForTheSame() {
        List<String> twice = List.of("a", "b");
        assertThat(twice.stream()
                        .map(_ -> script(
                                Services.named("web")
                                        .setAddress("10.43.0.7")
                                        .addPorts(Services.port("", 80, "1.1.1.1:1")),
                                Services.named("db")
                                        .setAddress("10.43.0.8")
                                        .addPorts(Services.port("", 80, "1.1.1.2:1"))))
                        .distinct())
                .hasSize(1);
    }
}
