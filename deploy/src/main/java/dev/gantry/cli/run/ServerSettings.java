package dev.gantry.cli.run;

import dev.gantry.cli.servers.ServerOptions;
import dev.gantry.cli.servers.StoreChoice;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.controller.ControllerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the command line says, in the controller's words. */
final class ServerSettings {

    private ServerSettings() {}

    static ControllerSettings of(ServerOptions options) {
        boolean exclusive = !(options.store() instanceof StoreChoice.EtcdCluster);
        return new ControllerSettings(
                options.dataDirectory(),
                new ControllerSettings.Listening(
                        options.listen(),
                        options.port(),
                        options.agentPort(),
                        options.kubePort(),
                        Optional.ofNullable(options.advertise()),
                        options.requestsPerSecond()),
                new ControllerSettings.Access(
                        options.auth() == ServerOptions.Auth.sigv4,
                        options.region(),
                        options.account(),
                        Optional.ofNullable(options.rootAccessKey()),
                        secret(options.rootSecretKeyFile()),
                        Optional.ofNullable(options.clusterKeyFile())),
                new ControllerSettings.Timing(
                        options.timing().settle(),
                        options.timing().unreachableAfter(),
                        options.timing().lostAfter(),
                        options.timing().history(),
                        exclusive),
                options.cluster(),
                options.kubeClusters(),
                options.allowReset());
    }

    private static Optional<String> secret(@Nullable Path file) {
        if (file == null) {
            return Optional.empty();
        }
        try {
            return Files.readString(file).lines().findFirst().map(String::strip).filter(line -> !line.isEmpty());
        } catch (IOException e) {
            throw new Failure(
                    Exit.INVALID,
                    "cannot read the root secret key",
                    file + ": " + e.getMessage(),
                    "name a file whose first line is the secret");
        }
    }
}
