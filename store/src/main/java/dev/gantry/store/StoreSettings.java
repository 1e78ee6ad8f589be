package dev.gantry.store;

import java.time.Duration;

/**
 * How an {@link ImageStore} waits and what it may hold.
 *
 * @param deadline      how long {@link Store#snapshotAt} waits for an image
 * @param retryFirst    the first pause when the backend cannot be read; doubles with every failure
 * @param retryMax      the longest pause
 * @param inboxBytesMax changes that were heard and are not in an image yet; beyond it everything is read anew
 * @param threaded      whether a thread of the store follows the backend; otherwise {@link ImageStore#catchUp} does
 */
public record StoreSettings(
        Duration deadline, Duration retryFirst, Duration retryMax, long inboxBytesMax, boolean threaded) {

    public static StoreSettings defaults() {
        return new StoreSettings(Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofSeconds(5), 64 << 20, true);
    }

    /** For a single-threaded simulation: images move only when {@link ImageStore#catchUp} is called. */
    public static StoreSettings byHand() {
        StoreSettings defaults = defaults();
        return new StoreSettings(
                defaults.deadline, defaults.retryFirst, defaults.retryMax, defaults.inboxBytesMax, false);
    }

    public StoreSettings withDeadline(Duration longest) {
        return new StoreSettings(longest, retryFirst, retryMax, inboxBytesMax, threaded);
    }
}
