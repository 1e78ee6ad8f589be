package dev.gantry.controller.ecs;

import dev.gantry.store.Commit;
import dev.gantry.store.Lease;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import java.time.Duration;
import java.util.function.Supplier;

/** A store at which something else happens right before a commit. */
record InterruptedStore(Store store, Supplier<Runnable> meanwhile) implements Store {

    @Override
    public Commit commit(Transaction transaction) throws InterruptedException {
        meanwhile.get().run();
        return store.commit(transaction);
    }

    @Override
    public Snapshot snapshot() {
        return store.snapshot();
    }

    @Override
    public Snapshot snapshotAt(long revision) throws InterruptedException {
        return store.snapshotAt(revision);
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
