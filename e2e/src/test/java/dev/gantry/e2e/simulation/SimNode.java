package dev.gantry.e2e.simulation;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.gantry.agent.connection.Obeyed;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Resources;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One machine: its engine, its disk, and the agent that may or may not be running. */
final class SimNode {

    private static final Duration MOMENT = Duration.ofMillis(5);

    static final long CPU = 2048;
    static final long MEMORY_BYTES = 2048L << 20;

    private final World world;
    private final String id;
    private final String zone;
    private final Dice dice;
    private final SimRuntime runtime;
    private final SimLeash leash = new SimLeash(this);
    private final SimJournal journal = new SimJournal(this::isDiskFull);
    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix().toBuilder()
            .setAttributeViews("basic", "owner", "posix", "unix")
            .build());
    private final Set<String> ended = new TreeSet<>();
    private Obeyed kept = Obeyed.NOTHING;
    private long epochBefore;
    private Duration epochSince = Duration.ZERO;
    private Optional<SimAgent> agent = Optional.empty();
    private boolean faulted;
    private boolean engineDown;
    private boolean diskFull;
    private Duration skew = Duration.ZERO;
    private int boots = 1;

    SimNode(World world, int number, Dice dice) {
        this.world = world;
        this.dice = dice;
        this.id = "0".repeat(30) + "a" + number;
        this.zone = "zone-" + number % 2;
        this.runtime = new SimRuntime(new SimMachine(this, dice.split()), world.addresses());
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
                .addAddresses("10.0.0.1" + id.charAt(31))
                .putAttributes("ecs.availability-zone", zone)
                .putAttributes("ecs.os-type", "linux")
                .putAttributes("ecs.cpu-architecture", "x86_64")
                .putAttributes("ecs.capability.container-ordering", "")
                .putAttributes("ecs.capability.container-restart-policy", "")
                .putAttributes("ecs.capability.container-health-check", "")
                .putAttributes("ecs.capability.full-sync", "")
                .putAttributes("ecs.capability.task-cpu-mem-limit", "")
                .putAttributes("gantry.capability.leash", "")
                .setCapacity(Resources.newBuilder()
                        .setCpuUnits(CPU)
                        .setMemoryBytes(MEMORY_BYTES)
                        .addTcpPorts(22))
                .build();
    }

    // The machine.

    InstantSource clock() {
        return () -> World.START.plus(world.agenda().elapsed()).plus(skew);
    }

    void stepClock(Duration by) {
        skew = skew.plus(by);
    }

    boolean isEngineDown() {
        return engineDown;
    }

    /** The engine goes away, or comes back with its containers running, as with live-restore. */
    void engineDown(boolean down) {
        engineDown = down;
        if (down) {
            runtime.loseWatcher();
        }
    }

    boolean isDiskFull() {
        return diskFull;
    }

    void diskFull(boolean full) {
        diskFull = full;
    }

    SimLeash leash() {
        return leash;
    }

    // The disk.

    /** The agent's data directory. */
    Path disk() {
        return files.getPath("/gantry");
    }

    SimJournal journal() {
        return journal;
    }

    Obeyed kept() {
        return kept;
    }

    /** As production does: a set that cannot be kept is worse than none. */
    void keep(Obeyed obeyed) {
        world.oracle().obeys(this, kept, obeyed);
        if (obeyed.epoch() != kept.epoch()) {
            epochBefore = kept.epoch();
            epochSince = world.agenda().elapsed();
        }
        kept = diskFull ? Obeyed.NOTHING : obeyed;
    }

    /** The epoch in which what is done now was decided: threads take a moment from one to the other. */
    long epoch() {
        return world.agenda().elapsed().minus(epochSince).compareTo(MOMENT) < 0 ? epochBefore : kept.epoch();
    }

    /** What was reported of a workload of this node. */
    void reported(String workload, Observation observed) {
        if (observed.getPhase() == Phase.STOPPED) {
            ended.add(workload);
        }
    }

    boolean hasReportedStopped(String workload) {
        return ended.contains(workload);
    }

    // The agent.

    Optional<SimAgent> agent() {
        return agent.filter(one -> !one.process().isKilled());
    }

    void startAgent() throws InterruptedException {
        if (agent().isEmpty()) {
            agent = Optional.of(new SimAgent(this));
        }
    }

    void crashAgent() {
        agent().ifPresent(SimAgent::kill);
        runtime.loseWatcher();
    }

    void reboot() {
        crashAgent();
        boots++;
        runtime.reboot();
        leash.reboot();
        journal.losePower();
    }
}
