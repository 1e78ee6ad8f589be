package dev.gantry.agent.metadata;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** How often an address may ask: as AWS's agent has it, 40 times a second, and 60 times at once. */
final class Rates {

    private static final double PER_NANO = 40 / 1e9;
    private static final double AT_ONCE = 60;
    /** When there are more, all begin anew: that many addresses do not ask at the same time. */
    private static final int ADDRESSES_MAX = 4096;

    private record Purse(double tokens, long atNanos) {}

    private final LongSupplier nanos;
    private final Map<String, Purse> purses = new HashMap<>();

    /** @param nanos a clock that never goes back */
    Rates(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized boolean admits(String address) {
        long now = nanos.getAsLong();
        if (purses.size() >= ADDRESSES_MAX && !purses.containsKey(address)) {
            purses.clear();
        }
        Purse before = purses.getOrDefault(address, new Purse(AT_ONCE, now));
        double tokens = Math.min(AT_ONCE, before.tokens() + (now - before.atNanos()) * PER_NANO);
        boolean admitted = tokens >= 1;
        purses.put(address, new Purse(admitted ? tokens - 1 : tokens, now));
        return admitted;
    }
}
