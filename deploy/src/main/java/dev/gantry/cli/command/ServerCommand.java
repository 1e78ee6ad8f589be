package dev.gantry.cli.command;

import dev.gantry.cli.servers.Servers;
import dev.gantry.cli.terminal.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "server", description = "Run a controller; agents join it with the command that `gantry token` prints.")
final class ServerCommand implements Callable<Integer> {

    @Mixin
    private final ServerFlags server = new ServerFlags();

    private final Console console;
    private final Servers servers;

    ServerCommand(Console console, Servers servers) {
        this.console = console;
        this.servers = servers;
    }

    @Override
    public Integer call() {
        return servers.server(server.options(console));
    }
}
