package dev.gantry.cli.command;

import dev.gantry.cli.servers.Servers;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The root command. */
@Command(
        name = "gantry",
        description = "One container platform out of a few machines, with the ECS API.",
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "  verify [--quick]  Run the tests of this checkout.",
            "  bench [NAME...]   Run the benchmarks of this checkout.",
            "  simulate          Run the control plane in one thread from seeds, with trouble.",
            "",
            "Every command takes -h for its options, and -v for more about what went wrong.",
            "A task or node may be named by the beginning of its id. Begin with: gantry up --demo"
        })
public final class Gantry implements Callable<Integer> {

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    private boolean version;

    private final Console console;

    private Gantry(Console console) {
        this.console = console;
    }

    /** Runs one command line to its end and returns the exit code. */
    public static int run(String[] words, Console console, Servers servers) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        boolean verbose = takeVerbose(all);
        Complaints complaints = new Complaints(console, verbose);
        CommandLine line = new CommandLine(new Gantry(console));
        // A command's options are read by reflection: only the one that is asked for is loaded, unless help wants all.
        String first =
                all.stream().filter(word -> !word.startsWith("-")).findFirst().orElse("");
        boolean known = Arrays.stream(Commands.values()).anyMatch(command -> command.word.equals(first));
        for (Commands command : Commands.values()) {
            if (!known || command.word.equals(first)) {
                line.addSubcommand(command.word, command.make.apply(console, servers));
            }
        }
        addHelp(line);
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(false).setUsageHelpWidth(100);
        line.setParameterExceptionHandler(complaints::parameters);
        line.setExecutionExceptionHandler(complaints::execution);
        return line.execute(all.toArray(String[]::new));
    }

    /** Good anywhere, but for what belongs to a command that {@code exec} runs. */
    private static boolean takeVerbose(List<String> words) {
        int end = words.indexOf("--");
        List<String> own = end < 0 ? words : words.subList(0, end);
        return own.removeIf(word -> word.equals("-v") || word.equals("--verbose"));
    }

    @Override
    public Integer call() {
        CommandLine.usage(this, console.err());
        console.err().println();
        return Exit.INVALID.code();
    }

    private static void addHelp(CommandLine line) {
        CommandLine.Model.OptionSpec help = CommandLine.Model.OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build();
        line.getCommandSpec().addOption(help);
        for (CommandLine subcommand : line.getSubcommands().values()) {
            subcommand
                    .getCommandSpec()
                    .addOption(CommandLine.Model.OptionSpec.builder(help).build());
        }
    }
}
