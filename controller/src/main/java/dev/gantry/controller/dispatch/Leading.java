package dev.gantry.controller.dispatch;

import dev.gantry.proto.Leader;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Optional;

/** Whether this controller decides, as dispatch needs to know it. */
public interface Leading {

    /** Whether it leads at {@code now} by its own confirmed, unexpired lease. */
    boolean confirmed(Instant now);

    /** The record that every commit of a leader is guarded by; empty while this controller does not lead. */
    Optional<Versioned<Leader>> guard();

    /** When this controller's present time as a leader was first confirmed; what was heard before does not count. */
    Instant confirmedSince();

    /** Where agents shall connect instead, {@code host:port}; empty when nobody is known to lead. */
    Optional<String> leaderAgentAddress();
}
