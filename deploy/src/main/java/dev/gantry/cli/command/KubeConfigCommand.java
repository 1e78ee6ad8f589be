package dev.gantry.cli.command;

import dev.gantry.cli.client.ClientFile;
import dev.gantry.cli.client.KubeAccess;
import dev.gantry.cli.client.KubeClient;
import dev.gantry.cli.client.KubeConfigFile;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.controller.kube.registry.Clusters;
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
            "  gantry kubeconfig > gantry.yaml && kubectl --kubeconfig gantry.yaml get nodes",
            "",
            "A server has further clusters when it is started with --kube-clusters NAME[,NAME]."
        })
final class KubeConfigCommand implements Callable<Integer> {

    private static final String FILE = "kubeconfig";

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the server keeps its files; default as for `gantry up`.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            defaultValue = Clusters.DEFAULT,
            description = "Of the Kubernetes API; default ${DEFAULT-VALUE}.")
    private String cluster = Clusters.DEFAULT;

    private final Console console;

    KubeConfigCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Path directory = dataDirectory != null
                ? dataDirectory
                : ClientFile.defaultDataDirectory(console.environment(), console.isRoot());
        Path file = directory.toAbsolutePath().normalize().resolve(FILE);
        try {
            String text = Files.readString(file);
            if (!cluster.equals(Clusters.DEFAULT)) {
                checkCluster(file);
                text = KubeConfigFile.of(cluster, text);
            }
            console.out().print(text);
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

    /** A file for a cluster that is not there would only say so later. */
    private void checkCluster(Path file) throws InterruptedException {
        boolean isThere = Clusters.isName(cluster)
                && new KubeClient(KubeAccess.read(file))
                        .find(KubeConfigFile.prefix(cluster) + "/version")
                        .isPresent();
        if (!isThere) {
            throw new Failure(
                    Exit.NOT_FOUND,
                    "there is no cluster \"" + cluster + "\"",
                    "the server has not been started with it",
                    "start the server with: --kube-clusters " + cluster);
        }
    }
}
