package dev.gantry.controller.http;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Collects one body on the event loop, and counts it into what all bodies together may take. */
final class BodyReader {

    private final EdgeLimits limits;
    private final AtomicLong bodiesBytes;
    private Buffer collected = Buffer.buffer();
    // Counted here as well, because a body may be released by the event loop or by the thread that handled it.
    private final AtomicLong counted = new AtomicLong();

    BodyReader(EdgeLimits limits, AtomicLong bodiesBytes) {
        this.limits = limits;
        this.bodiesBytes = bodiesBytes;
    }

    Optional<Refusal> add(Buffer more) {
        if (collected.length() + more.length() > limits.sizes().body()) {
            return Optional.of(Refusal.BODY_TOO_LARGE);
        }
        counted.addAndGet(more.length());
        if (bodiesBytes.addAndGet(more.length()) > limits.sizes().bodies()) {
            return Optional.of(Refusal.OVERLOADED);
        }
        collected.appendBuffer(more);
        return Optional.empty();
    }

    Body body() {
        Body body = Body.of(collected.getBytes());
        collected = Buffer.buffer();
        return body;
    }

    void release() {
        bodiesBytes.addAndGet(-counted.getAndSet(0));
    }
}
