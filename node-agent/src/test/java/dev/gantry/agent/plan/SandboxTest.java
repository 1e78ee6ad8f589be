package dev.gantry.agent.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Dependency;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.WorkloadSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds the network that the containers of a workload share. */
class SandboxTest {

    private static DesiredWorkload task(NetworkMode network) {
        return DesiredWorkload.newBuilder()
                .setSpec(WorkloadSpec.newBuilder()
                        .setNetwork(network)
                        .addContainers(ContainerSpec.newBuilder().setName("web"))
                        .addContainers(ContainerSpec.newBuilder().setName("side")))
                .build();
    }

    @Test
    void isStartedBeforeTheContainersOfATaskInAwsvpc() {
        WorkloadSpec spec = Sandbox.sheltered(task(NetworkMode.AWSVPC)).getSpec();
        assertThat(spec.getContainersList())
                .extracting(ContainerSpec::getName)
                .containsExactly(Sandbox.OF_TASK, "web", "side");
        assertThat(spec.getContainers(0).getEssential()).isTrue();
        assertThat(spec.getContainers(0).getImage()).isEqualTo(Sandbox.IMAGE);
        assertThat(spec.getContainers(1).getDependsOn(0))
                .isEqualTo(Dependency.newBuilder()
                        .setContainer(Sandbox.OF_TASK)
                        .setCondition(Dependency.Condition.START)
                        .build());
        assertThat(Sandbox.of(spec)).contains(Sandbox.OF_TASK);
    }

    @Test
    void holdsNamespacesForTasksThatShareThemButNoNetwork() {
        for (String shared : List.of("pid", "ipc")) {
            DesiredWorkload.Builder task = task(NetworkMode.BRIDGE).toBuilder();
            task.getSpecBuilder()
                    .setPidMode(shared.equals("pid") ? "task" : "")
                    .setIpcMode(shared.equals("ipc") ? "task" : "");
            WorkloadSpec spec = Sandbox.sheltered(task.build()).getSpec();
            assertThat(spec.getContainersList())
                    .extracting(ContainerSpec::getName)
                    .containsExactly(Sandbox.OF_TASK, "web", "side");
            assertThat(Sandbox.of(spec)).isEmpty();
        }
    }

    @Test
    void comesOnceHoweverOftenATaskIsTold() {
        DesiredWorkload once = Sandbox.sheltered(task(NetworkMode.AWSVPC));
        assertThat(Sandbox.sheltered(once)).isEqualTo(once);
    }

    @Test
    void isNotThereForOthers() {
        assertThat(Sandbox.sheltered(task(NetworkMode.BRIDGE))).isEqualTo(task(NetworkMode.BRIDGE));
        assertThat(Sandbox.of(task(NetworkMode.HOST).getSpec())).isEmpty();
        WorkloadSpec pod = WorkloadSpec.newBuilder()
                .setNetwork(NetworkMode.BRIDGE)
                .setPod(PodSpec.getDefaultInstance())
                .build();
        assertThat(Sandbox.of(pod)).contains(Sandbox.NAME);
    }
}
