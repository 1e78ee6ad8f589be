package dev.gantry.store.embedded;

import dev.gantry.store.ledger.SteadyClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Where the embedded store keeps its file and how much it may hold.
 *
 * @param directory    belongs to this store alone, is made when absent
 * @param deadline     how long a caller waits for the disk
 * @param queueMax     callers who may wait; more are refused after the deadline
 * @param historyMax   revisions kept in memory for watches
 * @param historyBytes bytes kept in memory for watches
 * @param clock        by which leases end
 */
public record EmbeddedSettings(
        Path directory, Duration deadline, int queueMax, int historyMax, long historyBytes, InstantSource clock) {

    public static EmbeddedSettings of(Path directory) {
        return new EmbeddedSettings(directory, Duration.ofSeconds(10), 4_096, 20_000, 64L << 20, new SteadyClock());
    }

    public EmbeddedSettings withClock(InstantSource other) {
        return new EmbeddedSettings(directory, deadline, queueMax, historyMax, historyBytes, other);
    }
}
