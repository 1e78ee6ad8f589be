package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.client.OpsClient;
import dev.gantry.cli.command.Reference.Sort;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Format;
import dev.gantry.cli.view.Why;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "why",
        description = "Say why a task or service is as it is: what no node could offer, what stopped it.")
final class WhyCommand extends ClientCommand {

    @Parameters(paramLabel = "TASK|SERVICE")
    private String name = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml")
    private Format format = Format.table;

    WhyCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        Reference reference = new Directory(api).taskOrService(name);
        String kind = reference.sort() == Sort.TASK ? "task" : "service";
        JsonNode why = api.ops()
                .get("/_gantry/v1/why/" + kind + "/" + OpsClient.encoded(api.cluster()) + "/"
                        + OpsClient.encoded(reference.name()));
        if (format.isForMachines()) {
            print(format.print(why));
        } else {
            Why.lines(why).forEach(this::print);
        }
        return Exit.DONE;
    }
}
