package dev.gantry.agent.docker;

import com.github.dockerjava.api.async.ResultCallback;
import dev.gantry.agent.engine.ContainerEngine.Patience;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One stream of the engine. The library's thread hands each item on, blocking; the caller waits for the end, or closes it. */
final class Feed<T> implements ResultCallback<T>, AutoCloseable {

    /** Takes an item. */
    interface Taker<T> {
        /** @return whether more is wanted */
        boolean take(T item) throws InterruptedException;
    }

    private final Taker<T> taker;
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicReference<@Nullable Closeable> stream = new AtomicReference<>();
    private final AtomicLong lastNanos = new AtomicLong(System.nanoTime());
    private volatile boolean closed;

    Feed(Taker<T> taker) {
        this.taker = taker;
    }

    @Override
    public void onStart(Closeable closeable) {
        stream.set(closeable);
        started.countDown();
        if (closed) {
            closeStream();
        }
    }

    @Override
    public void onNext(T item) {
        lastNanos.set(System.nanoTime());
        try {
            if (!closed && !taker.take(item)) {
                close();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    @Override
    public void onError(Throwable thrown) {
        if (!closed) {
            failure.compareAndSet(null, thrown);
        }
        onComplete();
    }

    @Override
    public void onComplete() {
        started.countDown();
        ended.countDown();
    }

    void awaitStart(String what, Duration deadline) throws InterruptedException {
        if (!started.await(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new EngineException(Kind.TIMEOUT, "the engine did not answer " + what + " within " + deadline);
        }
        check();
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
        check();
    }

    /** @return whether the end was reached in time */
    boolean awaitEnd(Duration deadline) throws InterruptedException {
        boolean reached = ended.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
        check();
        return reached;
    }

    /** Fails when nothing has come for so long, or the end takes too long. */
    void awaitEndWhileLively(String what, Patience patience) throws InterruptedException {
        long begunNanos = System.nanoTime();
        long leftNanos = patience.inactivity().toNanos();
        while (!ended.await(leftNanos, TimeUnit.NANOSECONDS)) {
            long nowNanos = System.nanoTime();
            leftNanos = patience.inactivity().toNanos() - (nowNanos - lastNanos.get());
            if (leftNanos <= 0) {
                throw new EngineException(Kind.TIMEOUT, what + " made no progress within " + patience.inactivity());
            }
            if (nowNanos - begunNanos > patience.total().toNanos()) {
                throw new EngineException(Kind.TIMEOUT, what + " took longer than " + patience.total());
            }
        }
        check();
    }

    private void check() {
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw Deadlines.translate(thrown instanceof IOException e ? new java.io.UncheckedIOException(e) : thrown);
        }
    }

    @Override
    public void close() {
        closed = true;
        closeStream();
        onComplete();
    }

    private void closeStream() {
        Closeable open = stream.get();
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                failure.compareAndSet(null, e);
            }
        }
    }
}
