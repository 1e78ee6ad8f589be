package dev.gantry.cli.servers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a controller needs to know.
 *
 * @param dataDirectory     keys, certificates, the embedded store, {@code client.json}
 * @param listen            address of the API, for example {@code 127.0.0.1}; off loopback it speaks TLS
 * @param port              of the API; 0 lets the kernel choose
 * @param agentPort         of the agents' port; 0 lets the kernel choose
 * @param kubePort          of the Kubernetes API; 0 lets the kernel choose
 * @param advertise         host name or address that agents and other controllers reach this one by; null: found out
 * @param requestsPerSecond that each client address may make of each API; 0 for any number
 * @param account           twelve digits
 * @param rootAccessKey     null: generated on first start
 * @param rootSecretKeyFile file whose first line is the secret of {@code rootAccessKey}; null: generated
 * @param cluster           that nodes join and requests mean when they name none
 * @param kubeClusters      of the Kubernetes API, that there shall be beside {@code default}
 * @param allowReset        serves {@code POST /_gantry/reset}, which empties everything
 * @param clusterKeyFile    the first controller's cluster key; null: in the data directory
 */
public record ServerOptions(
        Path dataDirectory,
        String listen,
        int port,
        int agentPort,
        int kubePort,
        @Nullable String advertise,
        int requestsPerSecond,
        StoreChoice store,
        Auth auth,
        String region,
        String account,
        @Nullable String rootAccessKey,
        @Nullable Path rootSecretKeyFile,
        String cluster,
        List<String> kubeClusters,
        boolean allowReset,
        @Nullable Path clusterKeyFile,
        Timing timing) {

    /**
     * What takes how long.
     *
     * @param settle           how long a task without a health check must run until it counts as healthy
     * @param unreachableAfter silence after which a node is shown as not connected
     * @param lostAfter        silence after which its tasks are replaced
     * @param history          how long stopped tasks are kept
     */
    public record Timing(Duration settle, Duration unreachableAfter, Duration lostAfter, Duration history) {}

    /** Whether requests must be signed. */
    public enum Auth {
        sigv4,
        none
    }
}
