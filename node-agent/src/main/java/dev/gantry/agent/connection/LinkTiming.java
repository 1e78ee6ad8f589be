package dev.gantry.agent.connection;

import java.time.Duration;

/**
 * How an agent waits.
 *
 * @param backOffMin    first pause after a connection failed; doubles with every failure
 * @param backOffMax    the longest pause
 * @param silenceMax    without an acknowledged heartbeat for so long, another connection is tried
 * @param writePatience how long one message may wait for the controller to read
 */
public record LinkTiming(Duration backOffMin, Duration backOffMax, Duration silenceMax, Duration writePatience) {

    public static final LinkTiming DEFAULT = new LinkTiming(
            Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(15));

    /**
     * The pause after so many failures in a row.
     *
     * @param chance 0 to 1: spreads agents that lost the same controller
     */
    public Duration pause(int failures, double chance) {
        int doublings = Math.min(Math.max(failures - 1, 0), 20);
        long longest = Math.min(backOffMax.toMillis(), backOffMin.toMillis() << doublings);
        return Duration.ofMillis((long) (longest * (0.5 + chance / 2)));
    }
}
