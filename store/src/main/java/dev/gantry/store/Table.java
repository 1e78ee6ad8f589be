package dev.gantry.store;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/** The records of one kind in one image, with their indexes. Immutable; neighbours in time share their structure. */
final class Table<T extends Message> {

    private final int count;
    private final TreePMap<String, TreePMap<String, Versioned<T>>> scopes;
    private final List<IndexTree<T>> indexes;

    private Table(int count, TreePMap<String, TreePMap<String, Versioned<T>>> scopes, List<IndexTree<T>> indexes) {
        this.count = count;
        this.scopes = scopes;
        this.indexes = indexes;
    }

    static <T extends Message> Table<T> empty(List<Index<T>> indexes) {
        return new Table<>(
                0, TreePMap.empty(), indexes.stream().map(IndexTree::empty).toList());
    }

    int count() {
        return count;
    }

    @Nullable
    Versioned<T> get(Key<T> key) {
        TreePMap<String, Versioned<T>> names = scopes.get(key.scope());
        return names == null ? null : names.get(key.name());
    }

    List<Versioned<T>> list() {
        List<Versioned<T>> all = new ArrayList<>(count);
        scopes.values().forEach(names -> all.addAll(names.values()));
        return Collections.unmodifiableList(all);
    }

    List<Versioned<T>> list(String scope) {
        TreePMap<String, Versioned<T>> names = scopes.get(scope);
        return names == null ? List.of() : List.copyOf(names.values());
    }

    /** The tree of the index, or null when this store does not keep it. */
    @Nullable
    IndexTree<T> index(Index<?> wanted) {
        for (IndexTree<T> tree : indexes) {
            if (tree.index().equals(wanted)) {
                return tree;
            }
        }
        return null;
    }

    Table<T> with(Change<T> change) {
        Versioned<T> before = change.before();
        Versioned<T> after = change.after();
        int grown = count + (after == null ? 0 : 1) - (before == null ? 0 : 1);
        return new Table<>(grown, replaced(change.key(), after), reindexed(before, after));
    }

    private TreePMap<String, TreePMap<String, Versioned<T>>> replaced(Key<T> key, @Nullable Versioned<T> after) {
        TreePMap<String, Versioned<T>> names = scopes.get(key.scope());
        TreePMap<String, Versioned<T>> base = names == null ? TreePMap.empty() : names;
        TreePMap<String, Versioned<T>> next = after == null ? base.minus(key.name()) : base.plus(key.name(), after);
        return next.isEmpty() ? scopes.minus(key.scope()) : scopes.plus(key.scope(), next);
    }

    private List<IndexTree<T>> reindexed(@Nullable Versioned<T> before, @Nullable Versioned<T> after) {
        if (indexes.isEmpty()) {
            return indexes;
        }
        List<IndexTree<T>> next = new ArrayList<>(indexes.size());
        for (IndexTree<T> tree : indexes) {
            next.add(tree.with(before, after));
        }
        return next;
    }
}
