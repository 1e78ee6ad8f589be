package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend.Contents;
import dev.gantry.store.Backend.Entry;
import dev.gantry.store.Backend.Event;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Backend.Result.Committed;
import dev.gantry.store.Backend.Result.Conflicted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every backend promises. */
public abstract class BackendContract {

    protected static final Duration SOON = Duration.ofSeconds(20);

    private Backend backend;

    /** A fresh, empty backend. */
    protected abstract Backend open() throws Exception;

    /** Lets the time pass until leases of that length are over. */
    protected abstract void pass(Duration time) throws Exception;

    /** A length of a lease that the backend keeps exactly and the test may wait for. */
    protected Duration shortLease() {
        return Duration.ofSeconds(1);
    }

    @BeforeEach
    void openBackend() throws Exception {
        backend = open();
    }

    @AfterEach
    void closeBackend() {
        if (backend != null) {
            backend.close();
        }
    }

    @Test
    void readsWhatWasWrittenInTheOrderOfPaths() throws Exception {
        long second = create("k//b", "two");
        long first = create("k//a", "one");
        assertThat(backend.read().entries())
                .containsExactly(
                        new Entry("k//a", ByteString.copyFromUtf8("one"), first),
                        new Entry("k//b", ByteString.copyFromUtf8("two"), second));
        assertThat(backend.read().revision()).isEqualTo(first);
    }

    @Test
    void refusesToCreateTwiceAndNamesThePath() throws Exception {
        create("k//a", "one");
        assertThat(backend.commit(put("k//a", 0, "two"))).isEqualTo(new Conflicted("k//a"));
        assertThat(backend.read().entries()).hasSize(1);
    }

    @Test
    void writesNothingWhenOneGuardOfManyDoesNotHold() throws Exception {
        long a = create("k//a", "one");
        Request request =
                new Request(Map.of("k//a", a, "k//b", 77L), Map.of("k//a", Optional.of(bytes("changed"))), Map.of());
        assertThat(backend.commit(request)).isEqualTo(new Conflicted("k//b"));
        assertThat(value("k//a")).contains("one");
    }

    @Test
    void anEntryThatWasDeletedAndCreatedAgainIsNotTheOldOne() throws Exception {
        long before = create("k//a", "one");
        committed(delete("k//a", before));
        assertThat(backend.read().entries()).isEmpty();
        long after = create("k//a", "one");
        assertThat(after).isGreaterThan(before + 1);
        assertThat(backend.commit(put("k//a", before, "two"))).isEqualTo(new Conflicted("k//a"));
        assertThat(backend.commit(put("k//a", after, "two"))).isInstanceOf(Committed.class);
    }

    @Test
    void aRequestThatOnlyGuardsIsAnsweredAndTellsNobody() throws Exception {
        long revision = create("k//a", "one");
        assertThat(backend.commit(new Request(Map.of("k//a", revision), Map.of(), Map.of())))
                .isEqualTo(new Committed(revision));
        assertThat(backend.commit(new Request(Map.of("k//a", revision - 1), Map.of(), Map.of())))
                .isEqualTo(new Conflicted("k//a"));
    }

    @Test
    void concurrentCountersLoseNothing() throws Exception {
        create("k//counter", "0");
        int writers = 8;
        int rounds = 25;
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < writers; i++) {
                running.add(threads.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        increment("k//counter");
                    }
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        assertThat(value("k//counter")).contains(Integer.toString(writers * rounds));
    }

    @Test
    void aWatchTellsEverythingAfterItsRevisionInOrderAndOnce() throws Exception {
        create("k//before", "not told");
        Contents read = backend.read();
        List<Long> revisions = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            revisions.add(create("k/between/" + i, "between"));
        }
        Heard heard = new Heard();
        try (AutoCloseable _ = backend.watch(read.revision(), heard)) {
            for (int i = 0; i < 50; i++) {
                revisions.add(create("k/after/" + i, "after"));
            }
            long last = committed(delete("k/after/3", revisions.get(53)));
            revisions.add(last);
            await().atMost(SOON).until(() -> heard.lastRevision() >= last);
            assertThat(heard.events()).extracting(Event::revision).isEqualTo(revisions);
            assertThat(heard.events().getLast()).isEqualTo(new Event("k/after/3", null, last));
        }
    }

    @Test
    void theWritesOfOneRequestAreToldTogether() throws Exception {
        Heard heard = new Heard();
        try (AutoCloseable _ = backend.watch(backend.read().revision(), heard)) {
            Request request = new Request(
                    Map.of("k//a", 0L, "k//b", 0L),
                    Map.of("k//a", Optional.of(bytes("one")), "k//b", Optional.of(bytes("two"))),
                    Map.of());
            long revision = committed(request);
            await().atMost(SOON).until(() -> heard.lastRevision() >= revision);
            assertThat(heard.events())
                    .containsExactlyInAnyOrder(
                            new Event("k//a", bytes("one"), revision), new Event("k//b", bytes("two"), revision));
            assertThat(heard.calls()).isEqualTo(1);
        }
    }

    @Test
    void aClosedWatchHearsNothingMore() throws Exception {
        Heard closed = new Heard();
        backend.watch(backend.read().revision(), closed).close();
        Heard open = new Heard();
        try (AutoCloseable _ = backend.watch(backend.read().revision(), open)) {
            long revision = create("k//a", "one");
            await().atMost(SOON).until(() -> open.lastRevision() >= revision);
            assertThat(closed.events()).isEmpty();
        }
    }

    @Test
    void aWatchFromBelowTheCompactionIsLost() throws Exception {
        long start = backend.read().revision();
        long revision = create("k//a", "0");
        for (int i = 1; i < 10; i++) {
            revision = committed(put("k//a", revision, Integer.toString(i)));
        }
        backend.compact(revision);
        Heard heard = new Heard();
        try (AutoCloseable _ = backend.watch(start, heard)) {
            await().atMost(SOON).until(() -> heard.lostReason().isPresent());
            assertThat(heard.events()).isEmpty();
        }
        assertThat(value("k//a")).contains("9");
    }

    @Test
    void aWatchFromTheCompactedRevisionGoesOn() throws Exception {
        long revision = create("k//a", "0");
        backend.compact(revision);
        Heard heard = new Heard();
        try (AutoCloseable _ = backend.watch(revision, heard)) {
            long next = committed(put("k//a", revision, "1"));
            await().atMost(SOON).until(() -> heard.lastRevision() >= next);
            assertThat(heard.lostReason()).isEmpty();
        }
    }

    @Test
    void entriesVanishWithTheirLeaseAndWatchersHearOfIt() throws Exception {
        Lease lease = backend.grant(shortLease());
        long kept = create("k//kept", "kept");
        long revision = committed(new Request(
                Map.of("k//a", 0L, "k//b", 0L),
                Map.of("k//a", Optional.of(bytes("one")), "k//b", Optional.of(bytes("two"))),
                Map.of("k//a", lease, "k//b", lease)));
        Heard heard = new Heard();
        try (AutoCloseable _ = backend.watch(revision, heard)) {
            pass(shortLease());
            await().atMost(SOON).until(() -> heard.events().size() == 2);
            assertThat(heard.events())
                    .allSatisfy(event -> assertThat(event.value()).isNull())
                    .extracting(Event::path)
                    .containsExactlyInAnyOrder("k//a", "k//b");
        }
        assertThat(backend.read().entries()).extracting(Entry::revision).containsExactly(kept);
        assertThat(backend.renew(lease)).isFalse();
    }

    @Test
    void aRenewedLeaseStays() throws Exception {
        Lease lease = backend.grant(Duration.ofSeconds(60));
        committed(new Request(Map.of("k//a", 0L), Map.of("k//a", Optional.of(bytes("one"))), Map.of("k//a", lease)));
        assertThat(backend.renew(lease)).isTrue();
        assertThat(value("k//a")).contains("one");
    }

    @Test
    void aRevokedLeaseTakesItsEntriesAlongAtOnce() throws Exception {
        Lease lease = backend.grant(Duration.ofSeconds(60));
        committed(new Request(Map.of("k//a", 0L), Map.of("k//a", Optional.of(bytes("one"))), Map.of("k//a", lease)));
        backend.revoke(lease);
        assertThat(backend.read().entries()).isEmpty();
        assertThat(backend.renew(lease)).isFalse();
        backend.revoke(lease);
    }

    @Test
    void anEntryThatIsWrittenAgainWithoutTheLeaseOutlivesIt() throws Exception {
        Lease lease = backend.grant(Duration.ofSeconds(60));
        long revision = committed(
                new Request(Map.of("k//a", 0L), Map.of("k//a", Optional.of(bytes("one"))), Map.of("k//a", lease)));
        committed(put("k//a", revision, "two"));
        backend.revoke(lease);
        assertThat(value("k//a")).contains("two");
    }

    @Test
    void aWriteUnderALeaseThatEndedConflicts() throws Exception {
        Lease lease = backend.grant(Duration.ofSeconds(60));
        backend.revoke(lease);
        Request request =
                new Request(Map.of("k//a", 0L), Map.of("k//a", Optional.of(bytes("one"))), Map.of("k//a", lease));
        assertThat(backend.commit(request)).isEqualTo(new Conflicted("k//a"));
    }

    @Test
    void keepsAsManyWritesAsATransactionMayHave() throws Exception {
        Map<String, Long> guards = new java.util.TreeMap<>();
        Map<String, Optional<ByteString>> writes = new java.util.TreeMap<>();
        for (int i = 0; i < Transaction.OPERATIONS_MAX; i++) {
            guards.put("k//" + i, 0L);
            writes.put("k//" + i, Optional.of(bytes("v" + i)));
        }
        committed(new Request(guards, writes, Map.of()));
        assertThat(backend.read().entries()).hasSize(Transaction.OPERATIONS_MAX);
    }

    protected final Backend backend() {
        return backend;
    }

    protected final long create(String path, String value) throws InterruptedException {
        return committed(put(path, 0, value));
    }

    protected final long committed(Request request) throws InterruptedException {
        return switch (backend.commit(request)) {
            case Committed(long revision) -> revision;
            case Conflicted(String path) -> throw new AssertionError("conflict on " + path);
        };
    }

    protected static Request put(String path, long expected, String value) {
        return new Request(Map.of(path, expected), Map.of(path, Optional.of(bytes(value))), Map.of());
    }

    protected static Request delete(String path, long expected) {
        return new Request(Map.of(path, expected), Map.of(path, Optional.empty()), Map.of());
    }

    protected static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    protected final Optional<String> value(String path) throws InterruptedException {
        return entry(path).map(entry -> entry.value().toStringUtf8());
    }

    protected final Optional<Entry> entry(String path) throws InterruptedException {
        return backend.read().entries().stream()
                .filter(entry -> entry.path().equals(path))
                .findFirst();
    }

    private void increment(String path) throws InterruptedException {
        boolean done = false;
        while (!done) {
            Entry entry = entry(path).orElseThrow();
            int next = Integer.parseInt(entry.value().toStringUtf8()) + 1;
            done = backend.commit(put(path, entry.revision(), Integer.toString(next))) instanceof Committed;
        }
    }
}
