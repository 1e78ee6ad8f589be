package dev.gantry.controller.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Hello;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Peer;
import dev.gantry.store.Snapshot;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each node that asks for it has a part of the cluster's range, and the others are told. */
class SubnetsTest {

    private LinkSamples samples;

    @BeforeEach
    void open() throws InterruptedException {
        samples = new LinkSamples();
    }

    private static String id(int number) {
        return "%032x".formatted(number);
    }

    private Node register(String id, boolean asks) throws InterruptedException {
        NodeInfo info = LinkSamples.INFO.toBuilder()
                .setCanNetwork(asks)
                .addAddresses("10.0.0." + id.substring(31))
                .build();
        assertThat(samples.registrar()
                        .register(id, Hello.newBuilder().setInfo(info).build()))
                .isTrue();
        return samples.image().get(Kinds.NODE.key("", id)).orElseThrow().value();
    }

    @Test
    void eachNodeThatAsksHasOneOfItsOwn() throws InterruptedException {
        Set<String> subnets = new HashSet<>();
        for (int number = 0; number < 256; number++) {
            String subnet = register(id(number), true).getSubnet();
            assertThat(subnet).matches("10\\.42\\.\\d+\\.0/24");
            assertThat(subnets.add(subnet)).as(subnet).isTrue();
        }
        assertThat(register(id(256), true).getSubnet()).as("when none is left").isEmpty();
    }

    @Test
    void oneThatDoesNotAskHasNone() throws InterruptedException {
        assertThat(register(id(1), false).getSubnet()).isEmpty();
        assertThat(RouteTable.of(samples.image()).isEmpty()).isTrue();
    }

    @Test
    void aNodeKeepsItsSubnet() throws InterruptedException {
        String first = register(id(1), true).getSubnet();
        assertThat(register(id(1), true).getSubnet()).isEqualTo(first);
        assertThat(register(id(1), false).getSubnet()).isEqualTo(first);
    }

    @Test
    void whatANodeThatIsGoneHadIsFree() throws InterruptedException {
        for (int number = 0; number < 256; number++) {
            register(id(number), true);
        }
        String free = samples.removeNode(id(7)).getSubnet();
        assertThat(register(id(300), true).getSubnet()).isEqualTo(free);
    }

    @Test
    void nodesAreToldOfEachOther() throws InterruptedException {
        Node one = register(id(1), true);
        Node two = register(id(2), true);
        Snapshot image = samples.image();
        assertThat(RouteTable.of(image).peers().values())
                .containsExactlyInAnyOrder(
                        Peer.newBuilder()
                                .setNode(id(1))
                                .setSubnet(one.getSubnet())
                                .setAddress("10.0.0.1")
                                .build(),
                        Peer.newBuilder()
                                .setNode(id(2))
                                .setSubnet(two.getSubnet())
                                .setAddress("10.0.0.2")
                                .build());
        Node _ = samples.removeNode(id(1));
        RouteTable after = RouteTable.of(samples.image());
        assertThat(after.since(RouteTable.of(image)).getFirst().getRemovedPeersList())
                .containsExactly(id(1));
        assertThat(RouteTable.of(image).since(RouteTable.EMPTY).getFirst().getRange())
                .isEqualTo("10.42.0.0/16");
    }
}
