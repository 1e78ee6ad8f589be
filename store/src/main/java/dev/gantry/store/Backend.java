package dev.gantry.store;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps bytes by path, with etcd's model: one revision counter for everything, guarded
 * transactions, a history that is compacted, watches from a revision, leases. Knows no types. All
 * implementations pass one contract suite.
 */
public interface Backend extends AutoCloseable {

    /** Everything there is, at one revision. Linearizable. */
    Contents read() throws InterruptedException;

    /**
     * Writes everything or nothing, durably.
     *
     * @return the revision that holds the writes, or the path of one guard that did not hold
     * @throws UnavailableException when the outcome cannot be found out within the deadline
     */
    Result commit(Request request) throws InterruptedException;

    /**
     * Tells every change after {@code revision}, one call per revision or per run of revisions, in
     * order, without a gap, until closed. After {@link Watcher#lost} nothing more is told, and the
     * caller reads again.
     */
    AutoCloseable watch(long revision, Watcher watcher);

    Lease grant(Duration timeToLive) throws InterruptedException;

    boolean renew(Lease lease) throws InterruptedException;

    void revoke(Lease lease) throws InterruptedException;

    /** Forgets superseded values below the revision; watches from below it are lost. */
    void compact(long revision) throws InterruptedException;

    /** Whether it answers, as far as its own calls and watches have shown; images may be behind when it does not. */
    default boolean isReachable() {
        return true;
    }

    @Override
    void close();

    /** Entries in the order of their paths. */
    record Contents(long revision, List<Entry> entries) {}

    record Entry(String path, ByteString value, long revision) {}

    /**
     * @param guards expected revision by path, 0 for absent
     * @param writes new value by path, or empty to delete
     * @param leases lease by path
     */
    record Request(Map<String, Long> guards, Map<String, Optional<ByteString>> writes, Map<String, Lease> leases) {}

    sealed interface Result {
        record Committed(long revision) implements Result {}

        record Conflicted(String path) implements Result {}
    }

    /** Hears of changes, on a thread of the backend; must only enqueue. */
    interface Watcher {
        /**
         * The value is null where the entry was deleted; the entries are in the order of revisions.
         */
        void changed(long revision, List<Event> events);

        /** The history was compacted, or the connection was lost for good. */
        void lost(String reason);
    }

    record Event(String path, @Nullable ByteString value, long revision) {}
}
