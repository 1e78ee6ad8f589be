package dev.gantry.agent.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Network;
import dev.gantry.agent.engine.ContainerEngine.Bridge;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.engine.Labels;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The engine's networks of containers that are on its machine. */
final class Networks {

    private static final String INTERFACE = "com.docker.network.bridge.name";

    /** Newer engines keep other machines away from containers unless told otherwise; older ones do not know the option. */
    private static final Map<String, String> REACHABLE =
            Map.of("com.docker.network.bridge.gateway_mode_ipv4", "nat-unprotected");

    private final DockerClient commands;
    private final Duration timeout;
    private final String nodeId;

    Networks(DockerClient commands, Duration timeout, String nodeId) {
        this.commands = commands;
        this.timeout = timeout;
        this.nodeId = nodeId;
    }

    /** The one that containers are connected to unless they ask for another. */
    Optional<Bridge> bridge() throws InterruptedException {
        try {
            return Deadlines.call(
                    "inspect network",
                    timeout,
                    () -> bridge(
                            commands.inspectNetworkCmd().withNetworkId("bridge").exec()));
        } catch (EngineException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    void make(String name, Bridge wanted) throws InterruptedException {
        Optional<Bridge> there = Deadlines.call(
                "list networks",
                timeout,
                () -> commands.listNetworksCmd().withNameFilter(name).exec().stream()
                        .filter(one -> one.getName().equals(name))
                        .findFirst()
                        .flatMap(Networks::bridge));
        if (there.equals(Optional.of(wanted))) {
            return;
        }
        if (there.isPresent()) {
            throw new EngineException(
                    Kind.CONFLICT,
                    "the network " + name + " is " + there.get() + ", wanted " + wanted
                            + "; it can be made anew when it is removed");
        }
        String _ = Deadlines.call("create network", timeout, () -> create(name, wanted));
    }

    private String create(String name, Bridge wanted) {
        Map<String, String> options = new HashMap<>(REACHABLE);
        options.put(INTERFACE, wanted.name());
        return commands.createNetworkCmd()
                .withName(name)
                .withDriver("bridge")
                .withCheckDuplicate(true)
                .withIpam(new Network.Ipam()
                        .withConfig(new Network.Ipam.Config()
                                .withSubnet(wanted.subnet())
                                .withGateway(wanted.gateway())))
                .withOptions(options)
                .withLabels(Map.of(Labels.NODE, nodeId))
                .exec()
                .getId();
    }

    /** Empty for a network without an IPv4 address of the machine's own. */
    private static Optional<Bridge> bridge(Network network) {
        Map<String, String> options = Answers.orElse(network.getOptions(), Map.of());
        String name = options.getOrDefault(INTERFACE, "docker0");
        Network.Ipam ipam = network.getIpam();
        List<Network.Ipam.Config> configs = ipam == null ? List.of() : Answers.orElse(ipam.getConfig(), List.of());
        return configs.stream()
                .filter(config -> config.getGateway() != null && config.getSubnet() != null)
                .filter(config -> !config.getGateway().contains(":"))
                .map(config -> new Bridge(name, config.getGateway(), config.getSubnet()))
                .findFirst();
    }
}
