package dev.gantry.agent.engine;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.NetworkMode;
import java.util.List;
import java.util.Map;

/**
 * A container to create: its specification, and what only this node knows.
 *
 * @param name the container's name for the engine
 * @param network of the workload
 * @param sandbox the engine's name of the container whose network and IPC namespaces this one joins; empty for none
 * @param limits what the engine shall enforce
 * @param links "engine name:alias"
 * @param volumesFrom "engine name" or "engine name:ro"
 * @param logOptions complete, with bounds
 * @param dynamicPorts range for host ports of the node's choice; empty for the engine's
 * @param bridge the engine's network that it is connected to in the mode BRIDGE; empty for the engine's default
 * @param gate a file of the machine without which the engine cannot start it; empty for none
 */
public record Creation(
        String name,
        ContainerSpec spec,
        NetworkMode network,
        String pidMode,
        String ipcMode,
        String sandbox,
        Limits limits,
        Map<String, String> labels,
        List<Bind> binds,
        List<String> links,
        List<String> volumesFrom,
        String logDriver,
        Map<String, String> logOptions,
        String dynamicPorts,
        String bridge,
        String gate) {

    /** The same on a network. */
    public Creation on(String name) {
        return with(name, gate);
    }

    /** The same behind a gate. */
    public Creation behind(String path) {
        return with(bridge, path);
    }

    private Creation with(String otherBridge, String otherGate) {
        return new Creation(
                name,
                spec,
                network,
                pidMode,
                ipcMode,
                sandbox,
                limits,
                labels,
                binds,
                links,
                volumesFrom,
                logDriver,
                logOptions,
                dynamicPorts,
                otherBridge,
                otherGate);
    }

    /**
     * @param source a path of the machine, resolved, or the name of a volume
     * @param asItIs a new volume stays empty instead of taking what the image has there
     */
    public record Bind(String source, String target, boolean readOnly, boolean asItIs) {
        public Bind(String source, String target, boolean readOnly) {
            this(source, target, readOnly, false);
        }
    }

    /**
     * @param cgroupParent empty for the engine's own
     * @param memoryBytes 0 for none
     * @param cpuUnits hard limit, 1024 per core; 0 for none
     */
    public record Limits(String cgroupParent, long memoryBytes, long cpuUnits) {}
}
