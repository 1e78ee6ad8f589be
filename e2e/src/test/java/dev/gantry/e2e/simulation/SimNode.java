package dev.gantry.e2e.simulation;

import dev.gantry.agent.connection.Obeyed;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Resources;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One machine: its engine, its disk, and the agent that may or may not be running. */
final class SimNode {

    static final long CPU = 2048;
    static final long MEMORY_BYTES = 2048L << 20;

    private final World world;
    private final String id;
    private final String zone;
    private final Dice dice;
    private final SimRuntime runtime = new SimRuntime();
    private final TreeMap<String, Kept> journal = new TreeMap<>();
    private Obeyed kept = Obeyed.NOTHING;
    private Optional<SimAgent> agent = Optional.empty();
    private boolean faulted;
    private int boots = 1;

    /** What the journal holds of one workload. */
    record Kept(Observation observed, Set<String> begun) {}

    SimNode(World world, int number, Dice dice) {
        this.world = world;
        this.dice = dice;
        this.id = "0".repeat(30) + "a" + number;
        this.zone = "zone-" + number % 2;
    }

    World world() {
        return world;
    }

    String id() {
        return id;
    }

    Dice dice() {
        return dice;
    }

    SimRuntime runtime() {
        return runtime;
    }

    /** Whether anything ever befell it, so that its tasks may have been lost. */
    boolean isFaulted() {
        return faulted;
    }

    void fault() {
        faulted = true;
    }

    NodeInfo describe() {
        return NodeInfo.newBuilder()
                .setName("host-" + id.charAt(31))
                .setCluster("default")
                .setAgentVersion("0.1.0")
                .setEngineVersion("20.10")
                .setBootId("boot-" + boots)
                .putAttributes("ecs.availability-zone", zone)
                .putAttributes("ecs.os-type", "linux")
                .putAttributes("ecs.cpu-architecture", "x86_64")
                .putAttributes("ecs.capability.container-ordering", "")
                .putAttributes("ecs.capability.container-restart-policy", "")
                .putAttributes("ecs.capability.container-health-check", "")
                .putAttributes("ecs.capability.full-sync", "")
                .putAttributes("ecs.capability.task-cpu-mem-limit", "")
                .setCapacity(Resources.newBuilder()
                        .setCpuUnits(CPU)
                        .setMemoryBytes(MEMORY_BYTES)
                        .addTcpPorts(22))
                .build();
    }

    // The disk.

    Obeyed kept() {
        return kept;
    }

    void keep(Obeyed obeyed) {
        world.oracle().obeys(this, kept, obeyed);
        kept = obeyed;
    }

    Optional<Kept> recall(String workload) {
        return Optional.ofNullable(journal.get(workload));
    }

    void remember(String workload, Observation observed) {
        Set<String> begun = recall(workload).map(Kept::begun).orElse(Set.of());
        journal.put(workload, new Kept(observed, begun));
    }

    void begin(String workload, String container) {
        Kept known = recall(workload).orElse(new Kept(Observation.getDefaultInstance(), Set.of()));
        Set<String> begun = new TreeSet<>(known.begun());
        begun.add(container);
        journal.put(workload, new Kept(known.observed(), begun));
    }

    void forget(String workload) {
        journal.remove(workload);
    }

    // The agent.

    Optional<SimAgent> agent() {
        return agent.filter(one -> !one.process().isKilled());
    }

    void startAgent() {
        if (agent().isEmpty()) {
            agent = Optional.of(new SimAgent(this));
        }
    }

    void crashAgent() {
        agent().ifPresent(SimAgent::kill);
        runtime.onDeath(container -> {});
    }

    void reboot() {
        crashAgent();
        boots++;
        runtime.reboot(world.millis());
    }
}
