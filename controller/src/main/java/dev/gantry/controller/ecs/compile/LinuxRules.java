package dev.gantry.controller.ecs.compile;

import static dev.gantry.controller.ecs.compile.Rule.require;

import dev.gantry.aws.ecs.KernelCapabilities;
import dev.gantry.aws.ecs.LinuxParameters;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kernel settings of one container. */
final class LinuxRules {

    /** The values that the API's documentation lists. */
    private static final Set<String> CAPABILITIES = Set.of(
            "ALL",
            "AUDIT_CONTROL",
            "AUDIT_WRITE",
            "BLOCK_SUSPEND",
            "CHOWN",
            "DAC_OVERRIDE",
            "DAC_READ_SEARCH",
            "FOWNER",
            "FSETID",
            "IPC_LOCK",
            "IPC_OWNER",
            "KILL",
            "LEASE",
            "LINUX_IMMUTABLE",
            "MAC_ADMIN",
            "MAC_OVERRIDE",
            "MKNOD",
            "NET_ADMIN",
            "NET_BIND_SERVICE",
            "NET_BROADCAST",
            "NET_RAW",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_ADMIN",
            "SYS_BOOT",
            "SYS_CHROOT",
            "SYS_MODULE",
            "SYS_NICE",
            "SYS_PACCT",
            "SYS_PTRACE",
            "SYS_RAWIO",
            "SYS_RESOURCE",
            "SYS_TIME",
            "SYS_TTY_CONFIG",
            "SYSLOG",
            "WAKE_ALARM");

    private LinuxRules() {}

    static void check(@Nullable LinuxParameters linux, String name) {
        if (linux == null) {
            return;
        }
        KernelCapabilities capabilities = linux.capabilities();
        if (capabilities != null) {
            Stream.concat(capabilities.addOrEmpty().stream(), capabilities.dropOrEmpty().stream())
                    .forEach(one ->
                            require(CAPABILITIES.contains(one), name, "Unknown Linux capability '" + one + "'."));
        }
        ContainerRules.within(linux.swappiness(), 0, 100, "swappiness", name);
        require(linux.maxSwap() == null || linux.maxSwap() >= 0, name, "The 'maxSwap' value must not be negative.");
        require(
                linux.sharedMemorySize() == null || linux.sharedMemorySize() > 0,
                name,
                "The 'sharedMemorySize' value must be positive.");
        linux.tmpfsOrEmpty().forEach(tmpfs -> {
            require(tmpfs.size() > 0, name, "The size of a tmpfs must be positive.");
            require(
                    tmpfs.containerPath().startsWith("/"),
                    name,
                    "The 'containerPath' of a tmpfs must be an absolute path.");
        });
        linux.devicesOrEmpty()
                .forEach(device -> require(
                        device.hostPath().startsWith("/"),
                        name,
                        "The 'hostPath' of a device must be an absolute path."));
    }
}
