package dev.gantry.store;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Those who wait for a revision. Each is woken once, when it has come. */
final class Arrivals {

    private record Waiter(long revision, CountDownLatch latch) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::revision));
    private long arrived;

    void arrived(long revision) {
        lock.lock();
        try {
            arrived = revision;
            Waiter first = waiters.peek();
            while (first != null && first.revision() <= revision) {
                waiters.remove().latch().countDown();
                first = waiters.peek();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the revision came in time. */
    boolean await(long revision, Duration longest) throws InterruptedException {
        Waiter waiter = new Waiter(revision, new CountDownLatch(1));
        lock.lock();
        try {
            if (arrived >= revision) {
                return true;
            }
            waiters.add(waiter);
        } finally {
            lock.unlock();
        }
        try {
            return waiter.latch().await(longest.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            if (waiter.latch().getCount() > 0) {
                forget(waiter);
            }
        }
    }

    private void forget(Waiter waiter) {
        lock.lock();
        try {
            waiters.removeIf(other -> other.latch() == waiter.latch());
        } finally {
            lock.unlock();
        }
    }
}
