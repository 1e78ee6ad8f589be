package dev.gantry.cli.command;

import dev.gantry.cli.client.ClientFile;
import dev.gantry.cli.servers.ServerOptions;
import dev.gantry.cli.servers.ServerOptions.Auth;
import dev.gantry.cli.servers.StoreChoice;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Durations;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.controller.kube.registry.Clusters;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that run a controller. */
final class ServerFlags {

    private static final int KUBE_PORT_DISTANCE = 6443 - 4566;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Keys, certificates and the embedded store; default GANTRY_DATA_DIR, or /var/lib/gantry for"
                    + " root and ~/.local/share/gantry for others.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Default ${DEFAULT-VALUE}; off loopback the API speaks TLS.")
    private String listen = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "4566",
            description = "Of the API; default ${DEFAULT-VALUE}, 0 for any.")
    private int port;

    @Option(
            names = "--agent-port",
            paramLabel = "PORT",
            defaultValue = "4567",
            description = "Of the agents; default ${DEFAULT-VALUE}, 0 for any.")
    private int agentPort;

    @Option(
            names = "--kube-port",
            paramLabel = "PORT",
            description = "Of the Kubernetes API; default 6443, or as far from --port as that is from 4566.")
    private @Nullable Integer kubePort;

    @Option(
            names = "--advertise",
            paramLabel = "HOST",
            description = "How agents and other controllers reach this one.")
    private @Nullable String advertise;

    @Option(
            names = "--requests-per-second",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many each client address may make of each API, in bursts of twice as many; more are"
                    + " refused (ThrottlingException, 429). Default ${DEFAULT-VALUE}: as many as it likes.")
    private int requestsPerSecond;

    @Option(
            names = "--store",
            paramLabel = "embedded|etcd|etcd=URL[,URL]",
            defaultValue = "embedded",
            description = "Where the state lives; default ${DEFAULT-VALUE}.")
    private String store = "embedded";

    @Option(
            names = "--auth",
            paramLabel = "sigv4|none",
            defaultValue = "sigv4",
            description = "Whether requests must be signed; default ${DEFAULT-VALUE}.")
    private Auth auth = Auth.sigv4;

    @Option(
            names = "--region",
            paramLabel = "NAME",
            defaultValue = "us-east-1",
            description = "Default ${DEFAULT-VALUE}.")
    private String region = "us-east-1";

    @Option(
            names = "--account",
            paramLabel = "DIGITS",
            defaultValue = "000000000000",
            description = "Default ${DEFAULT-VALUE}.")
    private String account = "000000000000";

    @Option(names = "--root-access-key", paramLabel = "ID", description = "Generated on first start when left out.")
    private @Nullable String rootAccessKey;

    @Option(names = "--root-secret-key-file", paramLabel = "FILE", description = "Secret of --root-access-key.")
    private @Nullable Path rootSecretKeyFile;

    @Option(
            names = {"--cluster", "-n"},
            paramLabel = "NAME",
            defaultValue = "default",
            description = "Cluster of nodes and requests that name none.")
    private String cluster = "default";

    @Option(
            names = "--kube-clusters",
            paramLabel = "NAME",
            split = ",",
            description = "Clusters of the Kubernetes API that there shall be beside `default`; none is ever removed.")
    private List<String> kubeClusters = List.of();

    @Option(
            names = "--allow-reset",
            description = "Serve POST /_gantry/reset, which empties everything (for test suites).")
    private boolean allowReset;

    @Option(
            names = "--cluster-key-file",
            paramLabel = "FILE",
            description = "The first controller's cluster.key, for one more controller.")
    private @Nullable Path clusterKeyFile;

    @Option(
            names = "--settle",
            paramLabel = "TIME",
            defaultValue = "40s",
            description =
                    "How long a task without a health check must run to count as healthy; default ${DEFAULT-VALUE}.")
    private String settle = "40s";

    @Option(
            names = "--unreachable-after",
            paramLabel = "TIME",
            defaultValue = "15s",
            description = "Silence after which a node is shown as not connected; default ${DEFAULT-VALUE}.")
    private String unreachableAfter = "15s";

    @Option(
            names = "--lost-after",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "Silence after which a node's tasks are replaced; default ${DEFAULT-VALUE}.")
    private String lostAfter = "30s";

    @Option(
            names = "--history",
            paramLabel = "TIME",
            defaultValue = "7d",
            description = "How long stopped tasks are kept; default ${DEFAULT-VALUE}.")
    private String history = "7d";

    ServerOptions options(Console console) {
        check(port >= 0 && port <= 65_535, "--port " + port, "a port is 0 to 65535");
        check(agentPort >= 0 && agentPort <= 65_535, "--agent-port " + agentPort, "a port is 0 to 65535");
        int kube = kubePort();
        check(kube >= 0 && kube <= 65_535, "--kube-port " + kube, "a port is 0 to 65535");
        check(requestsPerSecond >= 0, "--requests-per-second " + requestsPerSecond, "0 or more are possible");
        check(account.matches("\\d{12}"), "--account " + account, "an account is twelve digits");
        check(cluster.matches("[A-Za-z0-9_-]{1,255}"), "--cluster " + cluster, "letters, digits, _ and - are allowed");
        kubeClusters.forEach(name -> check(
                Clusters.isName(name),
                "--kube-clusters " + name,
                "a name has 1 to 63 of a to z, 0 to 9 and -, and neither begins nor ends with -"));
        check(
                (rootAccessKey == null) == (rootSecretKeyFile == null),
                "half of a root key",
                "--root-access-key and --root-secret-key-file belong together");
        return new ServerOptions(
                dataDirectory(console),
                listen,
                port,
                agentPort,
                kube,
                advertise,
                requestsPerSecond,
                StoreChoice.parse(store),
                auth,
                region,
                account,
                rootAccessKey,
                rootSecretKeyFile,
                cluster,
                List.copyOf(kubeClusters),
                allowReset,
                clusterKeyFile == null ? null : clusterKeyFile.toAbsolutePath().normalize(),
                new ServerOptions.Timing(
                        Durations.parse(settle),
                        Durations.parse(unreachableAfter),
                        Durations.parse(lostAfter),
                        Durations.parse(history)));
    }

    Path dataDirectory(Console console) {
        Path directory = dataDirectory != null
                ? dataDirectory
                : ClientFile.defaultDataDirectory(console.environment(), console.isRoot());
        return directory.toAbsolutePath().normalize();
    }

    /** Two servers on one machine differ in --port, and so do their other ports. */
    private int kubePort() {
        if (kubePort != null) {
            return kubePort;
        }
        return port == 0 ? 0 : port + KUBE_PORT_DISTANCE;
    }

    String cluster() {
        return cluster;
    }

    private static void check(boolean right, String what, String why) {
        if (!right) {
            throw new Failure(Exit.INVALID, "cannot use " + what, why, "see gantry up --help");
        }
    }
}
