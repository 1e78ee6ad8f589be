package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.LocalPod;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.Protocol;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the kernel is told of policies; that it understands and does it is tested on a real one. */
class PolicyRulesTest {

    private static final String NODE = "0123456789abcdef";
    private static final LocalPod WEB = Policies.pod("web", "10.42.1.2");
    private static final LocalPod WEB_2 = Policies.pod("web", "10.42.1.3");
    private static final LocalPod DB = Policies.pod("db", "10.42.1.4");

    private static Optional<String> script(List<LocalPod> pods, NetworkPolicy.Builder... policies) {
        return PolicyRules.script(NODE, Policies.book(policies).policies().values(), pods);
    }

    private static String chain(List<LocalPod> pods, NetworkPolicy.Builder... policies) {
        return script(pods, policies)
                .orElseThrow()
                .lines()
                .filter(line -> line.startsWith("\t\t") && (line.endsWith("return") || line.endsWith("drop")))
                .map(String::strip)
                .reduce((one, other) -> one + "\n" + other)
                .orElseThrow();
    }

    @Test
    void areNotThereWhereNobodyIsGuarded() {
        assertThat(script(List.of(WEB))).isEmpty();
        assertThat(script(List.of(), Policies.of("p", "web").setGuardsArrival(true)))
                .isEmpty();
        assertThat(script(List.of(DB), Policies.of("p", "web").setGuardsArrival(true)))
                .isEmpty();
        assertThat(script(
                        List.of(WEB),
                        Policies.of("p", "web").setNamespace("other").setGuardsArrival(true)))
                .isEmpty();
        assertThat(script(
                        List.of(WEB),
                        Policies.of("p", "web").setCluster("other").setGuardsArrival(true)))
                .isEmpty();
    }

    @Test
    void replaceTheWholeTableAtOnce() {
        assertThat(script(List.of(WEB), Policies.of("p", "web").setGuardsArrival(true)))
                .hasValueSatisfying(script -> assertThat(script)
                        .startsWith("add table ip gantry_01234567_policies\ndelete table ip gantry_01234567_policies\n"
                                + "table ip gantry_01234567_policies {\n"));
    }

    @Test
    void refuseInEachDirectionWhatIsNotAllowed() {
        String script = script(
                        List.of(WEB, WEB_2, DB),
                        Policies.of("p", "web").setGuardsArrival(true),
                        Policies.of("q", "db").setGuardsDeparture(true))
                .orElseThrow();
        assertThat(script)
                .containsPattern("map arriving \\{ type ipv4_addr : verdict; elements = \\{\n"
                        + "\t\t10\\.42\\.1\\.2 : jump (to_\\w{16}),\n\t\t10\\.42\\.1\\.3 : jump \\1\n\t} }")
                .containsPattern("map leaving \\{ type ipv4_addr : verdict; elements = \\{\n"
                        + "\t\t10\\.42\\.1\\.4 : jump from_\\w{16}\n\t} }")
                .contains("10.42.1.2 . 10.42.1.2", "10.42.1.4 . 10.42.1.4", "ct state established,related accept");
        assertThat(chain(List.of(WEB), Policies.of("p", "web").setGuardsArrival(true)))
                .isEqualTo("drop");
    }

    @Test
    void allowPeers() {
        assertThat(chain(
                        List.of(WEB),
                        Policies.of("p", "web")
                                .setGuardsArrival(true)
                                .addArriving(Policies.from("10.42.1.9", "10.42.1.9"))
                                .addArriving(Policies.from("192.168.0.0", "255.255.255.255"))))
                .isEqualTo("ip saddr { 10.42.1.9 } return\nip saddr { 192.168.0.0-255.255.255.255 } return\ndrop");
        assertThat(chain(
                        List.of(WEB),
                        Policies.of("p", "web")
                                .setGuardsDeparture(true)
                                .addLeaving(Policies.from("10.42.1.9", "10.42.1.9"))
                                .addLeaving(Policies.fromAnybody())))
                .isEqualTo("ip daddr { 10.42.1.9 } return\nreturn\ndrop");
    }

    @Test
    void allowWhatSeveralPoliciesAllow() {
        assertThat(chain(
                        List.of(WEB),
                        Policies.of("p", "web")
                                .setGuardsArrival(true)
                                .addArriving(Policies.from("10.42.1.9", "10.42.1.9")),
                        Policies.of("q", "web")
                                .setGuardsArrival(true)
                                .addArriving(Policies.from("10.42.1.8", "10.42.1.8"))))
                .isEqualTo("ip saddr { 10.42.1.9 } return\nip saddr { 10.42.1.8 } return\ndrop");
    }

    @Test
    void allowPorts() {
        assertThat(chain(
                        List.of(WEB),
                        Policies.of("p", "web")
                                .setGuardsArrival(true)
                                .addArriving(Policies.fromAnybody()
                                        .addPorts(Policies.port(Protocol.TCP, 80, 80))
                                        .addPorts(Policies.port(Protocol.TCP, 8000, 8010))
                                        .addPorts(Policies.port(Protocol.TCP, 8005, 8011))
                                        .addPorts(Policies.port("http"))
                                        .addPorts(Policies.port("nobody"))
                                        .addPorts(Policies.port(Protocol.UDP, 53, 53))
                                        .addPorts(Policies.port(Protocol.SCTP, 0, 0)))))
                .isEqualTo("""
                    meta l4proto tcp th dport { 80, 8000-8011, 8080 } return
                    meta l4proto udp th dport { 53 } return
                    meta l4proto sctp th dport { 0-65535 } return
                    drop\
                    """);
    }

    @Test
    void allowNothingAtAPortThatHasNoSuchName() {
        assertThat(chain(
                        List.of(WEB),
                        Policies.of("p", "web")
                                .setGuardsArrival(true)
                                .addArriving(Policies.fromAnybody().addPorts(Policies.port("nobody")))))
                .isEqualTo("drop");
    }

    @Test
    void allowNothingToNobody() {
        assertThat(chain(
                        List.of(WEB),
                        Policies.of("p", "web")
                                .setGuardsArrival(true)
                                .addArriving(Policies.fromAnybody().setAnyPeer(false))))
                .isEqualTo("drop");
    }

    @Test
    void joinPortsThatTouch() {
        PortSet ports = new PortSet();
        assertThat(ports.text()).isEmpty();
        ports.add(5, 6);
        ports.add(1, 2);
        ports.add(3, 3);
        ports.add(8, 9);
        ports.add(8, 8);
        assertThat(ports.text()).contains("{ 1-3, 5-6, 8-9 }");
    }
}
