package dev.gantry.controller.world;

import com.google.protobuf.Message;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A store in memory that is written to without ceremony. */
public final class World implements AutoCloseable {

    private final ImageStore store;
    private final List<Change<?>> heard = new ArrayList<>();

    public World() {
        try {
            store = ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        store.subscribe((_, changes) -> heard.addAll(changes));
    }

    public Snapshot snapshot() {
        return store.snapshot();
    }

    /** What changed since this was asked last. */
    public List<Change<?>> heard() {
        List<Change<?>> all = List.copyOf(heard);
        heard.clear();
        return all;
    }

    /** Creates or replaces records. */
    public void put(Node... nodes) {
        for (Node node : nodes) {
            put(Kinds.NODE.key("", node.getId()), node);
        }
    }

    /** Creates or replaces records. */
    public void put(Workload... workloads) {
        for (Workload workload : workloads) {
            put(key(workload), workload);
        }
    }

    public <T extends Message> void put(Key<T> key, T value) {
        Transaction.Builder transaction = Transaction.builder();
        snapshot()
                .get(key)
                .ifPresentOrElse(record -> transaction.update(record, value), () -> transaction.create(key, value));
        commit(transaction.build());
    }

    public <T extends Message> void change(Key<T> key, UnaryOperator<T> change) {
        Versioned<T> before = snapshot().get(key).orElseThrow();
        commit(Transaction.builder()
                .update(before, change.apply(before.value()))
                .build());
    }

    public void delete(Key<?> key) {
        commit(Transaction.builder().delete(snapshot().get(key).orElseThrow()).build());
    }

    /** Does what the reconciler wants for the key, and returns it. */
    public <T extends Message> Outcome run(Reconciler<T> reconciler, Key<T> key, Instant now) {
        Outcome outcome = reconciler.reconcile(snapshot(), key, now);
        commit(outcome, _ -> {});
        return outcome;
    }

    /** Does what the reconciler wants for all of its keys. */
    public <T extends Message> void runAll(Reconciler<T> reconciler, Instant now) {
        reconciler.all(snapshot()).forEach(key -> run(reconciler, key, now));
    }

    public Workload workload(String scope, String id) {
        return snapshot().get(Kinds.WORKLOAD.key(scope, id)).orElseThrow().value();
    }

    public Node node(String id) {
        return snapshot().get(Kinds.NODE.key("", id)).orElseThrow().value();
    }

    public static Key<Workload> key(Workload workload) {
        return Kinds.WORKLOAD.key(workload.getScope(), workload.getId());
    }

    @Override
    public void close() {
        store.close();
    }

    /** As a pass does: what one transaction wrote the next may write again. */
    public void commit(Outcome outcome, Consumer<Snapshot> check) {
        Map<Key<?>, Long> written = new HashMap<>();
        for (Transaction transaction : outcome.writes()) {
            long revision = committed(transaction.after(written));
            transaction
                    .writes()
                    .forEach((key, value) -> written.put(key, value.isPresent() ? revision : Transaction.ABSENT));
            check.accept(snapshot());
        }
    }

    public void commit(Transaction transaction) {
        long _ = committed(transaction);
    }

    private long committed(Transaction transaction) {
        try {
            Commit commit = store.commit(transaction);
            store.catchUp();
            return switch (commit) {
                case Commit.Committed(long revision) -> revision;
                case Commit.Conflicted(Key<?> key) -> throw new IllegalStateException("conflict on " + key);
            };
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
