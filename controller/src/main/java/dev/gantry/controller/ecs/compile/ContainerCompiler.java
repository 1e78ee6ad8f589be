package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.KeyValuePair;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Dependency;
import dev.gantry.proto.Device;
import dev.gantry.proto.HealthCheck;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.LinuxParameters;
import dev.gantry.proto.LogConfiguration;
import dev.gantry.proto.Mount;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.RestartPolicy;
import dev.gantry.proto.Tmpfs;
import dev.gantry.proto.Ulimit;
import dev.gantry.proto.VolumesFrom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns one container definition into what an agent runs. The definition is valid and has its defaults. */
final class ContainerCompiler {

    private final ContainerDefinition definition;
    private final ContainerSpec.Builder spec = ContainerSpec.newBuilder();

    private ContainerCompiler(ContainerDefinition definition) {
        this.definition = definition;
    }

    static ContainerSpec compile(ContainerDefinition definition) {
        ContainerCompiler compiler = new ContainerCompiler(definition);
        compiler.process();
        compiler.limits();
        compiler.network();
        compiler.storage();
        compiler.life();
        compiler.kernel();
        return compiler.spec.build();
    }

    private void process() {
        spec.setName(text(definition.name()))
                .setImage(text(definition.image()))
                .setEssential(!Boolean.FALSE.equals(definition.essential()))
                .addAllCommand(definition.commandOrEmpty())
                .addAllEntryPoint(definition.entryPointOrEmpty())
                .setWorkingDirectory(text(definition.workingDirectory()))
                .setUser(text(definition.user()))
                .setPrivileged(yes(definition.privileged()))
                .setReadOnlyRoot(yes(definition.readonlyRootFilesystem()))
                .setInteractive(yes(definition.interactive()))
                .setPseudoTerminal(yes(definition.pseudoTerminal()))
                .addAllSecurityOptions(definition.dockerSecurityOptionsOrEmpty())
                .putAllLabels(definition.dockerLabelsOrEmpty());
        for (KeyValuePair variable : definition.environmentOrEmpty()) {
            spec.addEnvironment(keyValue(variable.name(), variable.value()));
        }
    }

    private void limits() {
        spec.setCpuUnits(number(definition.cpu()))
                .setMemoryLimitBytes(number(definition.memory()) * Sizes.MIB_BYTES)
                .setMemoryReservationBytes(number(definition.memoryReservation()) * Sizes.MIB_BYTES);
        definition
                .ulimitsOrEmpty()
                .forEach(ulimit -> spec.addUlimits(Ulimit.newBuilder()
                        .setName(ulimit.name())
                        .setSoft(ulimit.softLimit())
                        .setHard(ulimit.hardLimit())));
    }

    private void network() {
        spec.setHostname(text(definition.hostname()))
                .addAllLinks(definition.linksOrEmpty())
                .addAllDnsServers(definition.dnsServersOrEmpty())
                .addAllDnsSearchDomains(definition.dnsSearchDomainsOrEmpty())
                .setDisableNetworking(yes(definition.disableNetworking()));
        definition.extraHostsOrEmpty().forEach(host -> spec.addExtraHosts(keyValue(host.hostname(), host.ipAddress())));
        definition
                .portMappingsOrEmpty()
                .forEach(port -> spec.addPorts(PortMapping.newBuilder()
                        .setName(text(port.name()))
                        .setContainerPort(number(port.containerPort()))
                        .setHostPort(number(port.hostPort()))
                        .setProtocol("udp".equals(port.protocol()) ? Protocol.UDP : Protocol.TCP)
                        .setContainerPortRange(text(port.containerPortRange()))
                        .setAppProtocol(text(port.appProtocol()))));
    }

    private void storage() {
        definition
                .mountPointsOrEmpty()
                .forEach(mount -> spec.addMounts(Mount.newBuilder()
                        .setVolume(text(mount.sourceVolume()))
                        .setContainerPath(text(mount.containerPath()))
                        .setReadOnly(yes(mount.readOnly()))));
        definition
                .volumesFromOrEmpty()
                .forEach(from -> spec.addVolumesFrom(VolumesFrom.newBuilder()
                        .setContainer(text(from.sourceContainer()))
                        .setReadOnly(yes(from.readOnly()))));
    }

    private void life() {
        definition
                .dependsOnOrEmpty()
                .forEach(dependency -> spec.addDependsOn(Dependency.newBuilder()
                        .setContainer(dependency.containerName())
                        .setCondition(Dependency.Condition.valueOf(dependency.condition()))));
        spec.setStartTimeoutSeconds(number(definition.startTimeout()))
                .setStopTimeoutSeconds(number(definition.stopTimeout()));
        var health = definition.healthCheck();
        if (health != null) {
            spec.setHealthCheck(HealthCheck.newBuilder()
                    .addAllCommand(health.command())
                    .setIntervalSeconds(number(health.interval()))
                    .setTimeoutSeconds(number(health.timeout()))
                    .setRetries(number(health.retries()))
                    .setStartPeriodSeconds(number(health.startPeriod())));
        }
        var restart = definition.restartPolicy();
        if (restart != null) {
            spec.setRestartPolicy(RestartPolicy.newBuilder()
                    .setEnabled(restart.enabled())
                    .addAllIgnoredExitCodes(restart.ignoredExitCodesOrEmpty())
                    .setAttemptPeriodSeconds(number(restart.restartAttemptPeriod())));
        }
        var log = definition.logConfiguration();
        if (log != null) {
            spec.setLog(LogConfiguration.newBuilder().setDriver(log.logDriver()).putAllOptions(log.optionsOrEmpty()));
        }
    }

    private void kernel() {
        definition
                .systemControlsOrEmpty()
                .forEach(control -> spec.addSysctls(keyValue(control.namespace(), control.value())));
        var linux = definition.linuxParameters();
        if (linux == null) {
            return;
        }
        LinuxParameters.Builder kernel = LinuxParameters.newBuilder()
                .setInit(yes(linux.initProcessEnabled()))
                .setSharedMemoryBytes(number(linux.sharedMemorySize()) * Sizes.MIB_BYTES);
        if (linux.capabilities() != null) {
            kernel.addAllCapabilitiesAdd(linux.capabilities().addOrEmpty())
                    .addAllCapabilitiesDrop(linux.capabilities().dropOrEmpty());
        }
        if (linux.maxSwap() != null) {
            kernel.setMaxSwapBytes(linux.maxSwap() * Sizes.MIB_BYTES);
        }
        if (linux.swappiness() != null) {
            kernel.setSwappiness(linux.swappiness());
        }
        linux.tmpfsOrEmpty()
                .forEach(tmpfs -> kernel.addTmpfs(Tmpfs.newBuilder()
                        .setContainerPath(tmpfs.containerPath())
                        .setSizeBytes(tmpfs.size() * Sizes.MIB_BYTES)
                        .addAllOptions(tmpfs.mountOptionsOrEmpty())));
        linux.devicesOrEmpty()
                .forEach(device -> kernel.addDevices(Device.newBuilder()
                        .setHostPath(device.hostPath())
                        .setContainerPath(device.containerPath() == null ? device.hostPath() : device.containerPath())
                        .setPermissions(permissions(device.permissionsOrEmpty()))));
        spec.setLinux(kernel);
    }

    /** All of them unless some are named. */
    private static String permissions(List<String> named) {
        String letters = (named.isEmpty() || named.contains("read") ? "r" : "")
                + (named.isEmpty() || named.contains("write") ? "w" : "")
                + (named.isEmpty() || named.contains("mknod") ? "m" : "");
        return letters;
    }

    private static KeyValue keyValue(@Nullable String key, @Nullable String value) {
        return KeyValue.newBuilder().setKey(text(key)).setValue(text(value)).build();
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static boolean yes(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value);
    }

    private static int number(@Nullable Integer value) {
        return value == null ? 0 : value;
    }
}
