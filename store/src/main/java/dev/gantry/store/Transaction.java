package dev.gantry.store;

import com.google.protobuf.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes that happen all or not at all, and only if every guarded record is still at the revision
 * that the decision read. There is no unguarded write.
 *
 * @param guards expected revision by key; {@link #ABSENT} means that there is no such record
 * @param writes the new value by key, or empty to delete
 * @param leases the lease by key, for records that shall vanish with it
 */
public record Transaction(Map<Key<?>, Long> guards, Map<Key<?>, Optional<Message>> writes, Map<Key<?>, Lease> leases) {

    /** The revision of a record that does not exist. */
    public static final long ABSENT = 0;

    /** Of guards and, apart from them, of writes: etcd takes 128 of each, and one write is the store's own mark. */
    public static final int OPERATIONS_MAX = 127;

    public Transaction {
        guards = Map.copyOf(guards);
        writes = Map.copyOf(writes);
        leases = Map.copyOf(leases);
    }

    public static Builder builder() {
        return new Builder();
    }

    public boolean isEmpty() {
        return writes.isEmpty();
    }

    /** The same transaction, which in addition needs {@code record} to be unchanged. */
    public Transaction guardedBy(Versioned<?> record) {
        Map<Key<?>, Long> more = new LinkedHashMap<>(guards);
        more.put(record.key(), record.revision());
        return new Transaction(more, writes, leases);
    }

    /**
     * The same transaction after others that were decided with it: what they wrote is expected as they left it.
     *
     * @param written the revision by key of what they wrote; {@link #ABSENT} for what they deleted
     */
    public Transaction after(Map<Key<?>, Long> written) {
        Map<Key<?>, Long> moved = new LinkedHashMap<>(guards);
        moved.replaceAll(written::getOrDefault);
        return new Transaction(moved, writes, leases);
    }

    /** Collects guards and writes. Each key is written at most once. */
    public static final class Builder {

        private final Map<Key<?>, Long> guards = new LinkedHashMap<>();
        private final Map<Key<?>, Optional<Message>> writes = new LinkedHashMap<>();
        private final Map<Key<?>, Lease> leases = new LinkedHashMap<>();

        private Builder() {}

        /** Needs the record to be unchanged. */
        public Builder guard(Versioned<?> record) {
            return expect(record.key(), record.revision());
        }

        /** Needs that there is no such record. */
        public Builder guardAbsent(Key<?> key) {
            return expect(key, ABSENT);
        }

        public <T extends Message> Builder create(Key<T> key, T value) {
            return expect(key, ABSENT).write(key, Optional.of(value));
        }

        /** Creates a record that vanishes with the lease. */
        public <T extends Message> Builder create(Key<T> key, T value, Lease lease) {
            leases.put(key, lease);
            return create(key, value);
        }

        public <T extends Message> Builder update(Versioned<T> record, T value) {
            return guard(record).write(record.key(), Optional.of(value));
        }

        public Builder delete(Versioned<?> record) {
            return guard(record).write(record.key(), Optional.empty());
        }

        /** Guards or writes so far, whichever are more, against {@link #OPERATIONS_MAX}. */
        public int size() {
            return Math.max(guards.size(), writes.size());
        }

        public boolean isEmpty() {
            return writes.isEmpty();
        }

        public Transaction build() {
            return new Transaction(guards, writes, leases);
        }

        private Builder expect(Key<?> key, long revision) {
            Long before = guards.put(key, revision);
            if (before != null && before != revision) {
                throw new IllegalStateException(key + " is expected at revision " + before + " and at " + revision);
            }
            return this;
        }

        private Builder write(Key<?> key, Optional<Message> value) {
            if (writes.put(key, value) != null) {
                throw new IllegalStateException(key + " is written twice in one transaction");
            }
            return this;
        }
    }
}
