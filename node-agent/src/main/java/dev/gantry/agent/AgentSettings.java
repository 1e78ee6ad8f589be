package dev.gantry.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a node's owner decides. Everything has a safe default but the identity of the node.
 *
 * @param nodeId separates this node's containers from those of others on the same engine
 * @param dataDirectory where the agent keeps its journal; never given to a container
 */
public record AgentSettings(
        String nodeId,
        String nodeName,
        String cluster,
        String agentVersion,
        Path dataDirectory,
        Engine engine,
        Images images,
        Times times,
        Allowed allowed,
        Machine machine,
        IngressDoors ingress) {

    /**
     * How the engine is reached and how long it may take.
     *
     * @param host "unix:///path" or "tcp://host:port"
     * @param parallelStarts containers that are created and started at the same time
     */
    public record Engine(
            String host, int parallelStarts, Duration callTimeout, Duration createTimeout, Duration startTimeout) {
        public static final Engine DEFAULT = new Engine(
                "unix:///var/run/docker.sock", 8, Duration.ofSeconds(30), Duration.ofMinutes(4), Duration.ofMinutes(3));

        public Engine withHost(String changed) {
            return new Engine(changed, parallelStarts, callTimeout, createTimeout, startTimeout);
        }
    }

    /** Meaning of the values as of ECS_IMAGE_PULL_BEHAVIOR. */
    public enum PullBehavior {
        /** Ask the registry; when that fails, the local image serves. A local image of no registry serves at once. */
        DEFAULT,
        /** The registry's answer or none. */
        ALWAYS,
        /** Ask the registry once in the life of this agent, then as PREFER_CACHED. */
        ONCE,
        /** The registry is asked only for what is not present. */
        PREFER_CACHED,
        /** No registry is ever asked. */
        NEVER;

        /** From the value of ECS_IMAGE_PULL_BEHAVIOR: default, always, once, prefer-cached. */
        public static PullBehavior of(String value) {
            return valueOf(value.strip().toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /**
     * How images come and go.
     *
     * @param inactivityTimeout a pull without progress for this long has failed
     * @param fallbackAfter the same when a local image can serve instead
     * @param registryRetry after a failure the registry of an image that is present is not asked again for this long
     * @param cleanupInterval between two rounds of removing unused images; zero for never
     * @param minimumAge since its last use before an image is removed
     * @param removedPerRound at most
     */
    public record Images(
            PullBehavior behavior,
            Duration pullTimeout,
            Duration inactivityTimeout,
            Duration fallbackAfter,
            Duration registryRetry,
            Duration cleanupInterval,
            Duration minimumAge,
            int removedPerRound) {
        public static final Images DEFAULT = new Images(
                PullBehavior.DEFAULT,
                Duration.ofHours(2),
                Duration.ofMinutes(1),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Duration.ofMinutes(30),
                Duration.ofHours(1),
                5);
    }

    /**
     * @param stopTimeout between SIGTERM and SIGKILL for containers that name none
     * @param cleanupWait from a container's exit to its removal
     */
    public record Times(Duration stopTimeout, Duration cleanupWait) {
        public static final Times DEFAULT = new Times(Duration.ofSeconds(30), Duration.ofHours(3));
    }

    /**
     * What a task may have of the machine.
     *
     * @param privileged privileged containers, and security options that weaken isolation
     * @param hostNamespaces the machine's process and IPC namespaces
     * @param hostRoot the machine's root directory as a host path, and with it everything that is never given away otherwise
     * @param hostPaths directories under which host paths may lie; none allows no host path
     * @param capabilities that may be added, without "CAP_"
     * @param devices paths of the machine
     * @param logDrivers that containers may name
     * @param volumeDrivers that volumes may name
     * @param volumeTypes values of the local volume driver's option "type"
     */
    public record Allowed(
            boolean privileged,
            boolean hostNamespaces,
            boolean hostRoot,
            Set<Path> hostPaths,
            Set<String> capabilities,
            Set<String> devices,
            Set<String> logDrivers,
            Set<String> volumeDrivers,
            Set<String> volumeTypes) {

        /** Capabilities that Docker gives by default, and the one that Fargate lets a task add. */
        public static final Set<String> CAPABILITIES_DEFAULT = Set.of(
                "AUDIT_WRITE",
                "CHOWN",
                "DAC_OVERRIDE",
                "FOWNER",
                "FSETID",
                "KILL",
                "MKNOD",
                "NET_BIND_SERVICE",
                "NET_RAW",
                "SETFCAP",
                "SETGID",
                "SETPCAP",
                "SETUID",
                "SYS_CHROOT",
                "SYS_PTRACE");

        public static final Allowed DEFAULT = new Allowed(
                false,
                false,
                false,
                Set.of(),
                CAPABILITIES_DEFAULT,
                Set.of(),
                Set.of("json-file", "local", "journald", "none"),
                Set.of("local"),
                Set.of("tmpfs"));

        public Allowed withPrivileged(boolean changed) {
            return new Allowed(
                    changed,
                    hostNamespaces,
                    hostRoot,
                    hostPaths,
                    capabilities,
                    devices,
                    logDrivers,
                    volumeDrivers,
                    volumeTypes);
        }

        public Allowed withHostNamespaces(boolean changed) {
            return new Allowed(
                    privileged,
                    changed,
                    hostRoot,
                    hostPaths,
                    capabilities,
                    devices,
                    logDrivers,
                    volumeDrivers,
                    volumeTypes);
        }

        public Allowed withHostRoot(boolean changed) {
            return new Allowed(
                    privileged,
                    hostNamespaces,
                    changed,
                    hostPaths,
                    capabilities,
                    devices,
                    logDrivers,
                    volumeDrivers,
                    volumeTypes);
        }

        public Allowed withHostPaths(Set<Path> changed) {
            return new Allowed(
                    privileged,
                    hostNamespaces,
                    hostRoot,
                    changed,
                    capabilities,
                    devices,
                    logDrivers,
                    volumeDrivers,
                    volumeTypes);
        }
    }

    /**
     * What the machine tells of itself beyond what can be measured.
     *
     * @param reservedMemoryBytes withheld from tasks
     * @param attributes the operator's own
     * @param addresses at which host ports are reached; empty to find them out
     * @param dynamicPorts range of host ports for those who leave the choice to the node, "32768-60999"; empty for the engine's choice
     */
    public record Machine(
            String availabilityZone,
            String instanceType,
            long reservedMemoryBytes,
            Set<Integer> reservedTcpPorts,
            Set<Integer> reservedUdpPorts,
            Map<String, String> attributes,
            List<String> addresses,
            String dynamicPorts) {
        public static final Machine DEFAULT =
                new Machine("local-a", "", 0, Set.of(22, 2375, 2376, 51678, 51679), Set.of(), Map.of(), List.of(), "");

        public Machine withAvailabilityZone(String changed) {
            return new Machine(
                    changed,
                    instanceType,
                    reservedMemoryBytes,
                    reservedTcpPorts,
                    reservedUdpPorts,
                    attributes,
                    addresses,
                    dynamicPorts);
        }

        public Machine withAttributes(Map<String, String> changed) {
            return new Machine(
                    availabilityZone,
                    instanceType,
                    reservedMemoryBytes,
                    reservedTcpPorts,
                    reservedUdpPorts,
                    changed,
                    addresses,
                    dynamicPorts);
        }

        public Machine withReservedTcpPorts(Set<Integer> changed) {
            return new Machine(
                    availabilityZone,
                    instanceType,
                    reservedMemoryBytes,
                    changed,
                    reservedUdpPorts,
                    attributes,
                    addresses,
                    dynamicPorts);
        }
    }

    /**
     * Where requests for ingresses are taken, once there is one.
     *
     * @param httpPort 0 for nowhere
     * @param httpsPort 0 for nowhere
     */
    public record IngressDoors(int httpPort, int httpsPort) {
        public static final IngressDoors DEFAULT = new IngressDoors(80, 443);
    }

    /** Safe defaults for everything but the node's identity. */
    public static AgentSettings of(String nodeId, String nodeName, Path dataDirectory) {
        return new AgentSettings(
                nodeId,
                nodeName,
                "default",
                "0.1.0",
                dataDirectory,
                Engine.DEFAULT,
                Images.DEFAULT,
                Times.DEFAULT,
                Allowed.DEFAULT,
                Machine.DEFAULT,
                IngressDoors.DEFAULT);
    }

    public AgentSettings withEngine(Engine changed) {
        return new AgentSettings(
                nodeId,
                nodeName,
                cluster,
                agentVersion,
                dataDirectory,
                changed,
                images,
                times,
                allowed,
                machine,
                ingress);
    }

    public AgentSettings withTimes(Times changed) {
        return new AgentSettings(
                nodeId,
                nodeName,
                cluster,
                agentVersion,
                dataDirectory,
                engine,
                images,
                changed,
                allowed,
                machine,
                ingress);
    }
}
