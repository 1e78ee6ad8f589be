package dev.gantry.cli.command;

import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "drain", description = "Move the tasks of services away from a node and give it nothing new.")
final class DrainCommand extends ClientCommand {

    @Parameters(paramLabel = "NODE")
    private String node = "";

    DrainCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        print(NodeState.change(api, node, "DRAINING") + " drained");
        return Exit.DONE;
    }
}
