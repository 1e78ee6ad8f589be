package dev.gantry.cli.command;

import dev.gantry.cli.client.ClientFile;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "kubeconfig",
        description = "Print the file by which kubectl finds this Gantry.",
        footer = {
            "",
            "Use it like this:",
            "  gantry kubeconfig > gantry.yaml && kubectl --kubeconfig gantry.yaml get nodes"
        })
final class KubeConfigCommand implements Callable<Integer> {

    private static final String FILE = "kubeconfig";

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the server keeps its files; default as for `gantry up`.")
    private @Nullable Path dataDirectory;

    private final Console console;

    KubeConfigCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Path directory = dataDirectory != null
                ? dataDirectory
                : ClientFile.defaultDataDirectory(console.environment(), console.isRoot());
        Path file = directory.toAbsolutePath().normalize().resolve(FILE);
        try {
            console.out().print(Files.readString(file));
        } catch (IOException e) {
            throw new Failure(
                    Exit.NOT_FOUND,
                    "cannot read " + file,
                    e instanceof java.nio.file.NoSuchFileException
                            ? "no server has run with this data directory"
                            : String.valueOf(e.getMessage()),
                    "start one with: gantry up");
        }
        return Exit.DONE.code();
    }
}
