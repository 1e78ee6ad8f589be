package dev.gantry.cli.command;

import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "undrain", description = "Let a drained node take tasks again.")
final class UndrainCommand extends ClientCommand {

    @Parameters(paramLabel = "NODE")
    private String node = "";

    UndrainCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        print(NodeState.change(api, node, "ACTIVE") + " undrained");
        return Exit.DONE;
    }
}
