package dev.gantry.link;

import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads a stream, message by message, holding at most a window of messages that nobody has taken yet. */
public final class Incoming<T> {

    /** How many messages the other side may be ahead of the reader. */
    public static final int WINDOW = 8;

    // Bounded by the window, because the stream gives only what was asked for, plus the one end marker.
    private final BlockingQueue<Optional<T>> arrived = new LinkedBlockingQueue<>();
    private final CallStreamObserver<?> control;
    private volatile @Nullable Status failure;

    /** @param control the stream on which more is asked for; must not ask by itself */
    public Incoming(CallStreamObserver<?> control) {
        this.control = control;
    }

    /** Asks for the first window. */
    public void open() {
        control.request(WINDOW);
    }

    public void arrived(T message) {
        arrived.add(Optional.of(message));
    }

    /** The other side has said all it will say. */
    public void ended() {
        arrived.add(Optional.empty());
    }

    /** The stream broke. */
    public void failed(Status status) {
        failure = status;
        arrived.add(Optional.empty());
    }

    /** Waits for the next message; empty at the end of the stream. */
    public Optional<T> next() throws InterruptedException {
        Optional<T> next = arrived.take();
        if (next.isEmpty()) {
            // Whoever asks again is told the same.
            arrived.add(next);
        } else {
            control.request(1);
        }
        return next;
    }

    /** Why the stream broke; empty while it has not, and when it ended in good order. */
    public Optional<Status> failure() {
        return Optional.ofNullable(failure);
    }
}
