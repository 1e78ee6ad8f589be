package dev.gantry.agent;

import java.util.Set;

/**
 * Ends containers that must not run twice once this node has heard no leader for too long, because by then a controller may
 * have replaced them. Works whatever becomes of the agent: one that hangs cannot end anything.
 */
public interface Leash {

    /** Of a machine where nothing can be held: what must be held does not start. */
    Leash NONE = new Leash() {
        @Override
        public boolean isPossible() {
            return false;
        }

        @Override
        public void extend(long sentAt, Fence fence) {}

        @Override
        public String gate(String name) {
            return "";
        }

        @Override
        public boolean hold(String containerId, String name) {
            return false;
        }

        @Override
        public void release(String containerId) {}

        @Override
        public void retain(Set<String> containerIds) {}
    };

    /** Whether containers can be held on this machine. */
    boolean isPossible();

    /**
     * A leader acknowledged a heartbeat: what is held may run for the fence's time after it was sent.
     *
     * @param sentAt nanoseconds of the clock that the link lives by
     */
    void extend(long sentAt, Fence fence);

    /**
     * A file that is there until the leash has run out, for a container that is to be created. An engine that was asked to start
     * it before, by an agent that stood still in between, finds the file missing and does not.
     *
     * @param name the container's for the engine
     * @return its path on this machine; empty where nothing can be held
     * @throws java.io.UncheckedIOException if it cannot be made
     */
    String gate(String name);

    /**
     * Holds a container from before its start.
     *
     * @param containerId the engine's
     * @param name        that of its gate
     * @return whether it may start; it may not when the leash has run out
     * @throws java.io.UncheckedIOException if that cannot be kept
     */
    boolean hold(String containerId, String name);

    /** The container is gone. */
    void release(String containerId);

    /** Of all containers only these are there. */
    void retain(Set<String> containerIds);
}
