package dev.gantry.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store over any backend: one image in memory, fed by one watch. Closing it leaves the backend open. */
public final class ImageStore implements Store {

    private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);

    /** What fits into one request of etcd (1.5 MiB) with room for paths and framing; the same for every backend. */
    public static final int TRANSACTION_BYTES_MAX = 1_400_000;

    private final Backend backend;
    private final List<Kind<?>> kinds;
    private final StoreSettings settings;
    private final Follower follower;
    private final @Nullable Thread thread;
    private final ReentrantLock publishing = new ReentrantLock();
    private final CopyOnWriteArrayList<Subscribed> subscribed = new CopyOnWriteArrayList<>();
    private final Arrivals arrivals = new Arrivals();
    private volatile Image image;

    private ImageStore(Backend backend, List<Kind<?>> kinds, List<Index<?>> indexes, StoreSettings settings)
            throws InterruptedException {
        this.backend = backend;
        this.kinds = kinds;
        this.settings = settings;
        this.image = Image.empty(kinds, indexes);
        this.follower = new Follower(backend, new Decoder(kinds), image, settings, this::publish);
        follower.connect();
        this.thread =
                settings.threaded() ? Thread.ofVirtual().name("store-follower").start(follower::run) : null;
    }

    /** Reads everything, and follows the backend until closed. */
    public static ImageStore open(Backend backend, List<Kind<?>> kinds, List<Index<?>> indexes)
            throws InterruptedException {
        return open(backend, kinds, indexes, StoreSettings.defaults());
    }

    /**
     * Reads everything, and follows the backend until closed.
     *
     * @param kinds   records of other kinds are left out of the images
     * @param indexes what {@link Snapshot#find} can be asked
     * @throws UnavailableException when the backend cannot be read
     */
    public static ImageStore open(Backend backend, List<Kind<?>> kinds, List<Index<?>> indexes, StoreSettings settings)
            throws InterruptedException {
        return new ImageStore(backend, kinds, indexes, settings);
    }

    /** Applies on this thread what the backend has told so far. Only for a store that has no thread of its own. */
    public void catchUp() throws InterruptedException {
        if (settings.threaded()) {
            throw new IllegalStateException("this store follows its backend by itself");
        }
        follower.catchUp();
    }

    @Override
    public Snapshot snapshot() {
        return image;
    }

    @Override
    public Snapshot snapshotAt(long revision) throws InterruptedException {
        if (image.revision() < revision && !settings.threaded()) {
            follower.catchUp();
        }
        Duration longest = settings.threaded() ? settings.deadline() : Duration.ZERO;
        if (image.revision() < revision && !arrivals.await(revision, longest)) {
            throw new UnavailableException("the store's revision " + revision + " did not arrive here within "
                    + longest.toMillis() + " ms; the newest is " + image.revision());
        }
        return image;
    }

    @Override
    public Commit commit(Transaction transaction) throws InterruptedException {
        return switch (backend.commit(request(transaction))) {
            case Backend.Result.Committed(long revision) -> new Commit.Committed(revision);
            case Backend.Result.Conflicted(String path) -> new Commit.Conflicted(key(transaction, path));
        };
    }

    /**
     * Every step of every record after a revision, up to the newest image at least, as far as the backend's history tells;
     * empty when it has forgotten some of them. For those who must not miss a step that no image showed to them. Where a
     * step's record was written before that revision as well, what it was then is not told.
     *
     * @throws UnavailableException when the store does not tell within its deadline
     */
    public Optional<List<Change<?>>> history(long after) throws InterruptedException {
        return new Replay(backend, new Decoder(kinds), settings).between(after, image.newest());
    }

    @Override
    public Subscription subscribe(Listener listener) {
        Subscribed added = new Subscribed(listener);
        publishing.lock();
        try {
            // Under the lock of publish: either the image was replaced before, or the listener hears of it.
            subscribed.add(added);
        } finally {
            publishing.unlock();
        }
        return () -> {
            added.ended = true;
            subscribed.remove(added);
        };
    }

    @Override
    public Lease grant(Duration timeToLive) throws InterruptedException {
        return backend.grant(timeToLive);
    }

    @Override
    public boolean renew(Lease lease) throws InterruptedException {
        return backend.renew(lease);
    }

    @Override
    public void revoke(Lease lease) throws InterruptedException {
        backend.revoke(lease);
    }

    @Override
    public boolean isConnected() {
        return follower.isConnected() && backend.isReachable();
    }

    @Override
    public void close() {
        follower.close();
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void publish(Image next, List<Change<?>> changes) {
        List<Change<?>> told = List.copyOf(changes);
        publishing.lock();
        try {
            image = next;
            // Before the listeners, who look at what it means: who waits for a write of its own does not care.
            arrivals.arrived(next.revision());
            subscribed.forEach(listener -> listener.tell(next, told));
        } finally {
            publishing.unlock();
        }
    }

    private Backend.Request request(Transaction transaction) {
        int operations =
                Math.max(transaction.guards().size(), transaction.writes().size());
        if (operations > Transaction.OPERATIONS_MAX) {
            throw new IllegalStateException("a transaction has at most " + Transaction.OPERATIONS_MAX
                    + " guards and writes each, this one has " + operations);
        }
        // Sorted, because the order of the transaction's own maps differs from one process to the next.
        Map<String, Long> guards = new TreeMap<>();
        Map<String, Optional<ByteString>> writes = new TreeMap<>();
        Map<String, Lease> leases = new TreeMap<>();
        transaction.guards().forEach((key, revision) -> guards.put(key.path(), revision));
        transaction.writes().forEach((key, value) -> writes.put(known(key).path(), value.map(Message::toByteString)));
        transaction.leases().forEach((key, lease) -> leases.put(key.path(), lease));
        check(guards, writes);
        return new Backend.Request(guards, writes, leases);
    }

    private static void check(Map<String, Long> guards, Map<String, Optional<ByteString>> writes) {
        long bytes = 0;
        for (Map.Entry<String, Optional<ByteString>> write : writes.entrySet()) {
            if (!guards.containsKey(write.getKey())) {
                throw new IllegalStateException(write.getKey() + " is written without a guard");
            }
            bytes += write.getValue().map(ByteString::size).orElse(0);
        }
        if (bytes > TRANSACTION_BYTES_MAX) {
            throw new IllegalStateException(
                    "a transaction writes at most " + TRANSACTION_BYTES_MAX + " bytes, this one " + bytes);
        }
    }

    private Key<?> known(Key<?> key) {
        if (!image.keeps(key.kind())) {
            throw new IllegalStateException(key + " is of a kind that is not kept by this store");
        }
        return key;
    }

    private static Key<?> key(Transaction transaction, String path) {
        return transaction.guards().keySet().stream()
                .filter(key -> key.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the backend names " + path + ", which is not guarded"));
    }

    private static final class Subscribed {

        private final Listener listener;
        private volatile boolean ended;

        Subscribed(Listener listener) {
            this.listener = listener;
        }

        void tell(Snapshot image, List<Change<?>> changes) {
            if (ended) {
                return;
            }
            try {
                listener.changed(image, changes);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at revision {}", image.revision(), e);
            }
        }
    }
}
