package dev.gantry.controller.reconcile;

import dev.gantry.store.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one pass decided.
 *
 * @param writes committed in order, each on its own; what one wrote the next may write again; a conflict ends the pass, and
 *     the key is decided again
 * @param wake when to look again even if nothing changes
 */
public record Outcome(List<Transaction> writes, Optional<Instant> wake) {

    public Outcome {
        writes = List.copyOf(writes);
    }

    public static Outcome nothing() {
        return new Outcome(List.of(), Optional.empty());
    }

    public static Outcome write(Transaction transaction) {
        return write(List.of(transaction));
    }

    /** Several, in order; those that write nothing are left out. */
    public static Outcome write(List<Transaction> transactions) {
        return new Outcome(transactions.stream().filter(one -> !one.isEmpty()).toList(), Optional.empty());
    }

    public static Outcome wakeAt(Instant wake) {
        return new Outcome(List.of(), Optional.of(wake));
    }

    /** The same writes, and another look at {@code wake} or earlier. */
    public Outcome orWakeAt(Instant wake) {
        return new Outcome(
                writes, Optional.of(this.wake.filter(w -> w.isBefore(wake)).orElse(wake)));
    }
}
