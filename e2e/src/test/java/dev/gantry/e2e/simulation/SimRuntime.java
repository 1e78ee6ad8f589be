package dev.gantry.e2e.simulation;

import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.ObservedContainer.State;
import dev.gantry.proto.Health;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One node's container engine: it outlives the agent, and a reboot ends what runs but keeps what was created. */
final class SimRuntime {

    private static final int KILLED = 137;

    private final TreeMap<String, Container> byName = new TreeMap<>();
    private long ids;
    private Consumer<Container> died = container -> {};

    /** One container; its name follows from the workload. */
    static final class Container {
        private final String id;
        private final String workload;
        private final String container;
        private State state = State.CREATED;
        private int exitCode;
        private long startedAtMs;
        private long finishedAtMs;

        private Container(String id, String workload, String container) {
            this.id = id;
            this.workload = workload;
            this.container = container;
        }

        String id() {
            return id;
        }

        String workload() {
            return workload;
        }

        String container() {
            return container;
        }

        boolean isRunning() {
            return state == State.RUNNING;
        }

        ObservedContainer seen() {
            return new ObservedContainer(
                    id,
                    container,
                    state,
                    exitCode,
                    false,
                    "",
                    startedAtMs,
                    finishedAtMs,
                    Health.HEALTH_UNKNOWN,
                    "sha256:0",
                    List.of(),
                    List.of());
        }
    }

    /** Whoever listens hears of containers that end. */
    void onDeath(Consumer<Container> listener) {
        died = listener;
    }

    /** Creates it, or answers with the one that has this name already. */
    Container create(String workload, String container) {
        return byName.computeIfAbsent(workload + "/" + container, _ -> new Container("c" + ++ids, workload, container));
    }

    /** Whether this call started it. */
    boolean start(Container container, long nowMs) {
        if (container.state != State.CREATED) {
            return false;
        }
        container.state = State.RUNNING;
        container.startedAtMs = nowMs;
        return true;
    }

    void exit(Container container, int code, long nowMs) {
        if (container.isRunning()) {
            container.state = State.EXITED;
            container.exitCode = code;
            container.finishedAtMs = nowMs;
            died.accept(container);
        }
    }

    void remove(String id) {
        byName.values().removeIf(container -> container.id.equals(id) && !container.isRunning());
    }

    Optional<Container> find(String workload, String container) {
        return Optional.ofNullable(byName.get(workload + "/" + container));
    }

    Optional<Container> byId(String id) {
        return byName.values().stream()
                .filter(container -> container.id.equals(id))
                .findFirst();
    }

    Collection<Container> all() {
        return List.copyOf(byName.values());
    }

    List<Container> running() {
        return byName.values().stream().filter(Container::isRunning).toList();
    }

    void reboot(long nowMs) {
        for (Container container : byName.values()) {
            if (container.isRunning()) {
                container.state = State.EXITED;
                container.exitCode = KILLED;
                container.finishedAtMs = nowMs;
            }
        }
    }
}
