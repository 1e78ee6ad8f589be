package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.engine.EngineFacts;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Describes the machine as a node: what it has, what it can, where it is reached.
 *
 * @param network   it can have a network of its own, whose addresses other nodes reach
 * @param addressed tasks can have addresses of their own
 */
record Machine(AgentSettings settings, EngineFacts engine, boolean leash, boolean network, boolean addressed) {

    private static final String CAPABILITY = "com.amazonaws.ecs.capability.";
    private static final int OLDEST_API = 17;
    private static final Pattern CONTAINERS =
            Pattern.compile("docker.*|br-.*|veth.*|gantry[0-9a-f]{8}|gvxlan[0-9a-f]{8}");
    // Of the range for documentation: no machine has it.
    private static final InetSocketAddress FAR = new InetSocketAddress("192.0.2.1", 9);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    NodeInfo describe() {
        return NodeInfo.newBuilder()
                .setName(settings.nodeName())
                .setCluster(settings.cluster())
                .setCapacity(Resources.newBuilder()
                        .setCpuUnits(engine.processors() * 1024L)
                        .setMemoryBytes(Math.max(
                                0, engine.memoryBytes() - settings.machine().reservedMemoryBytes()))
                        .addAllTcpPorts(sorted(settings.machine().reservedTcpPorts()))
                        .addAllUdpPorts(sorted(settings.machine().reservedUdpPorts())))
                .putAllAttributes(attributes())
                .setAgentVersion(settings.agentVersion())
                .setEngineVersion(engine.version())
                .setOperatingSystem(engine.operatingSystem())
                .setKernelVersion(engine.kernelVersion())
                .setBootId(bootId())
                .addAllAddresses(addresses())
                .setCanNetwork(network)
                .build();
    }

    private static List<Integer> sorted(Iterable<Integer> ports) {
        return java.util.stream.StreamSupport.stream(ports.spliterator(), false)
                .sorted()
                .toList();
    }

    private Map<String, String> attributes() {
        Map<String, String> all = new TreeMap<>();
        capabilities().forEach(name -> all.put(name, ""));
        put(all, "ecs.availability-zone", settings.machine().availabilityZone());
        put(all, "ecs.instance-type", settings.machine().instanceType());
        put(all, "ecs.os-type", "linux");
        put(all, "ecs.os-family", "LINUX");
        put(all, "ecs.cpu-architecture", ecsArchitecture());
        all.putAll(settings.machine().attributes());
        return all;
    }

    private static void put(Map<String, String> all, String name, String value) {
        if (!value.isEmpty()) {
            all.put(name, value);
        }
    }

    /** ECS says x86_64 where Docker says amd64. */
    private String ecsArchitecture() {
        return engine.architecture().equals("amd64") ? "x86_64" : engine.architecture();
    }

    private Stream<String> capabilities() {
        Stream<String> always = Stream.of(
                "ecs.capability.container-health-check",
                "ecs.capability.container-ordering",
                "ecs.capability.container-restart-policy",
                "ecs.capability.full-sync",
                "ecs.capability.docker-plugin.local",
                "ecs.capability.task-cpu-mem-limit");
        Stream<String> drivers = engine.logDrivers().stream()
                .filter(settings.allowed().logDrivers()::contains)
                .map(driver -> CAPABILITY + "logging-driver." + driver);
        Stream<String> held = leash ? Stream.of("gantry.capability.leash") : Stream.empty();
        Stream<String> connected = addressed ? Stream.of("ecs.capability.task-eni") : Stream.empty();
        boolean knowsShares = settings.machine().attributes().keySet().stream()
                .anyMatch(name -> name.startsWith(Volumes.EFS_ATTRIBUTE));
        Stream<String> shares = knowsShares ? Stream.of("ecs.capability.efs") : Stream.empty();
        Stream<String> privileged =
                settings.allowed().privileged() ? Stream.of(CAPABILITY + "privileged-container") : Stream.empty();
        return Stream.of(always, drivers, held, connected, shares, privileged, apis())
                .flatMap(names -> names);
    }

    /** One for each version of the API up to the engine's. */
    private Stream<String> apis() {
        String[] parts = engine.apiVersion().split("\\.", 2);
        if (parts.length < 2 || !parts[1].chars().allMatch(Character::isDigit)) {
            return Stream.empty();
        }
        int newest = Integer.parseInt(parts[1]);
        return Stream.iterate(OLDEST_API, minor -> minor <= newest, minor -> minor + 1)
                .map(minor -> CAPABILITY + "docker-remote-api." + parts[0] + "." + minor);
    }

    private static String bootId() {
        try {
            return Files.exists(BOOT_ID) ? Files.readString(BOOT_ID).strip() : "";
        } catch (IOException _) {
            return ""; // Then a reboot cannot be told from a partition, as the protocol allows.
        }
    }

    private List<String> addresses() {
        List<String> given = settings.machine().addresses();
        return given.isEmpty() ? found() : given;
    }

    /** Others know the machine by the first of them. */
    private static List<String> found() {
        try {
            Optional<String> outgoing = outgoing();
            return NetworkInterface.networkInterfaces()
                    .filter(Machine::leadsOut)
                    .flatMap(each -> Collections.list(each.getInetAddresses()).stream())
                    .filter(Inet4Address.class::isInstance)
                    .map(InetAddress::getHostAddress)
                    .sorted(Comparator.comparing(address -> !outgoing.equals(Optional.of(address))))
                    .toList();
        } catch (SocketException _) {
            return List.of();
        }
    }

    /** With which it would go to a far address; nothing is sent. */
    private static Optional<String> outgoing() {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(FAR);
            return Optional.of(socket.getLocalAddress().getHostAddress());
        } catch (SocketException | UncheckedIOException _) {
            return Optional.empty(); // It has no way there.
        }
    }

    private static boolean leadsOut(NetworkInterface each) {
        try {
            return each.isUp() && !each.isLoopback() && !isOfContainers(each.getName());
        } catch (SocketException _) {
            return false;
        }
    }

    /** Whether a network interface of the name is there for containers: the engine's, or the node's own. */
    static boolean isOfContainers(String name) {
        return CONTAINERS.matcher(name).matches();
    }
}
