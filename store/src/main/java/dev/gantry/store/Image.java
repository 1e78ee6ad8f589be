package dev.gantry.store;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePMap;

/** A snapshot, made from the one before it by the changes between them. */
final class Image implements Snapshot {

    private final long revision;
    private final TreePMap<String, Table<?>> tables;
    private final Recent recent;

    private Image(long revision, TreePMap<String, Table<?>> tables, Recent recent) {
        this.revision = revision;
        this.tables = tables;
        this.recent = recent;
    }

    static Image empty(List<Kind<?>> kinds, List<Index<?>> indexes) {
        TreePMap<String, Table<?>> tables = TreePMap.empty();
        for (Kind<?> kind : kinds) {
            tables = tables.plus(kind.name(), emptyTable(kind, indexes));
        }
        for (Index<?> index : indexes) {
            if (!tables.containsKey(index.kind().name())) {
                throw new IllegalStateException("index " + index.name() + " is of a kind that is not kept here");
            }
        }
        return new Image(0, tables, Recent.NOTHING);
    }

    /** The image after the changes, each of which starts where the one before it ended. */
    Image with(long newRevision, List<Change<?>> changes) {
        TreePMap<String, Table<?>> next = tables;
        for (Change<?> change : changes) {
            next = changed(next, change);
        }
        return new Image(newRevision, next, recent.with(revision, newRevision, changes));
    }

    boolean keeps(Kind<?> kind) {
        return tables.containsKey(kind.name());
    }

    Iterable<Table<?>> tables() {
        return tables.values();
    }

    @Override
    public long revision() {
        return revision;
    }

    /** The newest revision that a record is at; 0 when there are none. */
    long newest() {
        long newest = 0;
        for (Table<?> table : tables.values()) {
            for (Versioned<?> record : table.list()) {
                newest = Math.max(newest, record.revision());
            }
        }
        return newest;
    }

    @Override
    public <T extends Message> Optional<Versioned<T>> get(Key<T> key) {
        return Optional.ofNullable(table(key.kind()).get(key));
    }

    @Override
    public <T extends Message> List<Versioned<T>> list(Kind<T> kind) {
        return table(kind).list();
    }

    @Override
    public <T extends Message> List<Versioned<T>> list(Kind<T> kind, String scope) {
        return table(kind).list(scope);
    }

    @Override
    public <T extends Message> List<Versioned<T>> find(Index<T> index, String value) {
        return List.copyOf(tree(index).find(value).values());
    }

    @Override
    public int count(Index<?> index, String value) {
        return tree(index).find(value).size();
    }

    @Override
    public int count(Kind<?> kind) {
        return table(kind).count();
    }

    @Override
    public Optional<List<Change<?>>> changesSince(long earlier) {
        return earlier == revision ? Optional.of(List.of()) : recent.since(earlier);
    }

    private <T extends Message> IndexTree<T> tree(Index<T> index) {
        IndexTree<T> tree = table(index.kind()).index(index);
        if (tree == null) {
            throw new IllegalStateException("index " + index.name() + " is not kept by this store");
        }
        return tree;
    }

    private <T extends Message> Table<T> table(Kind<T> kind) {
        return table(tables, kind);
    }

    @SuppressWarnings("unchecked") // A table is put under the name of its own kind only.
    private static <T extends Message> Table<T> table(TreePMap<String, Table<?>> tables, Kind<T> kind) {
        Table<?> table = tables.get(kind.name());
        if (table == null) {
            throw new IllegalStateException("kind " + kind + " is not kept by this store");
        }
        return (Table<T>) table;
    }

    private static <T extends Message> TreePMap<String, Table<?>> changed(
            TreePMap<String, Table<?>> tables, Change<T> change) {
        Kind<T> kind = change.key().kind();
        return tables.plus(kind.name(), table(tables, kind).with(change));
    }

    @SuppressWarnings("unchecked") // Kinds are equal by name, and an index names its kind.
    private static <T extends Message> Table<T> emptyTable(Kind<T> kind, List<Index<?>> indexes) {
        List<Index<T>> own = new ArrayList<>();
        for (Index<?> index : indexes) {
            if (index.kind().equals(kind)) {
                own.add((Index<T>) index);
            }
        }
        return Table.empty(own);
    }
}
