package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.Routes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistantNetworkTest {

    @TempDir
    private Path directory;

    @Test
    void startsNoPodThatItCannotGuard() throws IOException, InterruptedException {
        try (DistantNetwork network = DistantNetwork.start("node-1", directory)) {
            network.learn(Routes.newBuilder()
                    .setFull(true)
                    .addPolicies(Policies.of("closed", "web").setGuardsArrival(true))
                    .build());
            network.house("kube/default/shop/1", Optional.of(Policies.pod("web", "172.17.0.2")));
            network.house("kube/default/shop/2", Optional.of(Policies.pod("db", "172.17.0.3")));
            assertThat(network.shield("kube/default/shop/1", Policies.pod("web", "")))
                    .contains("network policies select the pod and cannot be enforced on its node: its engine is on"
                            + " another machine");
            assertThat(network.shield("kube/default/shop/2", Policies.pod("db", "")))
                    .isEmpty();
        }
    }
}
