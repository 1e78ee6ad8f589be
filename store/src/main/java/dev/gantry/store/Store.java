package dev.gantry.store;

import java.time.Duration;
import java.util.List;

/** Read immutable snapshots; write guarded transactions. */
public interface Store extends AutoCloseable {

    /**
     * The newest image that has arrived here. It may be behind the store while that cannot be
     * reached.
     */
    Snapshot snapshot();

    /**
     * Waits for an image at least as new as {@code revision}, so that a caller reads its own
     * writes.
     *
     * @throws UnavailableException when it does not arrive within the store's deadline
     */
    Snapshot snapshotAt(long revision) throws InterruptedException;

    /**
     * Writes everything or nothing. An outcome that got lost on the way is found out before this
     * returns.
     *
     * @throws UnavailableException when the store cannot be reached within its deadline
     */
    Commit commit(Transaction transaction) throws InterruptedException;

    /**
     * Calls the listener for every image from now on, in order and without a gap. It must only
     * enqueue.
     */
    Subscription subscribe(Listener listener);

    /** A lease that ends {@code timeToLive} after its last renewal. */
    Lease grant(Duration timeToLive) throws InterruptedException;

    /** Whether the lease was still there and now counts from the time of this call. */
    boolean renew(Lease lease) throws InterruptedException;

    /** Ends a lease now; its records vanish. */
    void revoke(Lease lease) throws InterruptedException;

    /** Whether images are following the store at the moment. */
    boolean isConnected();

    @Override
    void close();

    /** Hears of each new image. */
    interface Listener {
        /**
         * {@code changes} is what leads from the image before to {@code image}, in the order of
         * revisions.
         */
        void changed(Snapshot image, List<Change<?>> changes);
    }

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
