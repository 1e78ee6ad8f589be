package dev.gantry.store.embedded;

import dev.gantry.store.Backend;
import dev.gantry.store.Lease;
import dev.gantry.store.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.h2.mvstore.MVStoreException;

/** A backend in one file on the local disk. An acknowledged commit has been synced to the disk. */
public final class EmbeddedBackend implements Backend {

    private static final Duration CLOSING_MAX = Duration.ofSeconds(30);

    private final EmbeddedSettings settings;
    private final DirectoryLock lock;
    private final Writer writer;
    private final Thread thread;
    private volatile boolean closed;

    private EmbeddedBackend(EmbeddedSettings settings, DirectoryLock lock, Writer writer) {
        this.settings = settings;
        this.lock = lock;
        this.writer = writer;
        // A platform thread, since all it does is wait for the disk.
        this.thread = Thread.ofPlatform().name("store-writer").daemon().start(writer);
    }

    /** Opens the store in the directory, which is made when absent. */
    public static EmbeddedBackend open(Path directory) {
        return open(EmbeddedSettings.of(directory));
    }

    /**
     * Opens the store.
     *
     * @throws UnavailableException when another process has it open, or the file cannot be read
     */
    public static EmbeddedBackend open(EmbeddedSettings settings) {
        return open(settings, "");
    }

    /** With a file system of its own, such as one that fails. */
    static EmbeddedBackend open(EmbeddedSettings settings, String scheme) {
        DirectoryLock lock = DirectoryLock.take(settings.directory());
        try {
            return new EmbeddedBackend(settings, lock, new Writer(settings, scheme));
        } catch (IOException | MVStoreException e) {
            release(lock);
            throw new UnavailableException("cannot open the store in " + settings.directory() + ": " + e, e);
        }
    }

    @Override
    public Contents read() throws InterruptedException {
        return ask(Books::read);
    }

    @Override
    public Result commit(Request request) throws InterruptedException {
        return ask(books -> books.commit(request));
    }

    @Override
    public AutoCloseable watch(long revision, Watcher watcher) {
        try {
            return ask(books -> books.watch(revision, watcher));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted", e);
        }
    }

    @Override
    public Lease grant(Duration timeToLive) throws InterruptedException {
        return ask(books -> books.grant(timeToLive));
    }

    @Override
    public boolean renew(Lease lease) throws InterruptedException {
        return ask(books -> books.renew(lease));
    }

    @Override
    public void revoke(Lease lease) throws InterruptedException {
        ask(books -> books.end(lease));
    }

    @Override
    public void compact(long revision) throws InterruptedException {
        ask(books -> books.forget(revision));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        writer.close();
        try {
            thread.join(CLOSING_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        release(lock);
    }

    private <T> T ask(Job.Work<T> work) throws InterruptedException {
        Job<T> job = new Job<>(work);
        if (closed || !writer.offer(job)) {
            throw new UnavailableException(
                    closed ? "the store in " + settings.directory() + " is closed" : overloaded());
        }
        try {
            return job.answer().get(settings.deadline().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new UnavailableException(overloaded(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnavailableException reason) {
                throw new UnavailableException(String.valueOf(reason.getMessage()), reason);
            }
            throw new IllegalStateException("the store's writer failed", e);
        }
    }

    private String overloaded() {
        return "the disk under " + settings.directory() + " did not keep up for "
                + settings.deadline().toMillis() + " ms";
    }

    private static void release(DirectoryLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UnavailableException("cannot release the lock of the store: " + e, e);
        }
    }
}
