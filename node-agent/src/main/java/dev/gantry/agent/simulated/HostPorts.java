package dev.gantry.agent.simulated;

import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.Protocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The host ports of a machine that has none: each is had by one running container, as it would be, though nobody listens. */
final class HostPorts {

    private static final int DYNAMIC_FIRST = 32_768;
    private static final int DYNAMIC_LAST = 60_999;

    private record Port(Protocol protocol, int number) {}

    private final Set<Port> taken = new HashSet<>();
    private int next = DYNAMIC_FIRST;

    /** @throws EngineException as Docker has it, when another container has one of them; then none is taken */
    List<NetworkBinding> take(List<PortMapping> mappings) {
        List<NetworkBinding> bindings = new ArrayList<>();
        try {
            for (PortMapping mapping : mappings) {
                int[] range = range(mapping);
                for (int port = range[0]; port <= range[1]; port++) {
                    bindings.add(bind(mapping.getProtocol(), port, mapping.getHostPort()));
                }
            }
            return bindings;
        } catch (EngineException e) {
            giveBack(bindings);
            throw e;
        }
    }

    private static int[] range(PortMapping mapping) {
        if (mapping.getContainerPortRange().isEmpty()) {
            return new int[] {mapping.getContainerPort(), mapping.getContainerPort()};
        }
        String[] ends = mapping.getContainerPortRange().split("-", 2);
        return new int[] {Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])};
    }

    private NetworkBinding bind(Protocol protocol, int containerPort, int hostPort) {
        int number = hostPort > 0 ? hostPort : dynamic(protocol);
        if (!taken.add(new Port(protocol, number))) {
            throw new EngineException(Kind.FAILED, "Bind for 0.0.0.0:" + number + " failed: port is already allocated");
        }
        return NetworkBinding.newBuilder()
                .setBindIp("0.0.0.0")
                .setContainerPort(containerPort)
                .setHostPort(number)
                .setProtocol(protocol)
                .build();
    }

    private int dynamic(Protocol protocol) {
        for (int tried = DYNAMIC_FIRST; tried <= DYNAMIC_LAST; tried++) {
            int candidate = next;
            next = next == DYNAMIC_LAST ? DYNAMIC_FIRST : next + 1;
            if (!taken.contains(new Port(protocol, candidate))) {
                return candidate;
            }
        }
        throw new EngineException(Kind.FAILED, "all dynamic host ports are allocated");
    }

    void giveBack(List<NetworkBinding> bindings) {
        bindings.forEach(binding -> taken.remove(new Port(binding.getProtocol(), binding.getHostPort())));
    }
}
