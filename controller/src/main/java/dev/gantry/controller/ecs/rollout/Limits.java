package dev.gantry.controller.ecs.rollout;

/**
 * How many tasks there shall be.
 *
 * @param lower as many must be healthy
 * @param upper as many may exist, those that are still stopping included
 */
record Limits(int desired, int lower, int upper) {

    private static final long PERCENT = 100;

    static Limits of(int desired, int minimumPercent, int maximumPercent) {
        long lower = Math.ceilDiv((long) desired * minimumPercent, PERCENT);
        long upper = (long) desired * maximumPercent / PERCENT;
        return new Limits(desired, Math.toIntExact(lower), Math.toIntExact(upper));
    }
}
