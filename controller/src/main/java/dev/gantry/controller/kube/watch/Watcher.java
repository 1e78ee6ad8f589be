package dev.gantry.controller.kube.watch;

import dev.gantry.controller.kube.document.ObjectName;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One who watches. It is dropped when it falls behind by more than its queue holds. */
public final class Watcher implements AutoCloseable {

    private static final int QUEUE_MAX = 4096;

    /** What the queue brings. */
    public sealed interface Item {
        record Happened(ObjectEvent event) implements Item {}

        /** Nothing happened for a while; everything up to the revision was told. */
        record Quiet(long revision) implements Item {}

        /** It fell behind, or the server stops: watch again. */
        record Dropped() implements Item {}
    }

    private final ObjectName within;
    private final LinkedBlockingQueue<ObjectEvent> queue = new LinkedBlockingQueue<>();
    private final Runnable leave;
    private volatile long told;
    private volatile boolean dropped;

    Watcher(ObjectName within, long since, java.util.function.Consumer<Watcher> leave) {
        this.within = within;
        this.told = since;
        this.leave = () -> leave.accept(this);
    }

    /** Waits for the next event. */
    public Item next(Duration atMost) throws InterruptedException {
        long before = told;
        ObjectEvent event = queue.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (event != null) {
            return new Item.Happened(event);
        }
        return dropped ? new Item.Dropped() : new Item.Quiet(before);
    }

    @Override
    public void close() {
        leave.run();
    }

    /** Never waits: a watcher that does not read must not hold up the others. */
    void offer(ObjectEvent event) {
        if (dropped || !isMeant(event)) {
            return;
        }
        if (queue.size() >= QUEUE_MAX) {
            drop();
        } else {
            queue.add(event);
        }
    }

    /** All events up to the revision were offered. */
    void reached(long revision) {
        told = Math.max(told, revision);
    }

    void drop() {
        dropped = true;
    }

    private boolean isMeant(ObjectEvent event) {
        ObjectName name = event.name();
        return event.revision() > told
                && name.resource().equals(within.resource())
                && name.cluster().equals(within.cluster())
                && (within.namespace().isEmpty() || within.namespace().equals(name.namespace()));
    }
}
