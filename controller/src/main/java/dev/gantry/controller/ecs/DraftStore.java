package dev.gantry.controller.ecs;

import com.google.protobuf.Message;
import dev.gantry.store.Commit;
import dev.gantry.store.Index;
import dev.gantry.store.Key;
import dev.gantry.store.Kind;
import dev.gantry.store.Lease;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store that begins with an image and keeps what is committed to it, to be written by somebody else in one transaction. */
final class DraftStore implements Store {

    private final Snapshot base;
    private final Map<Key<?>, Long> guards = new LinkedHashMap<>();
    private final Map<Key<?>, Optional<Message>> writes = new LinkedHashMap<>();
    private final Snapshot overlay = new Overlay();

    DraftStore(Snapshot base) {
        this.base = base;
    }

    @Override
    public Snapshot snapshot() {
        return overlay;
    }

    @Override
    public Snapshot snapshotAt(long revision) {
        return overlay;
    }

    @Override
    public Commit commit(Transaction transaction) {
        // Nobody else writes here, and a record that was written keeps the revision that it had.
        guards.putAll(transaction.guards());
        writes.putAll(transaction.writes());
        return new Commit.Committed(base.revision());
    }

    <T extends Message> void put(Key<T> key, T value) {
        writes.put(key, Optional.of(value));
    }

    /** The values that were written of one kind. */
    <T extends Message> List<T> written(Class<T> type) {
        return writes.values().stream()
                .flatMap(Optional::stream)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    void writeTo(Transaction.Builder to) {
        Transaction.Builder changes = Transaction.builder();
        writes.forEach((key, value) -> write(key, value, changes));
        if (changes.isEmpty()) {
            return;
        }
        guards.keySet().stream()
                .filter(key -> !writes.containsKey(key))
                .forEach(key -> base.get(key).ifPresentOrElse(to::guard, () -> to.guardAbsent(key)));
        writes.forEach((key, value) -> write(key, value, to));
    }

    @SuppressWarnings("unchecked") // A record's value is of its key's kind.
    private <T extends Message> void write(Key<T> key, Optional<Message> value, Transaction.Builder to) {
        Optional<Versioned<T>> before = base.get(key);
        if (value.isEmpty()) {
            before.ifPresent(to::delete);
        } else if (before.isEmpty()) {
            to.create(key, (T) value.get());
        } else if (before.get().value().equals(value.get())) {
            to.guard(before.get());
        } else {
            to.update(before.get(), (T) value.get());
        }
    }

    @Override
    public Subscription subscribe(Listener listener) {
        throw new UnsupportedOperationException("nothing happens in a draft");
    }

    @Override
    public Lease grant(Duration timeToLive) {
        throw new UnsupportedOperationException("a draft has no leases");
    }

    @Override
    public boolean renew(Lease lease) {
        throw new UnsupportedOperationException("a draft has no leases");
    }

    @Override
    public void revoke(Lease lease) {
        throw new UnsupportedOperationException("a draft has no leases");
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public void close() {
        // It holds nothing.
    }

    /** Shows single records as they were written, and lists and indexes as they are in the image. */
    private final class Overlay implements Snapshot {

        @Override
        public long revision() {
            return base.revision();
        }

        @Override
        @SuppressWarnings("unchecked") // A record's value is of its key's kind.
        public <T extends Message> Optional<Versioned<T>> get(Key<T> key) {
            Optional<Versioned<T>> before = base.get(key);
            Optional<Message> written = writes.getOrDefault(key, Optional.empty());
            if (!writes.containsKey(key)) {
                return before;
            }
            long revision = before.map(Versioned::revision).orElse(Transaction.ABSENT);
            return written.map(value -> new Versioned<>(key, (T) value, revision));
        }

        @Override
        public <T extends Message> List<Versioned<T>> list(Kind<T> kind) {
            return base.list(kind);
        }

        @Override
        public <T extends Message> List<Versioned<T>> list(Kind<T> kind, String scope) {
            return base.list(kind, scope);
        }

        @Override
        public <T extends Message> List<Versioned<T>> find(Index<T> index, String value) {
            return base.find(index, value);
        }

        @Override
        public int count(Index<?> index, String value) {
            return base.count(index, value);
        }

        @Override
        public int count(Kind<?> kind) {
            return base.count(kind);
        }
    }
}
