package dev.gantry.store;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting for images. */
public final class Images {

    private Images() {}

    /**
     * Waits until the store shows something newer than an image that a conflict has proved to be old; gives the newest
     * there is when none came within {@code patience}.
     */
    public static Snapshot newerThan(Store store, Snapshot old, Duration patience) throws InterruptedException {
        if (store.snapshot().revision() > old.revision()) {
            return store.snapshot();
        }
        CountDownLatch arrived = new CountDownLatch(1);
        try (Store.Subscription _ = store.subscribe((image, changes) -> arrived.countDown())) {
            // An image that came before the subscription would not be told.
            if (store.snapshot().revision() <= old.revision()) {
                boolean _ = arrived.await(patience.toNanos(), TimeUnit.NANOSECONDS);
            }
            return store.snapshot();
        }
    }
}
