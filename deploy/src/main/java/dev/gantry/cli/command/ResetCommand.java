package dev.gantry.cli.command;

import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "reset",
        description = "Empty everything: services, tasks, definitions. Only where the server allows it.")
final class ResetCommand extends ClientCommand {

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    ResetCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        if (!yes) {
            throw new Failure(
                    Exit.INVALID,
                    "reset stops every task and forgets everything at "
                            + api.settings().endpoint(),
                    "it was not confirmed",
                    "gantry reset --yes");
        }
        api.ops().post("/_gantry/reset", EcsClient.input());
        print("everything deleted");
        return Exit.DONE;
    }
}
