package dev.gantry.controller.kube.registry;

import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction that is being decided: from which image, and when.
 *
 * @param actor   the user who wants it; empty where it is the server itself
 * @param sequels what is to be done once it is written, in this order
 */
public record Draft(Snapshot image, Transaction.Builder writes, Instant now, String actor, List<Sequel> sequels) {

    /** Something that can be done only when the transaction is written. */
    @FunctionalInterface
    public interface Sequel {
        /** @param written an image that holds the transaction */
        void run(Snapshot written) throws InterruptedException;
    }

    public Draft(Snapshot image, Transaction.Builder writes, Instant now, String actor) {
        this(image, writes, now, actor, new ArrayList<>());
    }

    public Draft(Snapshot image, Transaction.Builder writes, Instant now) {
        this(image, writes, now, "");
    }
}
