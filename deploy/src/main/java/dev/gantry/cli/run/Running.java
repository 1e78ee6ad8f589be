package dev.gantry.cli.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs in this process, from the first part to the signal that ends it. */
final class Running implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Running.class);
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(15);
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    Running() {
        // The hook keeps the process alive until the parts have stopped.
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "stop"));
    }

    synchronized <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    /** Waits for something that needs a moment after the start. */
    void awaitUntil(BooleanSupplier ready, String what) throws InterruptedException {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (!ready.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new dev.gantry.store.UnavailableException(
                        what + " did not happen within " + START_MAX.toSeconds() + " s");
            }
            if (stop.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    void awaitStop() throws InterruptedException {
        stop.await();
    }

    @Override
    public void close() {
        AutoCloseable part = next();
        while (part != null) {
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("{} did not stop cleanly", part, e);
            }
            part = next();
        }
        stopped.countDown();
    }

    private synchronized @org.jspecify.annotations.Nullable AutoCloseable next() {
        return parts.poll();
    }

    private void signalled() {
        stop.countDown();
        try {
            if (!stopped.await(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("not everything stopped within {} s", STOP_MAX.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
