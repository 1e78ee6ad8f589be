package dev.gantry.link;

import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes to a stream, blocking while the other side is slow, so that nothing piles up on this one. Safe for several
 * threads, which gRPC's own observer is not.
 */
public final class Outgoing<T> {

    private final CallStreamObserver<? super T> stream;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean over;

    /** @param patience how long one message may wait for the other side to read */
    public Outgoing(CallStreamObserver<? super T> stream, Duration patience) {
        this.stream = stream;
        this.patience = patience;
    }

    /**
     * Sends a message once the other side has room for it.
     *
     * @return false when the stream is over, or the other side did not read in time
     */
    public boolean send(T message) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = patience.toNanos();
            while (!over && !stream.isReady()) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            if (over) {
                return false;
            }
            stream.onNext(message);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Called by the stream whenever there may be room again. */
    public void ready() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream in good order; the second end does nothing. */
    public void complete() {
        end(stream::onCompleted);
    }

    /** Ends the stream with an error; the second end does nothing. */
    public void fail(Status status) {
        end(() -> stream.onError(status.asRuntimeException()));
    }

    /** The other side ended the stream: whoever waits to send returns. */
    public void ended() {
        end(() -> {});
    }

    private void end(Runnable goodbye) {
        lock.lock();
        try {
            if (!over) {
                over = true;
                goodbye.run();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
