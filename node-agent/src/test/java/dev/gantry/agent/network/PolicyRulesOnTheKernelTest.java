package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.Services;
import dev.gantry.agent.program.Program;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.PolicyRule;
import dev.gantry.proto.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Policies in a kernel: two pods on the bridge of a node and a machine outside, each a network namespace. */
@Tag("e2e")
class PolicyRulesOnTheKernelTest {

    private static final String NODE = "gantry-pk-node";
    private static final String ONE = "gantry-pk-one";
    private static final String TWO = "gantry-pk-two";
    private static final String OUTSIDE = "gantry-pk-out";
    private static final String GATEWAY = "10.77.1.1";
    private static final String AT_ONE = "10.77.1.2";
    private static final String AT_TWO = "10.77.1.3";
    private static final String AT_OUTSIDE = "10.78.0.2";
    private static final LocalPod POD_ONE = Policies.pod("one", AT_ONE);
    private static final LocalPod POD_TWO = Policies.pod("two", AT_TWO);

    private static final String MACHINES = """
        set -e
        for name in %1$s %2$s %3$s %4$s; do ip netns add $name; ip -n $name link set lo up; done
        ip -n %1$s link add gantrypk type bridge
        ip -n %1$s addr add 10.77.1.1/24 dev gantrypk
        ip -n %1$s link set gantrypk up
        ip netns exec %1$s sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1
        host=2
        for name in %2$s %3$s; do
          ip -n $name link add eth0 type veth peer name pk$host netns %1$s
          ip -n %1$s link set pk$host master gantrypk up
          ip -n %1$s link set dev pk$host type bridge_slave hairpin on
          ip -n $name addr add 10.77.1.$host/24 dev eth0
          ip -n $name link set eth0 up
          ip -n $name route add default via 10.77.1.1
          host=$((host + 1))
        done
        ip -n %4$s link add eth0 type veth peer name pkout netns %1$s
        ip -n %1$s addr add 10.78.0.1/24 dev pkout
        ip -n %1$s link set pkout up
        ip -n %1$s route add default via 10.78.0.2
        ip -n %4$s addr add 10.78.0.2/24 dev eth0
        ip -n %4$s link set eth0 up
        ip -n %4$s route add default via 10.78.0.1
        for name in %2$s %3$s %4$s; do
          ip netns exec $name busybox httpd -p 8080 -h /
          ip netns exec $name busybox httpd -p 9090 -h /
        done
        """.formatted(NODE, ONE, TWO, OUTSIDE);

    private static final String REMOVAL = """
        for name in %s %s %s %s; do
          for pid in $(ip netns pids $name 2>/dev/null); do kill $pid; done
          ip netns del $name 2>/dev/null
        done
        true
        """.formatted(NODE, ONE, TWO, OUTSIDE);

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                isDone("test $(id -u) = 0 && nft --version && ip -V && busybox true"), "no root or no nft");
        String _ = shell(REMOVAL);
        String _ = shell(MACHINES);
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        String _ = shell(REMOVAL);
    }

    @AfterEach
    void clear() throws IOException, InterruptedException {
        nft("flush ruleset\n");
    }

    private static String shell(String script) throws IOException, InterruptedException {
        return Program.of("sh", "-c", script).run("");
    }

    private static boolean isDone(String script) throws IOException, InterruptedException {
        try {
            String _ = shell(script);
            return true;
        } catch (Program.FailedException _) {
            return false;
        }
    }

    private static void nft(String script) throws IOException, InterruptedException {
        String _ = Program.of("ip", "netns", "exec", NODE, "nft", "-f", "-").run(script);
    }

    private static void apply(NetworkPolicy.Builder... policies) throws IOException, InterruptedException {
        nft(PolicyRules.script("node-1", Policies.book(policies).policies().values(), List.of(POD_ONE, POD_TWO))
                .orElseThrow());
    }

    private static boolean reaches(String from, String address, int port) throws IOException, InterruptedException {
        return isDone("ip netns exec %s timeout 1 bash -c 'exec 3<>/dev/tcp/%s/%d'".formatted(from, address, port));
    }

    private static NetworkPolicy.Builder closed(String app) {
        return Policies.of("closed", app).setGuardsArrival(true);
    }

    private static NetworkPolicy.Builder open(String app, PolicyRule.Builder... rules) {
        NetworkPolicy.Builder policy = Policies.of("open", app).setGuardsArrival(true);
        for (PolicyRule.Builder rule : rules) {
            policy.addArriving(rule);
        }
        return policy;
    }

    @Test
    void keepOutWhatArrives() throws IOException, InterruptedException {
        assertThat(reaches(ONE, AT_TWO, 8080)).isTrue();
        apply(closed("two"));
        assertThat(reaches(ONE, AT_TWO, 8080)).as("over the bridge").isFalse();
        assertThat(reaches(OUTSIDE, AT_TWO, 8080)).as("from outside").isFalse();
        assertThat(reaches(NODE, AT_TWO, 8080)).as("from its node").isTrue();
        assertThat(reaches(TWO, AT_ONE, 8080)).as("answers").isTrue();
        assertThat(reaches(TWO, AT_OUTSIDE, 8080)).as("answers from outside").isTrue();
        assertThat(reaches(OUTSIDE, AT_ONE, 8080)).as("another pod").isTrue();
    }

    @Test
    void keepInWhatLeaves() throws IOException, InterruptedException {
        apply(Policies.of("inside", "one").setGuardsDeparture(true));
        assertThat(reaches(ONE, AT_TWO, 8080)).isFalse();
        assertThat(reaches(ONE, AT_OUTSIDE, 8080)).isFalse();
        assertThat(reaches(TWO, AT_ONE, 8080)).isTrue();
        apply(Policies.of("inside", "one")
                .setGuardsDeparture(true)
                .addLeaving(Policies.from(AT_OUTSIDE, AT_OUTSIDE).addPorts(Policies.port(Protocol.TCP, 8000, 8100))));
        assertThat(reaches(ONE, AT_OUTSIDE, 8080)).isTrue();
        assertThat(reaches(ONE, AT_OUTSIDE, 9090)).isFalse();
        assertThat(reaches(ONE, AT_TWO, 8080)).isFalse();
    }

    @Test
    void letPeersIn() throws IOException, InterruptedException {
        apply(open("two", Policies.from(AT_ONE, AT_ONE)));
        assertThat(reaches(ONE, AT_TWO, 8080)).isTrue();
        assertThat(reaches(OUTSIDE, AT_TWO, 8080)).isFalse();
        apply(open("two", Policies.from("10.78.0.0", "255.255.255.255")));
        assertThat(reaches(ONE, AT_TWO, 8080)).isFalse();
        assertThat(reaches(OUTSIDE, AT_TWO, 8080)).isTrue();
    }

    @Test
    void letPortsIn() throws IOException, InterruptedException {
        apply(open(
                "two",
                Policies.fromAnybody()
                        .addPorts(Policies.port("http"))
                        .addPorts(Policies.port(Protocol.SCTP, 1, 65_535))
                        .addPorts(Policies.port(Protocol.UDP, 0, 0))));
        assertThat(reaches(ONE, AT_TWO, 8080)).isTrue();
        assertThat(reaches(ONE, AT_TWO, 9090)).isFalse();
        apply(open("two", Policies.fromAnybody().addPorts(Policies.port(Protocol.TCP, 0, 0))));
        assertThat(reaches(ONE, AT_TWO, 9090)).isTrue();
    }

    @Test
    void judgeWhatComesThroughAServiceByWhoSentIt() throws IOException, InterruptedException {
        nft(KernelRules.script(
                new Place("node-1", "gantrypk", GATEWAY, "10.77.1.0/24"),
                Services.book(Services.named("web")
                                .setAddress("10.43.0.7")
                                .addPorts(Services.port("", 80, AT_TWO + ":8080")))
                        .all()));
        assertThat(reaches(ONE, "10.43.0.7", 80)).isTrue();
        apply(closed("two"));
        assertThat(reaches(ONE, "10.43.0.7", 80)).isFalse();
        assertThat(reaches(NODE, "10.43.0.7", 80)).isTrue();
        assertThat(reaches(TWO, "10.43.0.7", 80)).as("itself").isTrue();
        apply(open("two", Policies.from(AT_ONE, AT_ONE).addPorts(Policies.port("http"))));
        assertThat(reaches(ONE, "10.43.0.7", 80)).isTrue();
        apply(open("two", Policies.from(GATEWAY, GATEWAY)));
        assertThat(reaches(ONE, "10.43.0.7", 80)).isFalse();
        apply(Policies.of("inside", "one")
                .setGuardsDeparture(true)
                .addLeaving(Policies.from(AT_TWO, AT_TWO).addPorts(Policies.port(Protocol.TCP, 8080, 8080))));
        assertThat(reaches(ONE, "10.43.0.7", 80)).isTrue();
    }

    @Test
    void takeManyPeers() throws IOException, InterruptedException {
        PolicyRule.Builder many = Policies.from("0.0.0.0", "0.0.0.1");
        IntStream.range(0, 20_000)
                .mapToObj(number -> "10.42." + number / 128 + "." + number % 128 * 2)
                .forEach(
                        address -> many.addPeers(Policies.from(address, address).getPeers(0)));
        many.addPeers(Policies.from(AT_ONE, AT_ONE).getPeers(0));
        apply(open("two", many));
        assertThat(reaches(ONE, AT_TWO, 8080)).isTrue();
        assertThat(reaches(OUTSIDE, AT_TWO, 8080)).isFalse();
    }
}
