package dev.gantry.cli.servers;

import java.nio.file.Path;
import java.util.HashMap;
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
 * @param simulation    nodes without an engine in place of one with it; null for one with it
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
        int ingressHttpsPort,
        @Nullable SimulationOptions simulation) {

    /** The same for a simulated node, which placement constraints can tell from others. */
    public AgentOptions asSimulated(String other) {
        Map<String, String> known = new HashMap<>(attributes);
        known.put("gantry.simulated", "true");
        return new AgentOptions(
                dataDirectory,
                join,
                docker,
                other,
                cluster,
                Map.copyOf(known),
                hostPaths,
                permissions,
                ingressHttpPort,
                ingressHttpsPort,
                simulation);
    }

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
