package dev.gantry.controller;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How one controller runs.
 *
 * @param dataDirectory for keys, certificates and the audit log; made if it is missing
 * @param cluster       the ECS cluster that requests mean when they name none
 * @param kubeClusters  of the Kubernetes API, that there shall be beside {@code default}
 * @param allowReset    whether everything may be emptied by a call
 */
public record ControllerSettings(
        Path dataDirectory,
        Listening listening,
        Access access,
        Timing timing,
        String cluster,
        List<String> kubeClusters,
        boolean allowReset) {

    /**
     * Where it is reached.
     *
     * @param address   of both ports, for example {@code 127.0.0.1}; off loopback the API speaks TLS
     * @param port      of the API; 0 for any free one
     * @param agentPort for agents; 0 for any free one
     * @param kubePort  of the Kubernetes API, which always speaks TLS; 0 for any free one
     * @param advertise host that others reach it by; empty to find out
     * @param requestsPerSecond that each client address may make of each API; 0 for any number
     */
    public record Listening(
            String address, int port, int agentPort, int kubePort, Optional<String> advertise, int requestsPerSecond) {}

    /**
     * Who may call.
     *
     * @param signed         whether signatures are checked
     * @param account        twelve digits
     * @param clusterKeyFile the cluster's key; in the data directory when empty, where the first start makes it
     */
    public record Access(
            boolean signed,
            String region,
            String account,
            Optional<String> rootAccessKey,
            Optional<String> rootSecretKey,
            Optional<Path> clusterKeyFile) {}

    /**
     * What takes how long.
     *
     * @param settle           how long a task without a health check must run until it counts as healthy
     * @param unreachableAfter silence after which a node is shown as not connected
     * @param lostAfter        silence after which its tasks are replaced
     * @param history          how long stopped tasks are kept
     * @param exclusiveStore   nobody else can be using the store, so that a lease left over need not end first
     */
    public record Timing(
            Duration settle, Duration unreachableAfter, Duration lostAfter, Duration history, boolean exclusiveStore) {

        public static Timing defaults() {
            return new Timing(
                    Duration.ofSeconds(40), Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofDays(7), true);
        }
    }
}
