package dev.gantry.e2e.simulation;

import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Lease;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import java.time.Duration;

/** A store whose images are up to date when asked for: who would wait for one in real time finds it there. */
record FreshStore(ImageStore store) implements Store {

    @Override
    public Snapshot snapshot() {
        try {
            store.catchUp();
        } catch (InterruptedException e) {
            throw new UnavailableException("interrupted", e);
        }
        return store.snapshot();
    }

    @Override
    public Snapshot snapshotAt(long revision) throws InterruptedException {
        return store.snapshotAt(revision);
    }

    @Override
    public Commit commit(Transaction transaction) throws InterruptedException {
        return store.commit(transaction);
    }

    @Override
    public Subscription subscribe(Listener listener) {
        return store.subscribe(listener);
    }

    @Override
    public Lease grant(Duration timeToLive) throws InterruptedException {
        return store.grant(timeToLive);
    }

    @Override
    public boolean renew(Lease lease) throws InterruptedException {
        return store.renew(lease);
    }

    @Override
    public void revoke(Lease lease) throws InterruptedException {
        store.revoke(lease);
    }

    @Override
    public boolean isConnected() {
        return store.isConnected();
    }

    @Override
    public void close() {
        store.close();
    }
}
