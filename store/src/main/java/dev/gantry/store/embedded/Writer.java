package dev.gantry.store.embedded;

import dev.gantry.store.UnavailableException;
import dev.gantry.store.ledger.Audience;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that touches the file. It takes everybody who waits, decides in their order, writes and syncs once,
 * answers them, and feeds the watchers. After a failed write it goes back to what the disk has.
 */
final class Writer implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

    private static final int BATCH_MAX = 1_024;

    /** How often leases and the file are looked after when there is nothing else to do. */
    private static final Duration IDLE = Duration.ofMillis(100);

    private static final Duration REOPEN_PAUSE = Duration.ofSeconds(1);

    private final EmbeddedSettings settings;
    private final String scheme;
    private final BlockingQueue<Job<?>> queue;
    private final Audience audience = new Audience();
    private final Growth growth = new Growth();
    private @Nullable Books books;
    private String failure = "";
    private long failedNanos;
    private volatile boolean closing;

    Writer(EmbeddedSettings settings, String scheme) throws IOException {
        this.settings = settings;
        this.scheme = scheme;
        this.queue = new ArrayBlockingQueue<>(settings.queueMax());
        this.books = Books.open(settings, scheme, audience);
    }

    /** Whether the job found a place in the queue in time. */
    boolean offer(Job<?> job) throws InterruptedException {
        return queue.offer(job, settings.deadline().toNanos(), TimeUnit.NANOSECONDS);
    }

    void close() {
        closing = true;
    }

    @Override
    public void run() {
        List<Job<?>> batch = new ArrayList<>();
        while (!closing) {
            take(batch);
            try {
                turn(batch);
            } catch (RuntimeException | IOException e) {
                fail(batch, e);
            }
            batch.clear();
        }
        queue.drainTo(batch);
        batch.forEach(job -> job.refuse("the store is closed", new IOException("closed")));
        closeFile();
    }

    private void closeFile() {
        try {
            if (books != null) {
                books.close();
            }
        } catch (RuntimeException e) {
            // Everything acknowledged is synced already.
            LOG.warn("the store in {} was not closed cleanly", settings.directory(), e);
        }
    }

    private void take(List<Job<?>> batch) {
        try {
            Job<?> first = queue.poll(waitFor().toNanos(), TimeUnit.NANOSECONDS);
            if (first != null) {
                batch.add(first);
                queue.drainTo(batch, BATCH_MAX - 1);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread on purpose; an interrupt must not reach the file.
            LOG.debug("the writer of the store was interrupted");
        }
    }

    private Duration waitFor() {
        if (books == null) {
            return IDLE;
        }
        Instant now = settings.clock().instant();
        return books.nextLeaseEnd()
                .map(end -> Duration.between(now, end))
                .filter(left -> left.compareTo(IDLE) < 0)
                .map(left -> left.isNegative() ? Duration.ZERO : left)
                .orElse(IDLE);
    }

    private void turn(List<Job<?>> batch) throws IOException {
        Books current = opened();
        if (current == null) {
            batch.forEach(job -> job.refuse(failure, new IOException(failure)));
            return;
        }
        for (Job<?> job : batch) {
            job.decide(current);
        }
        current.endOverdueLeases();
        current.persist();
        batch.forEach(Job::acknowledge);
        current.deliver();
        if (growth.compactionIsDue(batch.isEmpty(), current.fileBytes(), current.livePercent())) {
            growth.compacted(current.compactFile());
        }
    }

    /** The books, or null while they cannot be opened. */
    private @Nullable Books opened() throws IOException {
        if (books == null && System.nanoTime() - failedNanos >= REOPEN_PAUSE.toNanos()) {
            books = Books.open(settings, scheme, audience);
            LOG.info("the store in {} can be used again", settings.directory());
        }
        return books;
    }

    private void fail(List<Job<?>> batch, Exception cause) {
        String reason = cause instanceof MVStoreException && cause.getCause() != null
                ? cause.getCause().toString()
                : cause.toString();
        failure = "the store in " + settings.directory() + " cannot be written: " + reason
                + "; free space or repair the disk, it goes on by itself";
        failedNanos = System.nanoTime();
        LOG.error(failure, cause);
        batch.forEach(job -> job.refuse(failure, cause));
        Books broken = books;
        books = null;
        if (broken != null) {
            abandon(broken);
        }
        reopen();
        // Part of what was refused may have reached the disk; whoever watches reads what is there now.
        audience.lose(failure);
    }

    /** At once, so that it stays readable; the next failure comes with the next write at the earliest. */
    private void reopen() {
        try {
            books = Books.open(settings, scheme, audience);
        } catch (IOException | MVStoreException | UnavailableException e) {
            LOG.error("the store in {} cannot be opened", settings.directory(), e);
        }
    }

    private static void abandon(Books broken) {
        try {
            broken.abandon();
        } catch (RuntimeException e) {
            LOG.warn("cannot close the store's file", e);
        }
    }
}
