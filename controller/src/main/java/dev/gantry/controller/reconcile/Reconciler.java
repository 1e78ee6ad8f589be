package dev.gantry.controller.reconcile;

import com.google.protobuf.Message;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.Collection;

/**
 * Compares what is wanted with what is, for one record at a time. Pure: snapshot in, outcome out.
 */
public interface Reconciler<T extends Message> {

    /** Names the loop in metrics and logs. */
    String name();

    /** Every key that must be looked at when the loop starts. */
    Collection<Key<T>> all(Snapshot snapshot);

    /** The keys whose outcome may differ because of the change. */
    Collection<Key<T>> wokenBy(Change<?> change, Snapshot snapshot);

    /** Sees the present, never what woke it. */
    Outcome reconcile(Snapshot snapshot, Key<T> key, Instant now);
}
