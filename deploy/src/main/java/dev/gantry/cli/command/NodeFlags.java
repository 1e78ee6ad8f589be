package dev.gantry.cli.command;

import dev.gantry.cli.servers.AgentOptions;
import dev.gantry.cli.servers.Join;
import dev.gantry.cli.servers.SimulationOptions;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that run an agent. */
final class NodeFlags {

    private static final int PORT_MAX = 65_535;

    @Option(
            names = "--docker",
            paramLabel = "URL",
            description = "Engine to use; default DOCKER_HOST or /var/run/docker.sock.")
    private @Nullable String docker;

    @Option(names = "--name", paramLabel = "NAME", description = "Of the node; default is the host's name.")
    private @Nullable String name;

    @Option(
            names = "--attributes",
            split = ",",
            paramLabel = "K=V",
            description = "Custom attributes, for placement constraints.")
    private Map<String, String> attributes = new LinkedHashMap<>();

    @Option(
            names = "--host-path",
            paramLabel = "DIR",
            description = "Host folder that tasks may mount; may be repeated.")
    private List<Path> hostPaths = List.of();

    @Option(
            names = "--allow-privileged",
            description = "Tasks and pods may have privileged containers, any capability, and options that weaken"
                    + " isolation.")
    private boolean allowPrivileged;

    @Option(
            names = "--allow-host-namespaces",
            description = "Tasks and pods may be among the processes of the machine and share its IPC objects.")
    private boolean allowHostNamespaces;

    @Option(
            names = "--allow-host-root",
            description = "Tasks and pods may mount the machine's root directory, and so change everything on it.")
    private boolean allowHostRoot;

    @Option(
            names = "--ingress-http-port",
            paramLabel = "PORT",
            defaultValue = "80",
            description = "Where requests for ingresses are taken once there is one, 0 for nowhere; default"
                    + " ${DEFAULT-VALUE}.")
    private int ingressHttpPort = 80;

    @Option(
            names = "--ingress-https-port",
            paramLabel = "PORT",
            defaultValue = "443",
            description = "The same with TLS; default ${DEFAULT-VALUE}.")
    private int ingressHttpsPort = 443;

    @Mixin
    private final SimulationFlags simulation = new SimulationFlags();

    boolean isSimulated() {
        return simulation.isGiven();
    }

    @Nullable
    String docker() {
        return docker;
    }

    /** @param join null for a node of the server in the same process */
    AgentOptions options(Path directory, @Nullable Join join, String cluster) {
        return new AgentOptions(
                directory,
                join,
                docker,
                name,
                cluster,
                attributes,
                hostPaths.stream()
                        .map(path -> path.toAbsolutePath().normalize())
                        .toList(),
                new AgentOptions.Permissions(allowPrivileged, allowHostNamespaces, allowHostRoot),
                port("--ingress-http-port", ingressHttpPort),
                port("--ingress-https-port", ingressHttpsPort),
                simulated());
    }

    private @Nullable SimulationOptions simulated() {
        SimulationOptions options =
                simulation.options(new SplittableRandom()::nextInt).orElse(null);
        if (options != null && docker != null) {
            throw new Failure(
                    Exit.INVALID,
                    "cannot use --docker with --simulate",
                    "simulated nodes have no engine",
                    "leave one of them out");
        }
        return options;
    }

    private static int port(String flag, int port) {
        if (port < 0 || port > PORT_MAX) {
            throw new Failure(Exit.INVALID, "cannot use " + flag + " " + port, "a port is 0 to 65535", "see --help");
        }
        return port;
    }
}
