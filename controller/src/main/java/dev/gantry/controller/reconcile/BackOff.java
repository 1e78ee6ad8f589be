package dev.gantry.controller.reconcile;

import java.time.Duration;

/**
 * How long to wait after failures in a row: doubles from {@code first} to {@code most}, of which up
 * to half is taken off by chance so that those who failed together do not come back together.
 */
public record BackOff(Duration first, Duration most) {

    private static final int DOUBLINGS_MAX = 30;

    /**
     * @param failures in a row, at least 1
     * @param chance 0 to 1
     */
    public Duration after(int failures, double chance) {
        long doubled = first.toMillis() << Math.clamp(failures - 1L, 0, DOUBLINGS_MAX);
        long capped = Math.min(doubled, most.toMillis());
        return Duration.ofMillis(Math.round(capped * (1 - chance / 2)));
    }
}
