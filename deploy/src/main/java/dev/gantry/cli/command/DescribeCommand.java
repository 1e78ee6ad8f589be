package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Format;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "describe", description = "Show everything the API says of one object.")
final class DescribeCommand extends ClientCommand {

    @Parameters(paramLabel = "KIND/NAME", arity = "1..2")
    private List<String> words = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "yaml",
            description = "yaml or json; default yaml")
    private Format format = Format.yaml;

    DescribeCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        Reference reference = Reference.withKind(words);
        JsonNode object = new Directory(api).one(java.util.Objects.requireNonNull(reference.sort()), reference.name());
        print((format == Format.json ? Format.json : Format.yaml).print(object));
        return Exit.DONE;
    }
}
