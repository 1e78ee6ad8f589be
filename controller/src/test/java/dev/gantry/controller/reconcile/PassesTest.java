package dev.gantry.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsFamily;
import dev.gantry.proto.Leader;
import dev.gantry.store.Change;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PassesTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final MemoryBackend backend = new MemoryBackend(() -> START);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Counting reconciler = new Counting();
    private ImageStore store;
    private Versioned<Leader> guard;
    private Optional<Versioned<Leader>> current;
    private Passes<EcsFamily> passes;
    private Runnable whenAsked = () -> {};
    private Runnable whenRead = () -> {};

    /** Raises a family's revision to {@link #target}, one at a time. */
    private static final class Counting implements Reconciler<EcsFamily> {
        private final List<Integer> seen = new ArrayList<>();
        private int target = 3;
        private int steps = 1;
        private int atOnce = 1;
        private boolean deaf;
        private Runnable before = () -> {};

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public int atOnce() {
            return atOnce;
        }

        @Override
        public Collection<Key<EcsFamily>> all(Snapshot snapshot) {
            return snapshot.list(Kinds.ECS_FAMILY).stream().map(Versioned::key).toList();
        }

        @Override
        public Collection<Key<EcsFamily>> wokenBy(Change<?> change, Snapshot snapshot) {
            return !deaf && change.key().kind().equals(Kinds.ECS_FAMILY)
                    ? List.of(Kinds.ECS_FAMILY.key(
                            change.key().scope(), change.key().name()))
                    : List.of();
        }

        @Override
        public Outcome reconcile(Snapshot snapshot, Key<EcsFamily> key, Instant now) {
            Versioned<EcsFamily> family = snapshot.get(key).orElseThrow();
            int value = family.value().getLatestRevision();
            seen.add(value);
            before.run();
            return value >= target
                    ? Outcome.nothing()
                    : Outcome.write(IntStream.rangeClosed(1, steps)
                            .mapToObj(step -> Transaction.builder()
                                    .update(family, family(value + step))
                                    .build())
                            .toList());
        }
    }

    @BeforeEach
    void open() throws InterruptedException {
        store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
        Leader leader = Leader.newBuilder().setControllerId("one").build();
        long revision =
                commit(Transaction.builder().create(Kinds.LEADER_KEY, leader).build());
        guard = new Versioned<>(Kinds.LEADER_KEY, leader, revision);
        current = Optional.of(guard);
        LoopEnvironment environment = new LoopEnvironment(tapped(), this::leader, () -> START, () -> 0.0, meters);
        passes = new Passes<>(reconciler, environment, LoopSettings.defaults());
        store.subscribe(passes);
        create("web");
    }

    /** The store, where something may happen just after somebody has read an image. */
    private Store tapped() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (_, method, words) -> {
                    Object answer = method.invoke(store, words);
                    if (method.getName().equals("snapshot")) {
                        whenRead.run();
                    }
                    return answer;
                });
    }

    private Optional<Versioned<Leader>> leader() {
        whenAsked.run();
        return current;
    }

    @Test
    void looksAtEverythingFirstAndThenAtItsOwnChanges() throws InterruptedException {
        settle(START);
        assertThat(reconciler.seen).containsExactly(0, 1, 2, 3);
        assertThat(family("web")).isEqualTo(3);
    }

    /** A service whose creation was told just after a worker had taken an image from before it was left alone for minutes. */
    @Test
    void decidesNothingOnAnImageFromBeforeTheChangeThatWokeIt() throws InterruptedException {
        settle(START);
        whenRead = () -> {
            whenRead = () -> {};
            arrive("late");
        };
        passes.step(START);
        settle(START);
        assertThat(family("late")).isEqualTo(3);
    }

    @Test
    void writesOneRecordSeveralTimesInOnePass() throws InterruptedException {
        reconciler.steps = 3;
        settle(START);
        assertThat(reconciler.seen).containsExactly(0, 3);
        assertThat(family("web")).isEqualTo(3);
    }

    @Test
    void aPassEndsWhereSomebodyElseWroteInTheMiddle() throws InterruptedException {
        reconciler.steps = 3;
        reconciler.target = 13;
        AtomicInteger asked = new AtomicInteger();
        // Before the pass, and before each of its writes: this is before the second.
        whenAsked = () -> {
            if (asked.incrementAndGet() == 3) {
                writeOver("web", 10);
            }
        };
        store.catchUp();
        settle(START);
        assertThat(reconciler.seen).containsExactly(0, 10, 13);
    }

    @Test
    void commitsWhatIsDecidedAtOnceTogether() throws InterruptedException {
        reconciler.atOnce = 2;
        reconciler.target = 1;
        create("other");
        create("third");
        store.catchUp();
        long before = store.snapshot().revision();
        passes.step(START);
        store.catchUp();
        assertThat(store.snapshot().revision()).isEqualTo(before + 1);
        assertThat(reconciler.seen).containsExactly(0, 0);
        settle(START);
        assertThat(family("web") + family("other") + family("third")).isEqualTo(3);
    }

    @Test
    void oneThatMetAnotherWriteHoldsUpNoneOfThoseBesideIt() throws InterruptedException {
        reconciler.atOnce = 2;
        reconciler.target = 1;
        create("other");
        store.catchUp();
        reconciler.before = () -> {
            reconciler.before = () -> {};
            write("web", 0);
        };
        passes.step(START);
        store.catchUp();
        assertThat(family("other")).isEqualTo(1);
        assertThat(family("web")).isZero();
        settle(START);
        assertThat(family("web")).isEqualTo(1);
    }

    @Test
    void aBugHoldsBackNoneOfThoseBesideIt() throws InterruptedException {
        reconciler.atOnce = 2;
        reconciler.target = 1;
        create("other");
        store.catchUp();
        reconciler.before = () -> {
            if (reconciler.seen.size() == 1) {
                throw new IllegalStateException("a bug, on purpose");
            }
        };
        passes.step(START);
        store.catchUp();
        assertThat(family("web") + family("other")).isEqualTo(1);
        settle(START.plusMillis(50));
        assertThat(family("web") + family("other")).isEqualTo(2);
    }

    @Test
    void doesNotDecideOnAnImageWithoutItsOwnWrite() throws InterruptedException {
        store.catchUp();
        passes.step(START);
        // The write is in the store, and the image does not hold it yet.
        create("other");
        assertThat(reconciler.seen).containsExactly(0);
        assertThat(passes.step(START)).isAfter(START);
        store.catchUp();
        passes.step(START);
        passes.step(START);
        assertThat(reconciler.seen).containsExactlyInAnyOrder(0, 0, 1);
    }

    @Test
    void decidesAgainAfterAConflictOnTheNewerRecord() throws InterruptedException {
        reconciler.before = () -> {
            reconciler.before = () -> {};
            write("web", 2);
        };
        settle(START);
        assertThat(reconciler.seen).containsExactly(0, 2, 3);
        assertThat(meters.counter("gantry.reconcile.retries", "loop", "counting")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void writesNothingUnderARecordThatIsNotTheLeadersAnyMore() throws InterruptedException {
        Leader other = Leader.newBuilder().setControllerId("two").build();
        commit(Transaction.builder().update(guard, other).build());
        settle(START);
        assertThat(family("web")).isZero();
    }

    @Test
    void writesNothingWhenTheLeadWasLostWhileItDecided() throws InterruptedException {
        reconciler.before = () -> current = Optional.empty();
        settle(START);
        assertThat(family("web")).isZero();
        assertThat(reconciler.seen).containsExactly(0);
    }

    @Test
    void aBugHoldsBackOnlyItsOwnKeyAndForLongerEachTime() throws InterruptedException {
        create("other");
        reconciler.before = () -> {
            if (reconciler.seen.size() == 1) {
                throw new IllegalStateException("a bug, on purpose");
            }
        };
        settle(START);
        assertThat(family("web") + family("other")).isEqualTo(3);
        settle(START.plusMillis(50));
        assertThat(family("web") + family("other")).isEqualTo(6);
    }

    @Test
    void waitsWhileTheStoreIsAway() throws InterruptedException {
        store.catchUp();
        backend.close();
        assertThat(passes.step(START)).isEqualTo(START.plusMillis(50));
        assertThat(passes.step(START.plusMillis(50))).isEqualTo(START.plusMillis(150));
        assertThat(reconciler.seen).containsExactly(0, 0);
    }

    @Test
    void theResyncFindsWhatWasMissedAndCountsIt() throws InterruptedException {
        settle(START);
        reconciler.deaf = true;
        reconciler.target = 4;
        settle(START.plusSeconds(299));
        assertThat(family("web")).isEqualTo(3);

        settle(START.plus(Duration.ofMinutes(5)));
        assertThat(family("web")).isEqualTo(4);
        assertThat(meters.counter("gantry.cache.drift", "loop", "counting").count())
                .isEqualTo(1);
    }

    @Test
    void aResyncIsNotPutOffByAClockThatWasSetBack() throws InterruptedException {
        settle(START);
        reconciler.deaf = true;
        reconciler.target = 4;
        Instant hourBack = START.minus(Duration.ofHours(1));
        settle(hourBack);
        settle(hourBack.plus(Duration.ofMinutes(5)));
        assertThat(family("web")).isEqualTo(4);
    }

    /** Steps until nothing is due at this time. */
    private void settle(Instant now) throws InterruptedException {
        store.catchUp();
        for (int i = 0; i < 100; i++) {
            boolean due = !passes.step(now).isAfter(now);
            long before = store.snapshot().revision();
            store.catchUp();
            if (!due && store.snapshot().revision() == before) {
                return;
            }
        }
        throw new AssertionError("never settles");
    }

    private void create(String name) throws InterruptedException {
        commit(Transaction.builder()
                .create(Kinds.ECS_FAMILY.key("", name), family(0))
                .build());
    }

    /** Created, and told at once. */
    private void arrive(String name) {
        try {
            create(name);
            store.catchUp();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void write(String name, int value) {
        try {
            Versioned<EcsFamily> family =
                    store.snapshot().get(Kinds.ECS_FAMILY.key("", name)).orElseThrow();
            commit(Transaction.builder().update(family, family(value)).build());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void writeOver(String name, int value) {
        try {
            store.catchUp();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        write(name, value);
    }

    private long commit(Transaction transaction) throws InterruptedException {
        return ((Commit.Committed) store.commit(transaction)).revision();
    }

    private int family(String name) {
        return store.snapshot()
                .get(Kinds.ECS_FAMILY.key("", name))
                .orElseThrow()
                .value()
                .getLatestRevision();
    }

    private static EcsFamily family(int revision) {
        return EcsFamily.newBuilder().setLatestRevision(revision).build();
    }
}
