package dev.gantry.cli.command;

import dev.gantry.cli.client.ClientFile;
import dev.gantry.cli.client.Settings;
import dev.gantry.cli.terminal.Console;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the API is: options of every command that talks to it. */
final class ClientOptions {

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Use the endpoint and key in DIR/client.json, whatever the environment says; default"
                    + " GANTRY_DATA_DIR, or /var/lib/gantry for root and ~/.local/share/gantry for others.")
    private @Nullable Path dataDirectory;

    @Option(names = "--endpoint", paramLabel = "URL", description = "Endpoint of the API (AWS_ENDPOINT_URL).")
    private @Nullable String endpoint;

    @Option(names = "--region", paramLabel = "NAME", description = "Region (AWS_REGION).")
    private @Nullable String region;

    @Option(
            names = {"--cluster", "-n"},
            paramLabel = "NAME",
            description = "Cluster (GANTRY_CLUSTER; otherwise the server's default).")
    private @Nullable String cluster;

    Settings settings(Console console) {
        return Settings.resolve(flags(), console.environment(), console.isRoot());
    }

    /** For new shells: of the server on this machine if there is one, rather than of this shell's environment. */
    Settings freshSettings(Console console) {
        return Settings.fresh(flags(), console.environment(), console.isRoot());
    }

    /** Where the data of the server on this machine lies. */
    Path dataDirectory(Console console) {
        return dataDirectory != null
                ? dataDirectory
                : ClientFile.defaultDataDirectory(console.environment(), console.isRoot());
    }

    /** By which the Kubernetes API of the same server is found. */
    Path kubeConfig(Console console) {
        return Settings.kubeConfig(flags(), console.environment(), console.isRoot());
    }

    private Settings.Flags flags() {
        return new Settings.Flags(dataDirectory, endpoint, region, cluster);
    }

    Api connect(Console console) {
        return Api.of(settings(console), console.clock());
    }
}
