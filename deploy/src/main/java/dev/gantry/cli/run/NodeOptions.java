package dev.gantry.cli.run;

import dev.gantry.agent.AgentSettings;
import dev.gantry.cli.servers.AgentOptions;
import dev.gantry.controller.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the command line says, in the agent's words. */
final class NodeOptions {

    private static final String ZONE = "ecs.availability-zone";

    private NodeOptions() {}

    /** @param ownPorts that this process listens on itself, never given to tasks */
    static AgentSettings settings(AgentOptions options, String nodeId, Path directory, List<Integer> ownPorts) {
        AgentSettings defaults = AgentSettings.of(nodeId, name(options), directory);
        Map<String, String> attributes = new HashMap<>(options.attributes());
        Optional<String> zone = Optional.ofNullable(attributes.remove(ZONE));
        AgentSettings.Machine machine = defaults.machine().withAttributes(Map.copyOf(attributes));
        Set<Integer> reserved = new HashSet<>(machine.reservedTcpPorts());
        reserved.addAll(ownPorts);
        machine = machine.withReservedTcpPorts(Set.copyOf(reserved));
        return new AgentSettings(
                nodeId,
                defaults.nodeName(),
                options.cluster(),
                Version.TEXT,
                directory,
                engine(options, defaults.engine()),
                defaults.images(),
                defaults.times(),
                allowed(options, defaults.allowed()),
                zone.isPresent() ? machine.withAvailabilityZone(zone.get()) : machine,
                new AgentSettings.IngressDoors(options.ingressHttpPort(), options.ingressHttpsPort()));
    }

    private static AgentSettings.Allowed allowed(AgentOptions options, AgentSettings.Allowed defaults) {
        AgentOptions.Permissions permissions = options.permissions();
        return defaults.withPrivileged(permissions.privileged())
                .withHostNamespaces(permissions.hostNamespaces())
                .withHostRoot(permissions.hostRoot())
                .withHostPaths(Set.copyOf(options.hostPaths()));
    }

    /** Where nothing is started, nothing must wait for its turn to be. */
    private static AgentSettings.Engine engine(AgentOptions options, AgentSettings.Engine defaults) {
        return options.simulation() == null
                ? defaults.withHost(engine(options))
                : new AgentSettings.Engine(
                        "simulated",
                        Integer.MAX_VALUE,
                        defaults.callTimeout(),
                        defaults.createTimeout(),
                        defaults.startTimeout());
    }

    /** What was said, what Docker's own variable says, or Docker's default. */
    static String engine(AgentOptions options) {
        return Optional.ofNullable(options.docker())
                .or(() -> Optional.ofNullable(System.getenv("DOCKER_HOST")).filter(host -> !host.isBlank()))
                .orElse("unix:///var/run/docker.sock");
    }

    private static String name(AgentOptions options) {
        String given = options.name();
        if (given != null) {
            return given;
        }
        try {
            Path file = Path.of("/etc/hostname");
            String name = Files.exists(file) ? Files.readString(file).strip() : "";
            return name.isEmpty() ? InetAddress.getLocalHost().getHostName() : name;
        } catch (IOException e) {
            return "localhost";
        }
    }
}
