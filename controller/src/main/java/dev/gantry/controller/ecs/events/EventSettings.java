package dev.gantry.controller.ecs.events;

import java.time.Duration;

/**
 * How the stream is kept.
 *
 * @param linger   from what happened to its event, in which more may come to share a write
 * @param keptFor  how long an event stays
 * @param keptMax  events that stay, about
 * @param batchMax events that are told in one write, about
 */
public record EventSettings(Duration linger, Duration keptFor, long keptMax, int batchMax) {

    private static final Duration DAY = Duration.ofDays(1);

    /**
     * A day and a hundred thousand events, which are some megabytes.
     *
     * @param history how long the tasks are kept from which events are drawn
     */
    public static EventSettings within(Duration history) {
        return new EventSettings(Duration.ofMillis(200), history.compareTo(DAY) < 0 ? history : DAY, 100_000, 4_000);
    }
}
