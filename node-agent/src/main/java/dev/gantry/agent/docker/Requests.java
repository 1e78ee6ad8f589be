package dev.gantry.agent.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Link;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.SELContext;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.api.model.VolumesFrom;
import dev.gantry.agent.engine.Creation;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.LinuxParameters;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.Tmpfs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes a {@link Creation} as the engine's create request. */
final class Requests {

    private static final long CPU_PERIOD_MICROS = 100_000;
    /** The least that the kernel takes; ECS turns 0 into it. */
    private static final int CPU_SHARES_MIN = 2;

    private static final String GATE = "/.gantry-leash";

    private final Creation creation;
    private final ContainerSpec spec;

    Requests(Creation creation) {
        this.creation = creation;
        this.spec = creation.spec();
    }

    CreateContainerCmd fill(CreateContainerCmd request) {
        request.withName(creation.name())
                .withLabels(creation.labels())
                .withEnv(pairs(spec.getEnvironmentList(), "="))
                .withHealthcheck(healthCheck())
                .withHostConfig(hostConfig());
        if (!spec.getCommandList().isEmpty()) {
            request.withCmd(spec.getCommandList());
        }
        if (!spec.getEntryPointList().isEmpty()) {
            request.withEntrypoint(spec.getEntryPointList());
        }
        if (!spec.getWorkingDirectory().isEmpty()) {
            request.withWorkingDir(spec.getWorkingDirectory());
        }
        if (!spec.getUser().isEmpty()) {
            request.withUser(spec.getUser());
        }
        boolean ownName =
                creation.network() != NetworkMode.HOST && creation.sandbox().isEmpty();
        if (!spec.getHostname().isEmpty() && ownName) {
            request.withHostName(spec.getHostname());
        }
        if (spec.getInteractive()) {
            request.withStdinOpen(true).withStdInOnce(spec.getInteractiveOnce());
        }
        if (spec.getPseudoTerminal()) {
            request.withTty(true);
        }
        List<ExposedPort> exposed = new ArrayList<>(ports().getBindings().keySet());
        return exposed.isEmpty() ? request : request.withExposedPorts(exposed);
    }

    /** The engine's own check; what the image brings is switched off, as ECS does. */
    private HealthCheck healthCheck() {
        if (!spec.hasHealthCheck() || spec.getHealthCheck().getCommandList().isEmpty()) {
            return new HealthCheck().withTest(List.of("NONE"));
        }
        dev.gantry.proto.HealthCheck check = spec.getHealthCheck();
        return new HealthCheck()
                .withTest(check.getCommandList())
                .withInterval(nanos(check.getIntervalSeconds(), 30))
                .withTimeout(nanos(check.getTimeoutSeconds(), 5))
                .withRetries(check.getRetries() > 0 ? check.getRetries() : 3)
                .withStartPeriod(nanos(check.getStartPeriodSeconds(), 0));
    }

    private static long nanos(int seconds, int otherwise) {
        return TimeUnit.SECONDS.toNanos(seconds > 0 ? seconds : otherwise);
    }

    private HostConfig hostConfig() {
        HostConfig host = HostConfig.newHostConfig()
                .withNetworkMode(network())
                .withBinds(creation.binds().stream().map(Requests::bind).toList())
                .withLogConfig(
                        new LogConfig(LogConfig.LoggingType.fromValue(creation.logDriver()), creation.logOptions()))
                .withPrivileged(spec.getPrivileged())
                .withReadonlyRootfs(spec.getReadOnlyRoot());
        boolean ownNetwork = creation.network() == NetworkMode.BRIDGE
                && creation.sandbox().isEmpty()
                && !spec.getDisableNetworking();
        if (ownNetwork) {
            host.withPortBindings(ports())
                    .withLinks(creation.links().stream().map(Link::parse).toList());
        }
        if (!creation.gate().isEmpty()) {
            // Unlike a bind, the engine makes no directory where this is missing.
            host.withMounts(List.of(new Mount()
                    .withType(MountType.BIND)
                    .withSource(creation.gate())
                    .withTarget(GATE)
                    .withReadOnly(true)));
        }
        if (!creation.volumesFrom().isEmpty()) {
            host.withVolumesFrom(
                    creation.volumesFrom().stream().map(VolumesFrom::parse).toList());
        }
        if (spec.getPod().getGroupsCount() > 0) {
            host.withGroupAdd(
                    spec.getPod().getGroupsList().stream().map(String::valueOf).toList());
        }
        limits(host);
        names(host);
        linux(host, spec.getLinux());
        return host;
    }

    private String network() {
        if (!creation.sandbox().isEmpty()) {
            return "container:" + creation.sandbox();
        }
        if (spec.getDisableNetworking()) {
            return "none";
        }
        return switch (creation.network()) {
            case HOST -> "host";
            case NONE -> "none";
            default -> creation.bridge().isEmpty() ? "bridge" : creation.bridge();
        };
    }

    private static Bind bind(Creation.Bind bind) {
        AccessMode access = bind.readOnly() ? AccessMode.ro : AccessMode.rw;
        Volume target = new Volume(bind.target());
        // An engine refuses the option for a path of the machine; the library sends it even when it is false.
        return bind.asItIs()
                ? new Bind(bind.source(), target, access, SELContext.DEFAULT, true)
                : new Bind(bind.source(), target, access);
    }

    private void limits(HostConfig host) {
        Creation.Limits limits = creation.limits();
        host.withCpuShares(Math.max(CPU_SHARES_MIN, Math.toIntExact(spec.getCpuUnits())));
        if (limits.memoryBytes() > 0) {
            host.withMemory(limits.memoryBytes());
        }
        if (spec.getMemoryReservationBytes() > 0) {
            host.withMemoryReservation(spec.getMemoryReservationBytes());
        }
        if (limits.cpuUnits() > 0) {
            host.withCpuPeriod(CPU_PERIOD_MICROS).withCpuQuota(limits.cpuUnits() * CPU_PERIOD_MICROS / 1024);
        }
        if (!limits.cgroupParent().isEmpty()) {
            host.withCgroupParent(limits.cgroupParent());
        }
        if (!spec.getUlimitsList().isEmpty()) {
            host.withUlimits(spec.getUlimitsList().stream()
                    .map(limit -> new Ulimit(limit.getName(), limit.getSoft(), limit.getHard()))
                    .toList());
        }
    }

    private void names(HostConfig host) {
        if (!spec.getDnsServersList().isEmpty()) {
            host.withDns(spec.getDnsServersList());
        }
        if (!spec.getDnsSearchDomainsList().isEmpty()) {
            host.withDnsSearch(spec.getDnsSearchDomainsList());
        }
        if (!spec.getDnsOptionsList().isEmpty()) {
            host.withDnsOptions(spec.getDnsOptionsList());
        }
        if (!spec.getExtraHostsList().isEmpty()) {
            host.withExtraHosts(pairs(spec.getExtraHostsList(), ":").toArray(String[]::new));
        }
        if (!spec.getSecurityOptionsList().isEmpty()) {
            host.withSecurityOpts(spec.getSecurityOptionsList());
        }
        if (!spec.getSysctlsList().isEmpty()) {
            host.withSysctls(spec.getSysctlsList().stream()
                    .collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue, (_, last) -> last)));
        }
        if (!creation.pidMode().isEmpty()) {
            host.withPidMode(creation.pidMode());
        }
        if (!creation.ipcMode().isEmpty()) {
            host.withIpcMode(creation.ipcMode());
        } else if (!creation.sandbox().isEmpty() && creation.network() != NetworkMode.AWSVPC) {
            host.withIpcMode("container:" + creation.sandbox());
        }
    }

    private void linux(HostConfig host, LinuxParameters linux) {
        if (linux.getCapabilitiesAddCount() > 0) {
            host.withCapAdd(capabilities(linux.getCapabilitiesAddList()));
        }
        if (linux.getCapabilitiesDropCount() > 0) {
            host.withCapDrop(capabilities(linux.getCapabilitiesDropList()));
        }
        if (linux.getInit()) {
            host.withInit(true);
        }
        if (linux.getSharedMemoryBytes() > 0) {
            host.withShmSize(linux.getSharedMemoryBytes());
        }
        if (linux.getTmpfsCount() > 0) {
            host.withTmpFs(linux.getTmpfsList().stream()
                    .collect(Collectors.toMap(Tmpfs::getContainerPath, Requests::options, (_, last) -> last)));
        }
        if (linux.getDevicesCount() > 0) {
            host.withDevices(
                    linux.getDevicesList().stream().map(Requests::device).toList());
        }
        if (linux.hasMaxSwapBytes() && creation.limits().memoryBytes() > 0) {
            host.withMemorySwap(creation.limits().memoryBytes() + linux.getMaxSwapBytes());
        }
        if (linux.hasSwappiness()) {
            host.withMemorySwappiness((long) linux.getSwappiness());
        }
    }

    private static Capability[] capabilities(List<String> names) {
        return names.stream().map(Capability::valueOf).toArray(Capability[]::new);
    }

    private static String options(Tmpfs tmpfs) {
        Stream<String> size = tmpfs.getSizeBytes() > 0 ? Stream.of("size=" + tmpfs.getSizeBytes()) : Stream.empty();
        return Stream.concat(size, tmpfs.getOptionsList().stream()).collect(Collectors.joining(","));
    }

    private static Device device(dev.gantry.proto.Device device) {
        String inside = device.getContainerPath().isEmpty() ? device.getHostPath() : device.getContainerPath();
        String permissions = device.getPermissions().isEmpty() ? "rwm" : device.getPermissions();
        return new Device(permissions, inside, device.getHostPath());
    }

    /** Only on the engine's own networks there is something to publish. */
    private Ports ports() {
        Ports ports = new Ports();
        if (creation.network() == NetworkMode.AWSVPC) {
            return ports;
        }
        for (PortMapping mapping : spec.getPortsList()) {
            if (mapping.getContainerPortRange().isEmpty()) {
                ports.bind(exposed(mapping, mapping.getContainerPort()), binding(mapping.getHostPort()));
            } else {
                String[] ends = mapping.getContainerPortRange().split("-", 2);
                int first = Integer.parseInt(ends[0].strip());
                int last = Integer.parseInt(ends[ends.length - 1].strip());
                for (int port = first; port <= last; port++) {
                    ports.bind(exposed(mapping, port), binding(0));
                }
            }
        }
        return ports;
    }

    private static ExposedPort exposed(PortMapping mapping, int port) {
        return mapping.getProtocol() == Protocol.UDP ? ExposedPort.udp(port) : ExposedPort.tcp(port);
    }

    private Ports.Binding binding(int hostPort) {
        if (hostPort > 0) {
            return Ports.Binding.bindPort(hostPort);
        }
        return creation.dynamicPorts().isEmpty()
                ? Ports.Binding.empty()
                : Ports.Binding.bindPortSpec(creation.dynamicPorts());
    }

    private static List<String> pairs(List<KeyValue> pairs, String between) {
        return pairs.stream()
                .map(pair -> pair.getKey() + between + pair.getValue())
                .toList();
    }
}
