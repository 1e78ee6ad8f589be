package dev.gantry.store;

import dev.gantry.store.memory.MemoryBackend;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** A backend in memory that can be out of reach. */
record UnsteadyBackend(MemoryBackend memory, AtomicBoolean answers) implements Backend {

    UnsteadyBackend(MemoryBackend memory) {
        this(memory, new AtomicBoolean(true));
    }

    void reachable(boolean reachable) {
        answers.set(reachable);
    }

    @Override
    public Contents read() {
        return reached().read();
    }

    @Override
    public Result commit(Request request) {
        return reached().commit(request);
    }

    @Override
    public AutoCloseable watch(long revision, Watcher watcher) {
        return reached().watch(revision, watcher);
    }

    @Override
    public Lease grant(Duration timeToLive) {
        return reached().grant(timeToLive);
    }

    @Override
    public boolean renew(Lease lease) {
        return reached().renew(lease);
    }

    @Override
    public void revoke(Lease lease) {
        reached().revoke(lease);
    }

    @Override
    public void compact(long revision) {
        reached().compact(revision);
    }

    @Override
    public void close() {
        memory.close();
    }

    private MemoryBackend reached() {
        if (!answers.get()) {
            throw new UnavailableException("out of reach");
        }
        return memory;
    }
}
