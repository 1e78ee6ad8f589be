package dev.gantry.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an image in step with a backend: reads everything once, then applies what the watch tells, revision by revision.
 * When the watch is lost it reads again, tells the difference, and goes on.
 */
final class Follower implements AutoCloseable {

    /** Takes each new image with what led to it. */
    interface Publisher {
        void publish(Image image, List<Change<?>> changes);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

    private final Backend backend;
    private final Decoder decoder;
    private final StoreSettings settings;
    private final Publisher publisher;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ReentrantLock stepping = new ReentrantLock();
    private Image image;
    private Inbox inbox;
    private volatile AutoCloseable watch = () -> {};
    private volatile boolean connected;

    Follower(Backend backend, Decoder decoder, Image image, StoreSettings settings, Publisher publisher) {
        this.backend = backend;
        this.decoder = decoder;
        this.image = image;
        this.settings = settings;
        this.publisher = publisher;
        this.inbox = new Inbox(settings.inboxBytesMax());
    }

    /** Reads everything and watches from there. */
    void connect() throws InterruptedException {
        Backend.Contents contents = backend.read();
        List<Change<?>> changes = decoder.difference(image, contents);
        move(contents.revision(), changes);
        inbox = new Inbox(settings.inboxBytesMax());
        watch = backend.watch(contents.revision(), inbox);
        connected = true;
    }

    boolean isConnected() {
        return connected;
    }

    /** Follows until closed or interrupted. */
    void run() {
        try {
            follow();
        } finally {
            // Again, because a watch may have been opened while the store was being closed.
            disconnect();
        }
    }

    private void follow() {
        Duration pause = settings.retryFirst();
        while (closed.getCount() > 0) {
            try {
                if (connected) {
                    apply(inbox.take());
                    pause = settings.retryFirst();
                } else if (!reconnect()) {
                    if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                    pause = min(pause.multipliedBy(2), settings.retryMax());
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("cannot apply what the store told; reading everything anew", e);
                disconnect();
            }
        }
    }

    /** Applies what has been told so far. */
    void catchUp() throws InterruptedException {
        stepping.lock();
        try {
            if (!connected && !reconnect()) {
                return;
            }
            Optional<Inbox.Told> told = inbox.poll();
            while (told.isPresent()) {
                apply(told.get());
                if (!connected && !reconnect()) {
                    return;
                }
                told = inbox.poll();
            }
        } finally {
            stepping.unlock();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        disconnect();
    }

    private void apply(Inbox.Told told) {
        switch (told) {
            case Inbox.Told.Changed(long revision, List<Backend.Event> events) -> apply(revision, events);
            case Inbox.Told.Lost(String reason) -> {
                LOG.warn("lost the store at revision {}: {}", image.revision(), reason);
                disconnect();
            }
        }
    }

    /** One image for each revision, so that nobody sees half of a transaction or two at once. */
    private void apply(long revision, List<Backend.Event> events) {
        int from = 0;
        while (from < events.size()) {
            long current = events.get(from).revision();
            int to = from;
            while (to < events.size() && events.get(to).revision() == current) {
                to++;
            }
            if (current > image.revision()) {
                move(current, decoder.changes(image, events.subList(from, to)));
            }
            from = to;
        }
        if (revision > image.revision()) {
            move(revision, List.of());
        }
    }

    private void move(long revision, List<Change<?>> changes) {
        image = image.with(revision, changes);
        publisher.publish(image, new ArrayList<>(changes));
    }

    private boolean reconnect() throws InterruptedException {
        try {
            connect();
            LOG.info("follows the store again, from revision {}", image.revision());
            return true;
        } catch (UnavailableException e) {
            LOG.warn("cannot read the store: {}", e.getMessage());
            return false;
        }
    }

    private void disconnect() {
        connected = false;
        try {
            watch.close();
        } catch (Exception e) {
            LOG.warn("cannot end a watch", e);
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
