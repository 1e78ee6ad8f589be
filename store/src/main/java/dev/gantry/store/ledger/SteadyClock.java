package dev.gantry.store.ledger;

import java.time.Instant;
import java.time.InstantSource;

/** Starts at the system's time and then only counts on, so that a clock that is set does not end leases. */
public final class SteadyClock implements InstantSource {

    private final Instant start = InstantSource.system().instant();
    private final long nanos = System.nanoTime();

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - nanos);
    }
}
