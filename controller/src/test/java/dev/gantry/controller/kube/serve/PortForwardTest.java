package dev.gantry.controller.kube.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.Phase;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports of pods for clients that speak no SPDY; no node can be reached here. */
class PortForwardTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String FORWARD = PODS + "/p/portforward";

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
        world.post(PODS, "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void tellsThePortInEachChannelThenWhatWentWrong() throws InterruptedException {
        world.report("p", Phase.RUNNING);
        List<byte[]> messages = world.messages(FORWARD + "?ports=8080&ports=80");
        assertThat(messages)
                .contains(new byte[] {0, (byte) 0x90, 0x1f}, new byte[] {1, (byte) 0x90, 0x1f})
                .contains(new byte[] {2, 80, 0}, new byte[] {3, 80, 0});
        assertThat(messages)
                .extracting(bytes -> bytes[0] + new String(bytes, 1, bytes.length - 1, UTF_8))
                .contains(
                        "1error forwarding port 8080 to pod p: node n1 is not connected",
                        "3error forwarding port 80 to pod p: node n1 is not connected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "http", "-1", ",80", "123456"})
    void refusesWhatIsNoPort(String port) throws InterruptedException {
        world.report("p", Phase.RUNNING);
        assertThat(world.refusal(FORWARD + "?ports=" + port)).isEqualTo(400);
    }

    @Test
    void refusesAPodThatIsNowhereYet() {
        assertThat(world.refusal(FORWARD + "?ports=80")).isEqualTo(400);
    }
}
