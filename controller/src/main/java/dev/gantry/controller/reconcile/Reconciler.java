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

    /** What {@link #atOnce} is for those that decide about single pods. */
    int MANY = 32;

    /** Names the loop in metrics and logs. */
    String name();

    /**
     * How many keys a pass may take at once, decided on one image and committed as one where none of them touches what another
     * one relies on. More than one for what is decided quickly and written in small pieces.
     */
    default int atOnce() {
        return 1;
    }

    /** Every key that must be looked at when the loop starts. */
    Collection<Key<T>> all(Snapshot snapshot);

    /** The keys whose outcome may differ because of the change. */
    Collection<Key<T>> wokenBy(Change<?> change, Snapshot snapshot);

    /** Sees the present, never what woke it. */
    Outcome reconcile(Snapshot snapshot, Key<T> key, Instant now);
}
