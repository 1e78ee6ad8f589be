package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Chance that follows from a seed: SplitMix64, whose neighbouring seeds have nothing in common. */
final class Dice {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1.0p-53;

    private long state;

    Dice(long seed) {
        this.state = seed;
    }

    long next() {
        state += GOLDEN;
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** Dice of their own for one actor, so that what others roll does not change what it rolls. */
    Dice split() {
        return new Dice(next());
    }

    int below(int bound) {
        return (int) Long.remainderUnsigned(next(), bound);
    }

    /** 0 to 1. */
    double fraction() {
        return (next() >>> 11) * UNIT;
    }

    boolean happens(double probability) {
        return fraction() < probability;
    }

    Duration between(Duration least, Duration most) {
        return least.plusNanos((long) (fraction() * most.minus(least).toNanos()));
    }

    Duration millis(long least, long most) {
        return between(Duration.ofMillis(least), Duration.ofMillis(most));
    }

    <T> T of(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    /** 32 hexadecimal digits. */
    String id() {
        return String.format(Locale.ROOT, "%016x%016x", next(), next());
    }
}
