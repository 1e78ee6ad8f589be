package dev.gantry.controller.reconcile;

import static org.awaitility.Awaitility.await;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsFamily;
import dev.gantry.proto.Leader;
import dev.gantry.store.Change;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReconcileLoopTest {

    private final MemoryBackend backend = new MemoryBackend();
    private final ImageStore store = open(backend);

    /** Raises every family's revision to 20. */
    private static final class Counting implements Reconciler<EcsFamily> {
        @Override
        public String name() {
            return "counting";
        }

        @Override
        public Collection<Key<EcsFamily>> all(Snapshot snapshot) {
            return snapshot.list(Kinds.ECS_FAMILY).stream().map(Versioned::key).toList();
        }

        @Override
        public Collection<Key<EcsFamily>> wokenBy(Change<?> change, Snapshot snapshot) {
            return change.key().kind().equals(Kinds.ECS_FAMILY)
                    ? List.of(Kinds.ECS_FAMILY.key(
                            change.key().scope(), change.key().name()))
                    : List.of();
        }

        @Override
        public Outcome reconcile(Snapshot snapshot, Key<EcsFamily> key, Instant now) {
            Versioned<EcsFamily> family = snapshot.get(key).orElseThrow();
            int value = family.value().getLatestRevision();
            EcsFamily next = EcsFamily.newBuilder().setLatestRevision(value + 1).build();
            return value >= 20
                    ? Outcome.nothing()
                    : Outcome.write(Transaction.builder().update(family, next).build());
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void workersBringEveryKeyToItsEndInEachTerm() throws InterruptedException {
        Leader leader = Leader.newBuilder().setControllerId("one").build();
        long revision =
                commit(Transaction.builder().create(Kinds.LEADER_KEY, leader).build());
        Versioned<Leader> guard = new Versioned<>(Kinds.LEADER_KEY, leader, revision);
        LoopEnvironment environment = new LoopEnvironment(
                store, () -> Optional.of(guard), InstantSource.system(), () -> 0.5, new SimpleMeterRegistry());
        try (ReconcileLoop<EcsFamily> loop =
                new ReconcileLoop<>(new Counting(), environment, LoopSettings.defaults())) {
            create("before");
            loop.start();
            create("during");
            awaitDone("before", "during");
            loop.stop();
            create("between");
            loop.start();
            awaitDone("between");
        }
    }

    private void awaitDone(String... names) {
        await().until(() -> List.of(names).stream()
                .allMatch(name -> store.snapshot()
                        .get(Kinds.ECS_FAMILY.key("", name))
                        .filter(family -> family.value().getLatestRevision() == 20)
                        .isPresent()));
    }

    private void create(String name) throws InterruptedException {
        commit(Transaction.builder()
                .create(Kinds.ECS_FAMILY.key("", name), EcsFamily.getDefaultInstance())
                .build());
    }

    private long commit(Transaction transaction) throws InterruptedException {
        return ((Commit.Committed) store.commit(transaction)).revision();
    }

    private static ImageStore open(MemoryBackend backend) {
        try {
            return ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
