package dev.gantry.controller.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often each client address may ask: a token bucket for each, as AWS has them for its APIs (ECS API reference,
 * "Request throttling"). Thread-safe.
 */
final class Rates {

    /** So much is let through at once after a pause, in seconds of the rate. */
    private static final int BURST_SECONDS = 2;

    /** Who has not asked for longest is forgotten first, and with that may ask anew: only those who ask seldom gain by it. */
    private static final int ADDRESSES_MAX = 4_096;

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final LongSupplier nanos;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > ADDRESSES_MAX;
        }
    };

    private record Bucket(double tokens, long atNanos) {}

    /** @param perSecond that an address may make; 0 for as many as it likes */
    Rates(int perSecond, LongSupplier nanos) {
        this.perSecond = perSecond;
        this.nanos = nanos;
    }

    /** Whether the address may make one more request now; if so, that is counted. */
    boolean admits(String address) {
        if (perSecond == 0) {
            return true;
        }
        double most = (double) perSecond * BURST_SECONDS;
        synchronized (buckets) {
            long now = nanos.getAsLong();
            Bucket before = buckets.getOrDefault(address, new Bucket(most, now));
            double tokens = Math.min(most, before.tokens() + (now - before.atNanos()) / NANOS * perSecond);
            boolean admitted = tokens >= 1;
            buckets.put(address, new Bucket(admitted ? tokens - 1 : tokens, now));
            return admitted;
        }
    }
}
