package dev.gantry.e2e.simulation;

import dev.gantry.agent.Fence;
import dev.gantry.agent.Leash;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What ends singletons on one machine, as the script beside the agent does: whatever became of the agent. */
final class SimLeash implements Leash {

    /** It looks twice a second. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private static final String GATES = "/gates/";

    private final SimNode node;

    /** Gates, by what is held. */
    private final Map<String, String> held = new TreeMap<>();

    private final Set<String> gates = new TreeSet<>();
    private final Set<String> asked = new TreeSet<>();
    private long askAt;
    private long killAt;
    private boolean pending;

    SimLeash(SimNode node) {
        this.node = node;
    }

    /** Times of an earlier boot are over; a reboot has ended what was held. */
    void reboot() {
        askAt = 0;
        killAt = 0;
        held.clear();
    }

    @Override
    public boolean isPossible() {
        return true;
    }

    @Override
    public void extend(long sentAt, Fence fence) {
        askAt = sentAt + fence.after().toNanos();
        killAt = askAt + fence.stop().toNanos();
        asked.clear();
    }

    @Override
    public String gate(String name) {
        gates.add(GATES + name);
        return GATES + name;
    }

    /** Whether an engine finds what it has to mount. */
    boolean isThere(String gate) {
        return gates.contains(gate);
    }

    @Override
    public boolean hold(String containerId, String name) {
        if (node.world().agenda().now() >= askAt) {
            gates.remove(GATES + name);
            return false;
        }
        held.put(containerId, gate(name));
        lookLater();
        return true;
    }

    @Override
    public void release(String containerId) {
        String gate = held.remove(containerId);
        if (gate != null) {
            gates.remove(gate);
        }
    }

    @Override
    public void retain(Set<String> containerIds) {
        Set<String> gone = new TreeSet<>(held.keySet());
        gone.removeAll(containerIds);
        gone.forEach(this::release);
    }

    private void lookLater() {
        if (!pending && !held.isEmpty()) {
            pending = true;
            long now = node.world().agenda().now();
            long due = now < askAt ? askAt : now < killAt ? killAt : now;
            node.world().agenda().after(Duration.ofNanos(due - now).plus(LOOK), this::look);
        }
    }

    private void look() {
        pending = false;
        long now = node.world().agenda().now();
        for (String container : List.copyOf(held.keySet())) {
            if (now >= killAt) {
                release(container);
                node.runtime().signalKill(container);
            } else if (now >= askAt && asked.add(container)) {
                node.runtime().signalTerminate(container);
            }
        }
        lookLater();
    }
}
