package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.Peer;
import org.junit.jupiter.api.Test;

/** What nodes must agree on without talking; the rest is tried on real kernels. */
class TunnelTest {

    private static final Peer PEER = Peer.newBuilder()
            .setNode("0123456789abcdef")
            .setSubnet("10.42.200.0/24")
            .setAddress("192.0.2.7")
            .build();

    @Test
    void itsEndsFollowFromTheSubnets() {
        assertThat(Tunnel.end(PEER)).isEqualTo("10.42.200.0");
        assertThat(Tunnel.hardware(PEER)).isEqualTo("02:67:0a:2a:c8:00");
    }

    @Test
    void itsDeviceHasANameThatTheKernelTakes() {
        assertThat(new Tunnel(PEER.getNode()).device())
                .isEqualTo("gvxlan01234567")
                .hasSizeLessThan(16);
    }

    @Test
    void aWayIsTheSameWhateverDeviceTheKernelChose() {
        assertThat(new Way("192.0.2.7", "").isSame(new Way("192.0.2.7", "eth0")))
                .isTrue();
        assertThat(new Way("192.0.2.7", "gvxlan0").isSame(new Way("192.0.2.7", "eth0")))
                .isFalse();
        assertThat(new Way("192.0.2.7", "").isSame(null)).isFalse();
    }
}
