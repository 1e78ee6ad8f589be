package dev.gantry.cli.servers;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an agent needs to know.
 *
 * @param dataDirectory the node's key and certificate
 * @param join          how to join for the first time; null when the node has joined before, or with {@code up}
 * @param docker        engine to use, for example {@code unix:///var/run/docker.sock}; null: DOCKER_HOST or the default
 * @param name          of the node; null: the host's name
 * @param cluster       that the node serves
 * @param attributes    custom attributes for placement constraints
 * @param hostPaths     host folders that tasks may mount; nothing else of the host is given to them
 * @param permissions   what else of the host they may have
 * @param ingressHttpPort where requests for ingresses are taken once there is one; 0 for nowhere
 * @param ingressHttpsPort the same with TLS
 */
public record AgentOptions(
        Path dataDirectory,
        @Nullable Join join,
        @Nullable String docker,
        @Nullable String name,
        String cluster,
        Map<String, String> attributes,
        List<Path> hostPaths,
        Permissions permissions,
        int ingressHttpPort,
        int ingressHttpsPort) {

    /**
     * What takes the border between containers and their host away.
     *
     * @param hostNamespaces of processes and IPC objects
     * @param hostRoot       the host's root directory
     */
    public record Permissions(boolean privileged, boolean hostNamespaces, boolean hostRoot) {
        public static final Permissions NONE = new Permissions(false, false, false);
    }
}
