package dev.gantry.store;

import com.google.protobuf.Message;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of one image by what one index finds in them. Immutable; neighbours in time share their structure. */
final class IndexTree<T extends Message> {

    private static final Logger LOG = LoggerFactory.getLogger(IndexTree.class);

    /** Written out, because every write of a record goes down every tree that has it. */
    private static final Comparator<Key<?>> BY_SCOPE_AND_NAME = (one, other) -> {
        int scopes = one.scope().compareTo(other.scope());
        return scopes == 0 ? one.name().compareTo(other.name()) : scopes;
    };

    private final Index<T> index;
    private final TreePMap<String, TreePMap<Key<?>, Versioned<T>>> byValue;

    private IndexTree(Index<T> index, TreePMap<String, TreePMap<Key<?>, Versioned<T>>> byValue) {
        this.index = index;
        this.byValue = byValue;
    }

    static <T extends Message> IndexTree<T> empty(Index<T> index) {
        return new IndexTree<>(index, TreePMap.empty());
    }

    Index<T> index() {
        return index;
    }

    /** The records are kept here whole, so that a read costs no look-up per record; so every update passes through. */
    IndexTree<T> with(@Nullable Versioned<T> before, @Nullable Versioned<T> after) {
        Collection<String> valuesBefore = values(before);
        Collection<String> valuesAfter = values(after);
        TreePMap<String, TreePMap<Key<?>, Versioned<T>>> next = byValue;
        if (before != null) {
            for (String value : valuesBefore) {
                next = valuesAfter.contains(value) ? next : without(next, value, before.key());
            }
        }
        if (after != null) {
            for (String value : valuesAfter) {
                TreePMap<Key<?>, Versioned<T>> records = next.get(value);
                next = next.plus(value, (records == null ? none() : records).plus(after.key(), after));
            }
        }
        return next == byValue ? this : new IndexTree<>(index, next);
    }

    TreePMap<Key<?>, Versioned<T>> find(String value) {
        TreePMap<Key<?>, Versioned<T>> records = byValue.get(value);
        return records == null ? none() : records;
    }

    private TreePMap<Key<?>, Versioned<T>> none() {
        return TreePMap.empty(BY_SCOPE_AND_NAME);
    }

    private TreePMap<String, TreePMap<Key<?>, Versioned<T>>> without(
            TreePMap<String, TreePMap<Key<?>, Versioned<T>>> from, String value, Key<?> key) {
        TreePMap<Key<?>, Versioned<T>> records = from.get(value);
        if (records == null) {
            return from;
        }
        TreePMap<Key<?>, Versioned<T>> left = records.minus(key);
        return left.isEmpty() ? from.minus(value) : from.plus(value, left);
    }

    private Collection<String> values(@Nullable Versioned<T> record) {
        if (record == null) {
            return List.of();
        }
        try {
            return index.values().apply(record);
        } catch (RuntimeException e) {
            // A record that an index cannot read must not stop the image; it is only not found by this index.
            LOG.error("{}: index {} cannot read it", record.key(), index.name(), e);
            return List.of();
        }
    }
}
