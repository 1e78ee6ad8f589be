package dev.gantry.controller.ssm;

import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was sent and is not acknowledged yet. The plugin passes over what comes before it is ready for it, and says so by silence: so the oldest
 * message is sent again and again until it is acknowledged. Who sends more waits while too much is under way.
 */
final class Outbox implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Outbox.class);
    private static final int MESSAGES_MAX = 64;
    private static final Duration AGAIN = Duration.ofMillis(250);
    /** A person may have stopped the output on its terminal. */
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private record Sent(long number, byte[] bytes) {}

    private final Socket socket;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Sent> unacknowledged = new ArrayDeque<>();
    private final Thread thread;

    Outbox(Socket socket) {
        this.socket = socket;
        this.thread = Thread.ofVirtual().name("session-resend").start(this::sendAgain);
    }

    /** Sends it now, and again until it is acknowledged. Numbers are sent in order, by one thread. */
    void send(ClientMessage message) throws InterruptedException, ClientGoneException {
        byte[] bytes = message.bytes();
        lock.lock();
        try {
            long left = PATIENCE.toNanos();
            while (unacknowledged.size() >= MESSAGES_MAX) {
                if (left <= 0) {
                    throw new ClientGoneException("the client has acknowledged nothing for " + PATIENCE);
                }
                left = changed.awaitNanos(left);
            }
            unacknowledged.add(new Sent(message.number(), bytes));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        socket.sendBinary(bytes);
    }

    void acknowledged(long number) {
        lock.lock();
        try {
            if (unacknowledged.removeIf(sent -> sent.number() == number)) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether everything was acknowledged within a time. */
    boolean awaitEmpty(Duration within) throws InterruptedException {
        lock.lock();
        try {
            long left = within.toNanos();
            while (!unacknowledged.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return unacknowledged.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void sendAgain() {
        try {
            while (true) {
                socket.sendBinary(overdue());
            }
        } catch (InterruptedException _) {
            log.debug("nothing is to be sent again");
        } catch (ClientGoneException e) {
            log.debug("a session ends: {}", e.getMessage());
        }
    }

    /** Waits until the same message has been the oldest for long enough. */
    private byte[] overdue() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                Sent oldest = unacknowledged.peek();
                if (oldest == null) {
                    changed.await();
                    continue;
                }
                long left = AGAIN.toNanos();
                while (left > 0 && oldest.equals(unacknowledged.peek())) {
                    left = changed.awaitNanos(left);
                }
                if (oldest.equals(unacknowledged.peek())) {
                    return oldest.bytes();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(AGAIN);
    }
}
