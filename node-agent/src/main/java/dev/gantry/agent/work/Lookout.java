package dev.gantry.agent.work;

import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.EngineException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the engine's event stream open. Events are lost while it is closed, so each new one begins with a complete list. */
final class Lookout implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
    private static final int QUEUE_MAX = 10_000;
    private static final Duration RETRY_MIN = Duration.ofMillis(250);
    private static final Duration RETRY_MAX = Duration.ofSeconds(10);

    /** Takes events one by one. */
    interface Listener {
        void on(EngineEvent event) throws InterruptedException;
    }

    private final ContainerEngine engine;
    private final Listener listener;
    private final BlockingQueue<EngineEvent> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread watching;
    private final Thread handling;
    private volatile boolean missed;
    private volatile boolean closed;

    private Lookout(ContainerEngine engine, Listener listener) {
        this.engine = engine;
        this.listener = listener;
        this.watching = Thread.ofVirtual().name("engine-events").unstarted(this::watch);
        this.handling = Thread.ofVirtual().name("engine-events-handler").unstarted(this::handle);
    }

    static Lookout begin(ContainerEngine engine, Listener listener) {
        Lookout lookout = new Lookout(engine, listener);
        lookout.watching.start();
        lookout.handling.start();
        return lookout;
    }

    private void watch() {
        Duration retry = RETRY_MIN;
        try {
            while (!closed) {
                long fromNanos = System.nanoTime();
                try {
                    engine.events(this::enqueue);
                    LOG.info("The engine's event stream ended");
                } catch (EngineException e) {
                    LOG.warn("No events from the engine: {}", e.text());
                }
                boolean lasted = System.nanoTime() - fromNanos > RETRY_MAX.toNanos();
                retry = lasted ? RETRY_MIN : min(retry.multipliedBy(2), RETRY_MAX);
                Thread.sleep(retry);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private void enqueue(EngineEvent event) {
        if (!queue.offer(event)) {
            missed = true;
        }
    }

    private void handle() {
        try {
            while (!closed) {
                EngineEvent event = queue.poll(30, TimeUnit.SECONDS);
                if (missed && queue.isEmpty()) {
                    missed = false;
                    handle(new EngineEvent.Connected());
                }
                if (event != null) {
                    handle(event);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(EngineEvent event) throws InterruptedException {
        try {
            listener.on(event);
        } catch (EngineException e) {
            LOG.warn("Cannot look after {}: {}", event, e.text());
            if (event instanceof EngineEvent.Connected) {
                Thread.sleep(RETRY_MIN);
                enqueue(event);
            }
        } catch (RuntimeException e) {
            LOG.error("Handling {} failed", event, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        watching.interrupt();
        handling.interrupt();
    }
}
