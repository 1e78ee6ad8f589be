package dev.gantry.controller.ecs.rollout;

/**
 * How many tasks there shall be.
 *
 * @param lower as many must be healthy
 * @param upper as many may exist, those that are still stopping included
 */
record Limits(int desired, int lower, int upper) {

    private static final long PERCENT = 100;

    /** Of a daemon, which is exchanged on so many percent of its nodes at the same time, and on one at least. */
    static Limits draining(int desired, double percent) {
        int batch = Math.max(1, (int) Math.floor(desired * percent / PERCENT));
        return new Limits(desired, Math.max(0, desired - batch), desired);
    }

    static Limits of(int desired, int minimumPercent, int maximumPercent) {
        long lower = Math.ceilDiv((long) desired * minimumPercent, PERCENT);
        long upper = (long) desired * maximumPercent / PERCENT;
        return new Limits(desired, Math.toIntExact(lower), Math.toIntExact(upper));
    }
}
