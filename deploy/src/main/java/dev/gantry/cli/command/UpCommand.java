package dev.gantry.cli.command;

import dev.gantry.cli.client.Settings;
import dev.gantry.cli.demo.Demo;
import dev.gantry.cli.servers.AgentOptions;
import dev.gantry.cli.servers.ServerOptions;
import dev.gantry.cli.servers.Servers;
import dev.gantry.cli.servers.UpOptions;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description = "Run everything on this machine: controller, store and agent.",
        footer = {
            "",
            "Ctrl-C stops it; running tasks go on running, and the next `gantry up` adopts them; with --simulate they"
                    + " end with it."
        })
final class UpCommand implements Callable<Integer> {

    @Mixin
    private final ServerFlags server = new ServerFlags();

    @Mixin
    private final NodeFlags node = new NodeFlags();

    @Option(names = "--demo", description = "Also deploy the small web service of deploy/examples/web.")
    private boolean demo;

    private final Console console;
    private final Servers servers;

    UpCommand(Console console, Servers servers) {
        this.console = console;
        this.servers = servers;
    }

    @Override
    public Integer call() {
        ServerOptions options = server.options(console);
        if (demo && node.isSimulated()) {
            throw new Failure(
                    Exit.INVALID,
                    "cannot use --demo with --simulate",
                    "the demo serves a page, and nothing runs on simulated nodes",
                    "leave one of them out");
        }
        AgentOptions agent = node.options(options.dataDirectory(), null, options.cluster());
        return servers.up(new UpOptions(options, agent, demo ? () -> demo(options) : () -> {}));
    }

    private void demo(ServerOptions options) {
        try {
            Settings settings = Settings.resolve(
                    new Settings.Flags(options.dataDirectory(), null, null, null),
                    console.environment(),
                    console.isRoot());
            new Demo(Api.of(settings, console.clock()).ecs(), node.docker(), options.cluster(), console).run();
        } catch (Failure e) {
            console.err().print(e.lines());
        } catch (dev.gantry.cli.client.ApiException e) {
            console.err().print(Complaints.failure(e).lines());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
