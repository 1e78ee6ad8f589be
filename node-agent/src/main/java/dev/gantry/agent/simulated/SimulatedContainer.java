package dev.gantry.agent.simulated;

import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.ObservedContainer.State;
import dev.gantry.proto.Health;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.NetworkMode;
import java.util.List;

/** One container of a simulated engine, which guards it: nothing in here is called without the engine's lock. */
final class SimulatedContainer {

    private final String id;
    private final Creation creation;
    private State state = State.CREATED;
    private Program program = Program.SERVER;
    private int runs;
    private int exitCode;
    private boolean outOfMemory;
    private long startedAtMs;
    private long finishedAtMs;
    private List<NetworkBinding> bindings = List.of();
    private List<String> addresses = List.of();

    SimulatedContainer(String id, Creation creation) {
        this.id = id;
        this.creation = creation;
    }

    String id() {
        return id;
    }

    Creation creation() {
        return creation;
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    /** Whether this is the run that it is in. */
    boolean isIn(int run) {
        return isRunning() && runs == run;
    }

    int run() {
        return runs;
    }

    Program program() {
        return program;
    }

    List<NetworkBinding> bindings() {
        return bindings;
    }

    List<String> addresses() {
        return addresses;
    }

    long startedAtMs() {
        return startedAtMs;
    }

    /** Whether it has a place of its own on a network, and not that of another container or the machine. */
    boolean isConnected() {
        boolean isOff = creation.network() == NetworkMode.HOST || creation.network() == NetworkMode.NONE;
        return creation.sandbox().isEmpty() && !isOff;
    }

    void begin(Program what, List<NetworkBinding> ports, List<String> places, long nowMs) {
        state = State.RUNNING;
        program = what;
        runs++;
        // Two starts within one millisecond are two runs.
        startedAtMs = Math.max(startedAtMs + 1, nowMs);
        bindings = List.copyOf(ports);
        addresses = List.copyOf(places);
    }

    void end(int code, boolean memory, long nowMs) {
        state = State.EXITED;
        exitCode = code;
        outOfMemory = memory;
        finishedAtMs = nowMs;
        bindings = List.of();
        addresses = List.of();
    }

    private String label(String name) {
        return creation.labels().getOrDefault(name, "");
    }

    EngineEvent changed(EngineEvent.Change change) {
        return new EngineEvent.Changed(id, label(Labels.WORKLOAD), label(Labels.CONTAINER), change);
    }

    Listing listing() {
        return new Listing(id, label(Labels.WORKLOAD), label(Labels.CONTAINER), state);
    }

    Sighting sighting(String imageId) {
        // Nobody can ask it; and who tests with it waits for nothing else.
        Health health = isRunning() && creation.spec().hasHealthCheck() ? Health.HEALTHY : Health.HEALTH_UNKNOWN;
        return new Sighting(
                label(Labels.WORKLOAD),
                new ObservedContainer(
                        id,
                        label(Labels.CONTAINER),
                        state,
                        exitCode,
                        outOfMemory,
                        "",
                        startedAtMs,
                        finishedAtMs,
                        health,
                        imageId,
                        bindings,
                        addresses),
                0);
    }
}
