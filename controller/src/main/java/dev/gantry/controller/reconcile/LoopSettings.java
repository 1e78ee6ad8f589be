package dev.gantry.controller.reconcile;

import java.time.Duration;

/**
 * How one loop runs.
 *
 * @param workers passes at the same time, each for another key
 * @param queueMax keys that wait at the same time; what does not fit is found again by a resync
 * @param resync how often every key is looked at although nothing changed
 * @param backOff after a failure
 * @param conflictsAtOnce conflicts in a row that are decided again without waiting
 */
public record LoopSettings(int workers, int queueMax, Duration resync, BackOff backOff, int conflictsAtOnce) {

    public static LoopSettings defaults() {
        BackOff backOff = new BackOff(Duration.ofMillis(50), Duration.ofSeconds(30));
        return new LoopSettings(4, 1_000_000, Duration.ofMinutes(5), backOff, 8);
    }

    public LoopSettings withWorkers(int workers) {
        return new LoopSettings(workers, queueMax, resync, backOff, conflictsAtOnce);
    }
}
