package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.LinuxParameters;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.WorkloadSpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a node's owner lets tasks do. Pure. */
final class Admission {

    private static final Set<String> SYSCTLS = Set.of(
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem",
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "kernel.shm_rmid_forced");

    private static final String PRIVILEGED = "--allow-privileged";

    private final AgentSettings.Allowed allowed;

    Admission(AgentSettings.Allowed allowed) {
        this.allowed = allowed;
    }

    /** Throws the first reason against the container. */
    void check(WorkloadSpec workload, ContainerSpec container) {
        if (container.getPrivileged() && !allowed.privileged()) {
            throw notAllowed("privileged containers", PRIVILEGED);
        }
        namespace("pidMode", workload.getPidMode());
        namespace("ipcMode", workload.getIpcMode());
        container.getSecurityOptionsList().forEach(this::securityOption);
        container.getSysctlsList().forEach(sysctl -> sysctl(workload, sysctl.getKey()));
        check(container.getLinux());
    }

    private static RefusedTaskException notAllowed(String what) {
        return RefusedTaskException.hostConfig(what + " are not allowed by the settings of this node");
    }

    /** @param option of the agent that allows it */
    private static RefusedTaskException notAllowed(String what, String option) {
        return RefusedTaskException.hostConfig(
                what + " are not allowed by the settings of this node (" + option + " of its agent allows them)");
    }

    private void namespace(String field, String mode) {
        boolean known = List.of("", "host", "none", "task").contains(mode);
        if (!known) {
            throw RefusedTaskException.hostConfig(field + " " + mode + " is not available on this node");
        }
        if (mode.equals("host") && !allowed.hostNamespaces()) {
            throw notAllowed(field + " host and other namespaces of the machine", "--allow-host-namespaces");
        }
    }

    private void securityOption(String option) {
        boolean harmless = option.startsWith("no-new-privileges") && !option.endsWith("false");
        if (!harmless && !allowed.privileged()) {
            throw notAllowed("security options other than no-new-privileges, such as " + option + ",", PRIVILEGED);
        }
    }

    private void sysctl(WorkloadSpec workload, String name) {
        boolean network = name.startsWith("net.") && workload.getNetwork() != NetworkMode.HOST;
        boolean own = network || name.startsWith("fs.mqueue.") || SYSCTLS.contains(name);
        if (!own) {
            throw RefusedTaskException.hostConfig(
                    "system control " + name + " is not the container's own and would change the machine");
        }
    }

    private void check(LinuxParameters linux) {
        Stream<String> added = linux.getCapabilitiesAddList().stream();
        added.filter(capability -> !allowed.capabilities().contains(capability) && !allowed.privileged())
                .findFirst()
                .ifPresent(capability -> {
                    throw notAllowed("capabilities such as " + capability, PRIVILEGED);
                });
        linux.getDevicesList().stream()
                .filter(device -> !allowed.devices().contains(device.getHostPath()))
                .findFirst()
                .ifPresent(device -> {
                    throw notAllowed("devices such as " + device.getHostPath());
                });
    }
}
