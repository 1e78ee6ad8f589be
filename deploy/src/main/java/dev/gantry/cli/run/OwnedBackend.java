package dev.gantry.cli.run;

import dev.gantry.store.Backend;
import dev.gantry.store.Lease;
import java.time.Duration;

/** A backend whose server was started for it, and ends with it. */
record OwnedBackend(Backend backend, EtcdChild server) implements Backend {

    @Override
    public Contents read() throws InterruptedException {
        return backend.read();
    }

    @Override
    public Result commit(Request request) throws InterruptedException {
        return backend.commit(request);
    }

    @Override
    public AutoCloseable watch(long revision, Watcher watcher) {
        return backend.watch(revision, watcher);
    }

    @Override
    public Lease grant(Duration timeToLive) throws InterruptedException {
        return backend.grant(timeToLive);
    }

    @Override
    public boolean renew(Lease lease) throws InterruptedException {
        return backend.renew(lease);
    }

    @Override
    public void revoke(Lease lease) throws InterruptedException {
        backend.revoke(lease);
    }

    @Override
    public void compact(long revision) throws InterruptedException {
        backend.compact(revision);
    }

    @Override
    public void close() {
        backend.close();
        server.close();
    }
}
