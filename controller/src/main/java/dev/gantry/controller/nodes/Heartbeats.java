package dev.gantry.controller.nodes;

import java.time.Instant;
import java.util.Optional;

/**
 * When nodes were last heard of by this controller. Heartbeats stay in memory; only their
 * consequences are stored.
 */
public interface Heartbeats {

    /** When the node last spoke; empty when this controller has not heard of it since it leads. */
    Optional<Instant> lastHeard(String nodeId);

    /**
     * Since when this controller leads without interruption, counted from its first confirmed
     * lease; {@link Instant#MAX} while it does not. What was heard before says nothing, because a
     * leader that paused has missed the rest.
     */
    Instant confirmedSince();
}
