package dev.gantry.controller.leadership;

import java.time.Duration;

/**
 * How a controller gets and keeps the lead.
 *
 * @param timeToLive of the lease
 * @param renewEvery while leading
 * @param drift by how much clocks may disagree within one time to live; taken off what a renewal is
 *     worth
 * @param retry before another try after a failure, and at most as long again by chance
 * @param exclusive whether nobody else can be using the store, as with an embedded one: then a
 *     record that is there is left over from an earlier process and is replaced without waiting for
 *     its lease to end
 */
public record LeadershipSettings(
        Duration timeToLive, Duration renewEvery, Duration drift, Duration retry, boolean exclusive) {

    public LeadershipSettings {
        if (renewEvery.plus(drift).compareTo(timeToLive) >= 0) {
            throw new IllegalArgumentException(
                    "a lease of " + timeToLive + " ends before its renewal after " + renewEvery);
        }
    }

    public static LeadershipSettings defaults() {
        return new LeadershipSettings(
                Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ofMillis(500), false);
    }

    public LeadershipSettings exclusively() {
        return new LeadershipSettings(timeToLive, renewEvery, drift, retry, true);
    }
}
