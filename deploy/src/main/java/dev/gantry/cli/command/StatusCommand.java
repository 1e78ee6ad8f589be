package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Format;
import dev.gantry.cli.view.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Say which controller answers, which one leads, and what they keep.")
final class StatusCommand extends ClientCommand {

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml")
    private Format format = Format.table;

    StatusCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        JsonNode status = api.ops().get("/_gantry/v1/status");
        if (format.isForMachines()) {
            print(format.print(status));
        } else {
            Status.lines(status, api.settings().endpoint()).forEach(this::print);
        }
        return Exit.DONE;
    }
}
