package dev.gantry.store.etcd;

import dev.gantry.store.UnavailableException;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Makes calls and waits for their answers; repeats those that may be repeated until the deadline. */
final class Calls {

    private static final long PAUSE_FIRST_MILLIS = 10;
    private static final long PAUSE_MAX_MILLIS = 200;

    private final EtcdSettings settings;
    private final Failures failures;
    private volatile boolean reached = true;

    Calls(EtcdSettings settings, Failures failures) {
        this.settings = settings;
        this.failures = failures;
    }

    /** What the repetitions of one call share. */
    final class Attempts {

        private final String call;
        private final long endNanos = System.nanoTime() + settings.deadline().toNanos();
        private long pauseMillis = PAUSE_FIRST_MILLIS;
        private boolean unknown;

        Attempts(String call) {
            this.call = call;
        }

        /** Whether an earlier attempt may have been carried out though it was not answered. */
        boolean mayHaveHappened() {
            return unknown;
        }

        /** The answer of this attempt or of a later one. */
        <T> T answer(Supplier<CompletableFuture<T>> attempt) throws InterruptedException {
            while (true) {
                try {
                    T answer = once(attempt.get(), endNanos - System.nanoTime());
                    reached = true;
                    return answer;
                } catch (EtcdException e) {
                    if (!Failures.isPassing(e)) {
                        throw e;
                    }
                    unknown = true;
                    pause(e);
                }
            }
        }

        private void pause(EtcdException e) throws InterruptedException {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
            if (leftMillis <= pauseMillis) {
                reached = false;
                throw failures.unavailable(call, e);
            }
            Thread.sleep(Duration.ofMillis(pauseMillis));
            pauseMillis = Math.min(2 * pauseMillis, PAUSE_MAX_MILLIS);
        }
    }

    Attempts attempts(String call) {
        return new Attempts(call);
    }

    /** A call that may be repeated, and whose errors are not told apart. */
    <T> T repeat(String call, Supplier<CompletableFuture<T>> attempt) throws InterruptedException {
        try {
            return attempts(call).answer(attempt);
        } catch (EtcdException e) {
            throw failures.unavailable(call, e);
        }
    }

    boolean reached() {
        return reached;
    }

    void reached(boolean now) {
        reached = now;
    }

    private static <T> T once(CompletableFuture<T> answer, long nanos) throws InterruptedException {
        try {
            return answer.get(Math.max(nanos, 1), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw Failures.of(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw Failures.of(Status.DEADLINE_EXCEEDED
                    .withDescription("no answer in time")
                    .withCause(e)
                    .asRuntimeException());
        }
    }

    /** For those that must not go on. */
    UnavailableException gaveUp(String call, EtcdException e) {
        return failures.unavailable(call, e);
    }
}
