package dev.gantry.agent.work;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.AgentSettings.Allowed;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Device;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.LinuxParameters;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.WorkloadSpec;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final WorkloadSpec BRIDGE =
            WorkloadSpec.newBuilder().setNetwork(NetworkMode.BRIDGE).build();

    private static void refuses(WorkloadSpec workload, ContainerSpec.Builder container, String why) {
        assertThatThrownBy(() -> new Admission(Allowed.DEFAULT).check(workload, container.build()))
                .hasMessageStartingWith("HostConfigError: ")
                .hasMessageContaining(why);
    }

    private static ContainerSpec.Builder linux(LinuxParameters.Builder linux) {
        return ContainerSpec.newBuilder().setLinux(linux);
    }

    private static ContainerSpec.Builder sysctl(String name) {
        return ContainerSpec.newBuilder()
                .addSysctls(KeyValue.newBuilder().setKey(name).setValue("1"));
    }

    @Test
    void refusesByDefaultWhatWouldReachTheMachine() {
        refuses(BRIDGE, ContainerSpec.newBuilder().setPrivileged(true), "privileged");
        refuses(BRIDGE, linux(LinuxParameters.newBuilder().addCapabilitiesAdd("SYS_ADMIN")), "SYS_ADMIN");
        refuses(BRIDGE, linux(LinuxParameters.newBuilder().addCapabilitiesAdd("ALL")), "ALL");
        refuses(
                BRIDGE,
                linux(LinuxParameters.newBuilder()
                        .addDevices(Device.newBuilder().setHostPath("/dev/sda"))),
                "/dev/sda");
        refuses(BRIDGE, ContainerSpec.newBuilder().addSecurityOptions("seccomp=unconfined"), "seccomp=unconfined");
        refuses(BRIDGE, sysctl("kernel.panic"), "kernel.panic");
        refuses(BRIDGE.toBuilder().setNetwork(NetworkMode.HOST).build(), sysctl("net.core.somaxconn"), "net.core");
        refuses(BRIDGE.toBuilder().setPidMode("host").build(), ContainerSpec.newBuilder(), "pidMode host");
        refuses(
                BRIDGE.toBuilder().setIpcMode("host").build(),
                ContainerSpec.newBuilder(),
                "not allowed by the settings of this node (--allow-host-namespaces of its agent allows them)");
    }

    @Test
    void allowsWhatStaysInTheContainer() {
        ContainerSpec.Builder harmless = sysctl("net.core.somaxconn")
                .addSecurityOptions("no-new-privileges")
                .setLinux(LinuxParameters.newBuilder()
                        .addCapabilitiesAdd("SYS_PTRACE")
                        .addCapabilitiesDrop("NET_RAW"));
        assertThatCode(() -> new Admission(Allowed.DEFAULT).check(BRIDGE, harmless.build()))
                .doesNotThrowAnyException();
    }

    @Test
    void allowsPrivilegedContainersWhereTheOwnerDoes() {
        ContainerSpec privileged =
                ContainerSpec.newBuilder().setPrivileged(true).build();
        assertThatCode(() -> new Admission(Allowed.DEFAULT.withPrivileged(true)).check(BRIDGE, privileged))
                .doesNotThrowAnyException();
    }
}
