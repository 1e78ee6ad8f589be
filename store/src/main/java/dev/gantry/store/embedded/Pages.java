package dev.gantry.store.embedded;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.gantry.store.Backend.Entry;
import dev.gantry.store.Backend.Event;
import dev.gantry.store.Lease;
import dev.gantry.store.ledger.Ledger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * The file: entries with revision and lease, leases, and the counters. Used by the writer thread alone, because an
 * interrupt during a read would close the file.
 */
final class Pages implements AutoCloseable {

    private static final String REVISION = "revision";
    private static final String LAST_LEASE = "last-lease";
    private static final int HEADER_BYTES = 2 * Long.BYTES;

    /** A commit rewrites the pages on its way; small ones keep that cheap. */
    private static final int PAGE_BYTES = 4_096;

    private static final int CACHE_MIB = 32;
    private static final int FILL_PERCENT = 80;
    private static final int COMPACT_BYTES = 8 << 20;

    private final MVStore store;
    private final MVMap<String, byte[]> entries;
    private final MVMap<Long, Long> leases;
    private final MVMap<String, Long> counters;

    private Pages(MVStore store) {
        this.store = store;
        this.entries = store.openMap("entries", map(PathType.INSTANCE, ByteArrayDataType.INSTANCE));
        this.leases = store.openMap("leases", map(LongDataType.INSTANCE, LongDataType.INSTANCE));
        this.counters = store.openMap("counters", map(StringDataType.INSTANCE, LongDataType.INSTANCE));
    }

    /** Opens or makes the file, as it was after the last complete write. */
    static Pages open(Path directory, String scheme) throws IOException {
        // Nothing is written behind the writer's back: each write is one that somebody waits for, and is synced.
        MVStore store = new MVStore.Builder()
                .fileName(scheme + directory.resolve("store.mv"))
                .autoCommitDisabled()
                .autoCommitBufferSize(0)
                .pageSplitSize(PAGE_BYTES)
                .cacheSize(CACHE_MIB)
                // Looks at the whole file for the newest complete write. The quick way follows a chain of positions,
                // and
                // finds an older one when the process ended between the write of a chunk and that of the file's header.
                .recoveryMode()
                .open();
        try {
            return opened(store, directory);
        } catch (RuntimeException | IOException e) {
            // Otherwise the file would stay locked, and could not be opened when the disk is well again.
            store.closeImmediately();
            throw e;
        }
    }

    private static Pages opened(MVStore store, Path directory) throws IOException {
        // What no version needs is overwritten at once; the file would grow by all that is written in 45 seconds.
        store.setRetentionTime(0);
        store.setVersionsToKeep(0);
        Pages pages = new Pages(store);
        pages.commit();
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
        return pages;
    }

    /** What the file says about revisions and leases; leases count anew from now. */
    Ledger ledger(Instant now) {
        Ledger ledger = new Ledger(counters.getOrDefault(REVISION, 1L));
        ledger.restoreLastLease(counters.getOrDefault(LAST_LEASE, 0L));
        for (Map.Entry<Long, Long> lease : leases.entrySet()) {
            ledger.restoreLease(lease.getKey(), Duration.ofMillis(lease.getValue()), now);
        }
        Cursor<String, byte[]> cursor = entries.cursor(null);
        while (cursor.hasNext()) {
            String path = cursor.next();
            ByteBuffer header = ByteBuffer.wrap(cursor.getValue());
            ledger.restore(path, header.getLong(), header.getLong());
        }
        return ledger;
    }

    List<Entry> entries() {
        List<Entry> all = new ArrayList<>(entries.size());
        Cursor<String, byte[]> cursor = entries.cursor(null);
        while (cursor.hasNext()) {
            String path = cursor.next();
            byte[] bytes = cursor.getValue();
            // The page's array is never written to, so it need not be copied.
            ByteString value = UnsafeByteOperations.unsafeWrap(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
            all.add(new Entry(path, value, ByteBuffer.wrap(bytes).getLong()));
        }
        return all;
    }

    void write(List<Event> events, Map<String, Lease> leaseByPath) {
        for (Event event : events) {
            ByteString value = event.value();
            if (value == null) {
                entries.remove(event.path());
            } else {
                Lease lease = leaseByPath.get(event.path());
                ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + value.size());
                bytes.putLong(event.revision()).putLong(lease == null ? 0 : lease.id());
                value.copyTo(bytes);
                entries.put(event.path(), bytes.array());
            }
        }
    }

    void grant(Lease lease, Duration timeToLive) {
        leases.put(lease.id(), timeToLive.toMillis());
        counters.put(LAST_LEASE, lease.id());
    }

    void end(Lease lease) {
        leases.remove(lease.id());
    }

    /** Puts everything since the last time on the disk. */
    void commit(long revision) {
        counters.put(REVISION, revision);
        commit();
    }

    /** Gives back space that superseded values still hold, some megabytes at a time. Whether it found any. */
    boolean compact() {
        boolean changed = store.compact(FILL_PERCENT, COMPACT_BYTES);
        commit();
        return changed;
    }

    long fileBytes() {
        return store.getFileStore().size();
    }

    /** How much of the file is of use; both chunks that are partly superseded and holes between chunks are not. */
    int livePercent() {
        return store.getFileStore().getChunksFillRate() * store.getFileStore().getFillRate() / 100;
    }

    @Override
    public void close() {
        store.close();
    }

    /** After a failed write: what is not on the disk yet is given up. */
    void abandon() {
        store.closeImmediately();
    }

    private void commit() {
        store.commit();
        store.sync();
    }

    private static <K, V> MVMap.Builder<K, V> map(DataType<K> keys, DataType<V> values) {
        MVMap.Builder<K, V> builder = new MVMap.Builder<>();
        builder.setKeyType(keys);
        builder.setValueType(values);
        return builder;
    }
}
