package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.StringValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store promises over every backend. */
public abstract class StoreContract {

    protected static final Kind<StringValue> WORD = new Kind<>("word", StringValue.parser());
    protected static final Kind<StringValue> NOTE = new Kind<>("note", StringValue.parser());

    /** Finds a word by each of its parts. */
    protected static final Index<StringValue> BY_PART =
            new Index<>("by-part", WORD, w -> Arrays.asList(w.value().getValue().split(" ")));

    protected static final Index<StringValue> BY_LENGTH = new Index<>(
            "by-length",
            WORD,
            w -> List.of(Integer.toString(w.value().getValue().length())));

    private static final Duration SOON = Duration.ofSeconds(20);

    private Backend backend;
    private ImageStore store;

    /** A fresh, empty backend. */
    protected abstract Backend openBackend() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        backend = openBackend();
        store = ImageStore.open(backend, List.of(WORD, NOTE), List.of(BY_PART, BY_LENGTH));
    }

    @AfterEach
    void closeStore() {
        if (store != null) {
            store.close();
        }
        if (backend != null) {
            backend.close();
        }
    }

    @Test
    void aCallerReadsItsOwnWrites() throws Exception {
        Key<StringValue> key = WORD.key("a/scope/with/slashes", "name");
        for (int i = 0; i < 20; i++) {
            long revision = write(key, "text " + i);
            assertThat(store.snapshotAt(revision).get(key))
                    .contains(new Versioned<>(key, StringValue.of("text " + i), revision));
        }
    }

    @Test
    void keepsScopesApart() throws Exception {
        write(WORD.key("", "none"), "0");
        write(WORD.key("a", "one"), "1");
        write(WORD.key("a/b", "two"), "2");
        Snapshot image = store.snapshotAt(write(WORD.key("a", "another"), "3"));
        assertThat(image.list(WORD, "a"))
                .extracting(record -> record.key().name())
                .containsExactly("another", "one");
        assertThat(image.list(WORD))
                .extracting(record -> record.key().path())
                .containsExactly("word//none", "word/a/another", "word/a/one", "word/a/b/two");
        assertThat(image.count(WORD)).isEqualTo(4);
        assertThat(image.list(NOTE)).isEmpty();
    }

    @Test
    void aConflictNamesTheKey() throws Exception {
        Key<StringValue> key = WORD.key("s", "n");
        write(key, "one");
        Transaction again =
                Transaction.builder().create(key, StringValue.of("two")).build();
        assertThat(store.commit(again)).isEqualTo(new Commit.Conflicted(key));
    }

    @Test
    void refusesMoreOperationsThanATransactionMayHave() {
        Transaction.Builder large = Transaction.builder();
        for (int i = 0; i <= Transaction.OPERATIONS_MAX; i++) {
            large.create(WORD.key("s", "n" + i), StringValue.of("v"));
        }
        assertThatThrownBy(() -> store.commit(large.build()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("128");
    }

    @Test
    void refusesARecordThatNoImageWouldShow() {
        Kind<StringValue> other = new Kind<>("other", StringValue.parser());
        Transaction unknown = Transaction.builder()
                .create(other.key("", "n"), StringValue.of("v"))
                .build();
        assertThatThrownBy(() -> store.commit(unknown)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anOldImageStaysAsItWas() throws Exception {
        Key<StringValue> key = WORD.key("s", "n");
        Snapshot before = store.snapshotAt(write(key, "one"));
        store.snapshotAt(write(key, "two"));
        assertThat(before.get(key).orElseThrow().value().getValue()).isEqualTo("one");
        assertThat(before.count(BY_PART, "two")).isZero();
    }

    @Test
    void theHistoryHasTheStepsThatNoImageShows() throws Exception {
        Key<StringValue> key = WORD.key("s", "n");
        long first = write(key, "one");
        long second = write(key, "two");
        long third = write(key, "three");
        store.snapshotAt(third);
        List<Change<?>> steps = store.history(first).orElseThrow();
        assertThat(steps).extracting(Change::revision).containsExactly(second, third);
        assertThat(steps.getFirst().before()).isNull();
        assertThat(steps.getLast().before()).isEqualTo(new Versioned<>(key, StringValue.of("two"), second));
        assertThat(store.history(third).orElseThrow()).isEmpty();
    }

    @Test
    void aHistoryThatWasCompactedIsNotTold() throws Exception {
        Key<StringValue> key = WORD.key("s", "n");
        long first = write(key, "one");
        write(key, "two");
        long third = write(key, "three");
        store.snapshotAt(third);
        backend.compact(third);
        assertThat(store.history(first)).isEmpty();
    }

    @Test
    void aListenerHearsEveryImageAfterItSubscribed() throws Exception {
        Key<StringValue> key = WORD.key("s", "n");
        store.snapshotAt(write(key, "before"));
        List<Change<?>> heard = Collections.synchronizedList(new ArrayList<>());
        try (Store.Subscription _ = store.subscribe((image, changes) -> heard.addAll(changes))) {
            long created = write(WORD.key("s", "m"), "created");
            long updated = write(key, "updated");
            Versioned<StringValue> last = store.snapshotAt(updated).get(key).orElseThrow();
            long deleted =
                    revision(store.commit(Transaction.builder().delete(last).build()));
            await().atMost(SOON).until(() -> heard.size() == 3);
            assertThat(heard).extracting(Change::revision).containsExactly(created, updated, deleted);
            assertThat(heard.getLast().before()).isEqualTo(last);
            assertThat(heard.getLast().after()).isNull();
        }
    }

    @Test
    void subscribersThatComeWhileImagesMoveMissNothing() throws Exception {
        int writes = 100;
        List<Thread> subscribers = new ArrayList<>();
        List<String> gaps = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < writes; i++) {
            write(WORD.key("s", "n" + i), "v");
            subscribers.add(Thread.ofVirtual().start(() -> followAndCompare(gaps)));
        }
        for (Thread subscriber : subscribers) {
            subscriber.join();
        }
        store.snapshotAt(write(WORD.key("s", "last"), "v"));
        assertThat(gaps).isEmpty();
    }

    @Test
    void indexesEqualARecomputedTruthAfterRandomWrites() throws Exception {
        long seed = System.nanoTime();
        System.out.println("StoreContract seed " + seed);
        Random random = new Random(seed);
        long last = 0;
        for (int i = 0; i < 200; i++) {
            last = writeSomething(random, store.snapshotAt(last));
        }
        Snapshot image = store.snapshotAt(last);
        assertIndexed(image);
        try (ImageStore fresh = ImageStore.open(backend, List.of(WORD, NOTE), List.of(BY_PART, BY_LENGTH))) {
            assertThat(fresh.snapshot().list(WORD)).isEqualTo(image.list(WORD));
            assertIndexed(fresh.snapshot());
        }
    }

    @Test
    void recordsOfALeaseVanishFromTheImage() throws Exception {
        Lease lease = store.grant(Duration.ofSeconds(60));
        Key<StringValue> key = WORD.key("", "leader");
        long revision = revision(store.commit(
                Transaction.builder().create(key, StringValue.of("me"), lease).build()));
        assertThat(store.snapshotAt(revision).get(key)).isPresent();
        assertThat(store.renew(lease)).isTrue();
        store.revoke(lease);
        await().atMost(SOON).until(() -> store.snapshot().get(key).isEmpty());
    }

    protected final ImageStore store() {
        return store;
    }

    protected final long write(Key<StringValue> key, String text) throws InterruptedException {
        Optional<Versioned<StringValue>> before = store.snapshot().get(key);
        Transaction.Builder writes = Transaction.builder();
        StringValue value = StringValue.of(text);
        before.ifPresentOrElse(record -> writes.update(record, value), () -> writes.create(key, value));
        long revision = revision(store.commit(writes.build()));
        store.snapshotAt(revision);
        return revision;
    }

    protected static long revision(Commit commit) {
        return switch (commit) {
            case Commit.Committed(long revision) -> revision;
            case Commit.Conflicted(Key<?> key) -> throw new AssertionError("conflict on " + key);
        };
    }

    /** Follows by changes alone for a while; what it then has must be what the image has. */
    private void followAndCompare(List<String> gaps) {
        List<Change<?>> heard = Collections.synchronizedList(new ArrayList<>());
        List<Snapshot> images = Collections.synchronizedList(new ArrayList<>());
        Store.Subscription subscription = store.subscribe((image, changes) -> {
            images.add(image);
            heard.addAll(changes);
        });
        Snapshot base = store.snapshot();
        Thread.yield();
        subscription.close();
        Map<String, Versioned<?>> own = new TreeMap<>();
        base.list(WORD).forEach(record -> own.put(record.key().path(), record));
        Snapshot end = images.isEmpty() ? base : images.getLast();
        List.copyOf(heard).stream()
                .filter(change -> change.revision() > base.revision() && change.revision() <= end.revision())
                .forEach(change -> own.put(change.key().path(), change.after()));
        if (end.revision() >= base.revision() && own.size() != end.count(WORD)) {
            gaps.add("from " + base.revision() + " to " + end.revision() + ": " + own.size() + " records instead of "
                    + end.count(WORD));
        }
    }

    private long writeSomething(Random random, Snapshot image) throws InterruptedException {
        Transaction.Builder writes = Transaction.builder();
        for (int i = 0; i <= random.nextInt(4); i++) {
            Key<StringValue> key = WORD.key("s" + random.nextInt(3), "n" + i + "-" + random.nextInt(10));
            StringValue value =
                    StringValue.of("p" + random.nextInt(4) + " ".repeat(random.nextInt(3)) + "q" + random.nextInt(4));
            Optional<Versioned<StringValue>> before = image.get(key);
            if (before.isEmpty()) {
                writes.create(key, value);
            } else if (random.nextInt(3) == 0) {
                writes.delete(before.get());
            } else {
                writes.update(before.get(), value);
            }
        }
        return revision(store.commit(writes.build()));
    }

    private static void assertIndexed(Snapshot image) {
        for (Index<StringValue> index : List.of(BY_PART, BY_LENGTH)) {
            Map<String, List<Versioned<StringValue>>> truth = new TreeMap<>();
            for (Versioned<StringValue> record : image.list(WORD)) {
                index.values().apply(record).stream()
                        .distinct()
                        .forEach(value -> truth.computeIfAbsent(value, _ -> new ArrayList<>())
                                .add(record));
            }
            truth.values()
                    .forEach(records -> records.sort(Comparator.comparing(
                                    (Versioned<StringValue> r) -> r.key().scope())
                            .thenComparing(r -> r.key().name())));
            assertThat(truth).isNotEmpty().allSatisfy((value, records) -> {
                assertThat(image.find(index, value)).isEqualTo(records);
                assertThat(image.count(index, value)).isEqualTo(records.size());
            });
            assertThat(image.find(index, "no such value")).isEmpty();
        }
    }
}
