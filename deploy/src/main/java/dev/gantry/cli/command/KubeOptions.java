package dev.gantry.cli.command;

import dev.gantry.cli.apply.Documents;
import dev.gantry.cli.client.KubeAccess;
import dev.gantry.cli.client.KubeClient;
import dev.gantry.cli.kube.KubeApplier;
import dev.gantry.cli.terminal.Console;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the Kubernetes API is: options of commands that take its documents. */
final class KubeOptions {

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "For documents of the Kubernetes API; default the server's own file in its data directory,"
                    + " or KUBECONFIG where the endpoint is another server's.")
    private @Nullable Path file;

    /** Empty when neither the documents nor what may have to be pruned needs a Kubernetes API: then it is not asked for either. */
    Optional<KubeApplier> applier(
            Documents documents, String applySet, boolean prune, boolean force, ClientOptions client, Console console)
            throws InterruptedException {
        Path named = file != null ? file : client.kubeConfig(console);
        boolean isThere = java.nio.file.Files.exists(named);
        if (documents.kubernetes().isEmpty() && !(prune && isThere)) {
            return Optional.empty();
        }
        return Optional.of(new KubeApplier(
                new KubeClient(KubeAccess.read(named)),
                new KubeApplier.Options(applySet, prune, force),
                warning -> console.note("warning: " + warning),
                console.clock()));
    }
}
