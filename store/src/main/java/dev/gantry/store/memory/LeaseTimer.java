package dev.gantry.store.memory;

import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a {@link MemoryBackend} what time it is, in real time, until closed. */
public final class LeaseTimer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseTimer.class);

    private final Thread thread;

    public LeaseTimer(MemoryBackend backend, InstantSource clock, Duration step) {
        this.thread = Thread.ofVirtual().name("lease-timer").start(() -> {
            try {
                while (true) {
                    Thread.sleep(step);
                    backend.expire(clock.instant());
                }
            } catch (InterruptedException e) {
                LOG.debug("leases no longer end");
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
