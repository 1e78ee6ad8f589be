package dev.gantry.store;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;

/**
 * All records as they stood at one revision. Immutable; reading it costs no I/O and takes no lock.
 */
public interface Snapshot {

    long revision();

    <T extends Message> Optional<Versioned<T>> get(Key<T> key);

    /** In the order of scope, then name. */
    <T extends Message> List<Versioned<T>> list(Kind<T> kind);

    /** In the order of names. */
    <T extends Message> List<Versioned<T>> list(Kind<T> kind, String scope);

    /** Records that the index has under the value, in the order of scope, then name. */
    <T extends Message> List<Versioned<T>> find(Index<T> index, String value);

    /** How many {@link #find} would return, without making the list. */
    int count(Index<?> index, String value);

    int count(Kind<?> kind);

    /**
     * What leads from the image of an earlier revision to this one, in the order of revisions, for those who keep
     * something derived. Empty when it is no longer remembered, and the reader must compare for itself.
     */
    default Optional<List<Change<?>>> changesSince(long revision) {
        return revision == revision() ? Optional.of(List.of()) : Optional.empty();
    }
}
