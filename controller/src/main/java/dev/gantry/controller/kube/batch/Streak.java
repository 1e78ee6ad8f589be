package dev.gantry.controller.kube.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Failures in a row, after which the next pod waits longer and longer. */
record Streak(int failures, Instant last) {

    private static final Duration BACKOFF = Duration.ofSeconds(10);
    private static final Duration BACKOFF_MAX = Duration.ofMinutes(10);
    private static final int DOUBLINGS_MAX = 6;

    /** Until when the next pod waits; empty when it does not. */
    Optional<Instant> pause(Instant now) {
        if (failures == 0) {
            return Optional.empty();
        }
        Duration wait = BACKOFF.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
        Duration least = wait.compareTo(BACKOFF_MAX) < 0 ? wait : BACKOFF_MAX;
        // A failure that is to come has another clock than this one: nobody waits for that to come about.
        boolean isToCome = last.isAfter(now.plus(least));
        return Optional.of(last.plus(least)).filter(until -> now.isBefore(until) && !isToCome);
    }
}
