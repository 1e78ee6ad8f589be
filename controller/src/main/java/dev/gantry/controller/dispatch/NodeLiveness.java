package dev.gantry.controller.dispatch;

import java.time.Instant;
import java.util.Optional;

/** When nodes were last heard of. In memory only: a new leader knows nothing and waits. */
public interface NodeLiveness {

    /** When the node last sent a heartbeat that counts; empty when it has not since this controller leads. */
    Optional<Instant> lastHeard(String nodeId);

    /** Since when this controller listens as a confirmed leader. */
    Instant confirmedSince();
}
