package dev.gantry.controller.lifecycle;

import com.google.protobuf.Message;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes records of one kind when their time is over. Records that go within the same stretch of
 * time share one key, the end of that stretch, so that many are removed together and nothing but
 * their end wakes this.
 */
public final class RetentionReconciler<T extends Message> implements Reconciler<T> {

    /**
     * Guard and delete of 60 records; the runtime's own guard must still fit under the store's
     * limit.
     */
    private static final int OPERATIONS_MAX = 120;

    private static final int TRANSACTIONS_MAX = 100;
    private static final String SCOPE = "expiry";

    private final Expiry<T> expiry;

    public RetentionReconciler(Expiry<T> expiry) {
        this.expiry = expiry;
    }

    @Override
    public String name() {
        return "retention-" + expiry.kind().name();
    }

    @Override
    public Collection<Key<T>> all(Snapshot snapshot) {
        return snapshot.list(expiry.kind()).stream()
                .flatMap(record -> stretch(record.value()).stream())
                .distinct()
                .toList();
    }

    @Override
    public Collection<Key<T>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (!change.key().kind().equals(expiry.kind()) || change.after() == null) {
            return List.of();
        }
        Optional<Key<T>> after = stretch(value(change.after()));
        return after.equals(stretchBefore(change)) ? List.of() : after.stream().toList();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<T> key, Instant now) {
        Instant end = Instant.ofEpochMilli(Long.parseLong(key.name()));
        return now.isBefore(end) ? Outcome.wakeAt(end) : remove(snapshot, now);
    }

    private Outcome remove(Snapshot snapshot, Instant now) {
        List<Transaction> transactions = new ArrayList<>();
        Transaction.Builder current = Transaction.builder();
        Optional<Instant> wake = Optional.empty();
        for (Versioned<T> record : snapshot.list(expiry.kind())) {
            if (expiry.time()
                    .apply(record.value())
                    .filter(end -> !now.isBefore(end))
                    .isEmpty()) {
                continue;
            }
            if (expiry.stillInUse().test(snapshot, record)) {
                wake = Optional.of(now.plus(expiry.granularity()));
                continue;
            }
            for (Versioned<?> goes : withBelongings(snapshot, record)) {
                current.delete(goes);
                if (current.size() >= OPERATIONS_MAX) {
                    transactions.add(current.build());
                    current = Transaction.builder();
                }
            }
            if (transactions.size() >= TRANSACTIONS_MAX) {
                // The rest at once, in a pass of its own.
                return new Outcome(transactions, Optional.of(now));
            }
        }
        if (!current.isEmpty()) {
            transactions.add(current.build());
        }
        return new Outcome(transactions, wake);
    }

    /** The record comes last, so that it is still there to be found where a removal was cut. */
    private List<Versioned<?>> withBelongings(Snapshot snapshot, Versioned<T> record) {
        List<Versioned<?>> all = new ArrayList<>(expiry.belongings().apply(snapshot, record));
        all.add(record);
        return all;
    }

    private Optional<Key<T>> stretchBefore(Change<?> change) {
        Versioned<?> before = change.before();
        return before == null ? Optional.empty() : stretch(value(before));
    }

    private Optional<Key<T>> stretch(@Nullable T value) {
        return value == null ? Optional.empty() : expiry.time().apply(value).map(this::stretch);
    }

    private Key<T> stretch(Instant time) {
        long length = expiry.granularity().toMillis();
        long end = -Math.floorDiv(-time.toEpochMilli(), length) * length;
        return expiry.kind().key(SCOPE, Long.toString(end));
    }

    @SuppressWarnings("unchecked") // Kinds are equal by name, and a kind has one type.
    private T value(Versioned<?> record) {
        return (T) record.value();
    }
}
