package dev.gantry.cli.run;

import dev.gantry.agent.connection.HostPort;
import dev.gantry.agent.connection.Invitation;
import dev.gantry.agent.run.DockerGround;
import dev.gantry.agent.run.Ground;
import dev.gantry.agent.run.NodeAgent;
import dev.gantry.agent.run.SimulatedGround;
import dev.gantry.agent.simulated.Addresses;
import dev.gantry.agent.simulated.Simulation;
import dev.gantry.cli.servers.AgentOptions;
import dev.gantry.cli.servers.SimulationOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The nodes of this process: the machine itself, or simulated ones, each with a directory of its own. */
final class Nodes {

    private static final String SIMULATED = "simulated";

    private final AgentOptions options;
    private final List<HostPort> controllers;
    private final List<Integer> ownPorts;
    private final List<Node> all;

    private record Node(Path directory, AgentOptions options, Ground ground) {}

    /**
     * @param directory of the machine's node; those of simulated ones are beside it
     * @param ownPorts  that this process listens on itself, never given to tasks
     */
    Nodes(AgentOptions options, Path directory, List<HostPort> controllers, List<Integer> ownPorts) {
        this.options = options;
        this.controllers = controllers;
        this.ownPorts = ownPorts;
        SimulationOptions simulation = options.simulation();
        this.all =
                simulation == null ? List.of(new Node(directory, options, new DockerGround())) : simulated(simulation);
    }

    private List<Node> simulated(SimulationOptions said) {
        Simulation simulation = new Simulation(
                said.cpus(), said.memoryMib() << 20, said.startMin(), said.startMax(), said.failureRate(), said.seed());
        Addresses addresses = new Addresses();
        return IntStream.range(0, said.count())
                .mapToObj(index -> new Node(
                        options.dataDirectory().resolve(SIMULATED).resolve(String.valueOf(index + 1)),
                        options.asSimulated(Optional.ofNullable(options.name()).orElse(SIMULATED) + "-" + (index + 1)),
                        new SimulatedGround(simulation.ofNode(index), addresses)))
                .toList();
    }

    /** Gives up being the nodes that are gone. */
    void leave(Predicate<String> isGone) throws IOException {
        for (Node node : all) {
            if (NodeAgent.joinedAs(node.directory()).filter(isGone).isPresent()) {
                NodeAgent.leave(node.directory());
            }
        }
    }

    /** How many have not joined yet. */
    int missing() {
        return Math.toIntExact(all.stream()
                .filter(node -> !NodeAgent.hasJoined(node.directory()))
                .count());
    }

    /**
     * Starts them one after the other.
     *
     * @param invitation for those who have not joined yet
     */
    List<NodeAgent> start(Optional<Invitation> invitation, Running running) throws IOException, InterruptedException {
        List<NodeAgent> started = new ArrayList<>();
        for (Node node : all) {
            started.add(running.own(NodeAgent.start(
                    node.directory(),
                    NodeAgent.hasJoined(node.directory()) ? Optional.empty() : invitation,
                    controllers,
                    id -> NodeOptions.settings(node.options(), id, node.directory(), ownPorts),
                    node.ground())));
        }
        return started;
    }
}
