package dev.gantry.controller.reconcile;

import com.google.protobuf.Message;
import dev.gantry.store.Key;
import dev.gantry.store.Lease;
import dev.gantry.store.Transaction;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Transactions that were decided apart and are committed as one. None of them writes what another one relies on or writes, so
 * that each could as well have been the first.
 */
final class Bundle {

    /** Of the store's limit the rest is for the guard of the leader. */
    private static final int OPERATIONS_MAX = Transaction.OPERATIONS_MAX - 1;

    /** Below the store's limit, because paths and guards take room as well. */
    private static final long BYTES_MAX = 1_000_000;

    private final Map<Key<?>, Long> guards = new HashMap<>();
    private final Map<Key<?>, Optional<Message>> writes = new HashMap<>();
    private final Map<Key<?>, Lease> leases = new HashMap<>();
    private long bytes;

    /** Takes one more, unless it does not fit or touches the others. The first one always fits. */
    boolean add(Transaction transaction) {
        long more = transaction.writes().values().stream()
                .flatMap(Optional::stream)
                .mapToLong(Message::getSerializedSize)
                .sum();
        if (!writes.isEmpty() && (bytes + more > BYTES_MAX || isTouchedBy(transaction) || isFilledBy(transaction))) {
            return false;
        }
        guards.putAll(transaction.guards());
        writes.putAll(transaction.writes());
        leases.putAll(transaction.leases());
        bytes += more;
        return true;
    }

    private boolean isTouchedBy(Transaction transaction) {
        return transaction.writes().keySet().stream()
                        .anyMatch(key -> writes.containsKey(key) || guards.containsKey(key))
                || transaction.guards().entrySet().stream()
                        .anyMatch(guard -> writes.containsKey(guard.getKey())
                                || !guards.getOrDefault(guard.getKey(), guard.getValue())
                                        .equals(guard.getValue()));
    }

    private boolean isFilledBy(Transaction transaction) {
        return writes.size() + transaction.writes().size() > OPERATIONS_MAX
                || guards.size()
                                + transaction.guards().keySet().stream()
                                        .filter(key -> !guards.containsKey(key))
                                        .count()
                        > OPERATIONS_MAX;
    }

    Transaction build() {
        return new Transaction(guards, writes, leases);
    }
}
