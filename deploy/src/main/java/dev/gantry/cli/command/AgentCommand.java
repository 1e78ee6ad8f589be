package dev.gantry.cli.command;

import dev.gantry.cli.client.ClientFile;
import dev.gantry.cli.servers.Join;
import dev.gantry.cli.servers.Servers;
import dev.gantry.cli.terminal.Console;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "agent",
        description = "Make this machine a node of a Gantry that runs elsewhere, or simulate nodes of it.")
final class AgentCommand implements Callable<Integer> {

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The node's key and certificate; default GANTRY_DATA_DIR, or /var/lib/gantry for root and"
                    + " ~/.local/share/gantry for others.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--join",
            paramLabel = "TOKEN@HOST:PORT",
            description =
                    "Needed the first time; the node is then known. For simulated nodes the token must have as many"
                            + " uses: `gantry token --uses K`.")
    private @Nullable String join;

    @Option(
            names = {"--cluster", "-n"},
            paramLabel = "NAME",
            defaultValue = "default",
            description = "Cluster to serve; default ${DEFAULT-VALUE}.")
    private String cluster = "default";

    @Mixin
    private final NodeFlags node = new NodeFlags();

    private final Console console;
    private final Servers servers;

    AgentCommand(Console console, Servers servers) {
        this.console = console;
        this.servers = servers;
    }

    @Override
    public Integer call() {
        Path directory = dataDirectory != null
                ? dataDirectory
                : ClientFile.defaultDataDirectory(console.environment(), console.isRoot());
        return servers.agent(
                node.options(directory.toAbsolutePath().normalize(), join == null ? null : Join.parse(join), cluster));
    }
}
