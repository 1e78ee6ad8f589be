package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the store follows a backend that goes away, forgets, or holds what nobody can read. */
final class ImageStoreTest {

    private static final Kind<StringValue> WORD = new Kind<>("word", StringValue.parser());
    private static final Key<StringValue> KEY = WORD.key("s", "n");
    private static final ByteString UNREADABLE = ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff});

    private final UnsteadyBackend backend = new UnsteadyBackend(new MemoryBackend());
    private final List<ImageStore> opened = new ArrayList<>();

    @AfterEach
    void closeAll() {
        opened.forEach(ImageStore::close);
    }

    @Test
    void tellsTheDifferenceAfterTheWatchWasLost() throws Exception {
        Key<StringValue> gone = WORD.key("s", "gone");
        Key<StringValue> same = WORD.key("s", "same");
        Key<StringValue> added = WORD.key("s", "added");
        put(KEY, 0, "one");
        put(gone, 0, "gone");
        put(same, 0, "same");
        ImageStore store = open(byHand());
        List<Change<?>> heard = new ArrayList<>();
        store.subscribe((image, changes) -> heard.addAll(changes));
        Snapshot before = store.snapshot();
        backend.memory().loseWatchers("cut");
        put(KEY, before.get(KEY).orElseThrow().revision(), "two");
        delete(gone, before.get(gone).orElseThrow().revision());
        put(added, 0, "added");
        store.catchUp();
        assertThat(heard)
                .extracting(change -> change.key().path())
                .containsExactly(KEY.path(), added.path(), gone.path());
        assertThat(heard.getFirst().before()).isEqualTo(before.get(KEY).orElseThrow());
        assertThat(heard.getLast().after()).isNull();
        assertThat(store.snapshot().list(WORD)).hasSize(3);
        put(WORD.key("s", "later"), 0, "later");
        store.catchUp();
        assertThat(store.snapshot().list(WORD)).hasSize(4);
    }

    @Test
    void servesTheLastImageWhileTheBackendIsAwayAndGoesOnAfterwards() throws Exception {
        long revision = put(KEY, 0, "one");
        ImageStore store = open(StoreSettings.defaults());
        assertThat(store.isConnected()).isTrue();
        backend.reachable(false);
        backend.memory().loseWatchers("cut");
        await().until(() -> !store.isConnected());
        assertThat(store.snapshot().get(KEY)).isPresent();
        put(KEY, revision, "two");
        backend.reachable(true);
        await().until(store::isConnected);
        assertThat(store.snapshot().get(KEY).orElseThrow().value().getValue()).isEqualTo("two");
    }

    @Test
    void givesUpWaitingForARevisionThatDoesNotCome() throws Exception {
        ImageStore store = open(StoreSettings.defaults().withDeadline(Duration.ofMillis(10)));
        assertThatThrownBy(() -> store.snapshotAt(999))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("999");
    }

    @Test
    void leavesOutUnknownKindsAndStrangePaths() throws Exception {
        raw("unknown/s/n", 0, ByteString.EMPTY);
        raw("nonsense", 0, ByteString.EMPTY);
        raw("word/s", 0, ByteString.EMPTY);
        ImageStore store = open(StoreSettings.defaults());
        assertThat(store.snapshot().count(WORD)).isZero();
        long revision = raw("unknown/s/m", 0, ByteString.EMPTY);
        assertThat(store.snapshotAt(revision).count(WORD)).isZero();
    }

    @Test
    void leavesOutAnUnreadableRecordAndKeepsTheOthers() throws Exception {
        raw(KEY.path(), 0, UNREADABLE);
        put(WORD.key("s", "fine"), 0, "fine");
        ImageStore store = open(StoreSettings.defaults());
        assertThat(store.snapshot().list(WORD)).hasSize(1);
    }

    @Test
    void keepsTheLastReadableVersionOfARecordThatBecameUnreadable() throws Exception {
        long revision = put(KEY, 0, "fine");
        ImageStore store = open(StoreSettings.defaults());
        long spoilt = raw(KEY.path(), revision, UNREADABLE);
        Versioned<StringValue> record = store.snapshotAt(spoilt).get(KEY).orElseThrow();
        assertThat(record.value().getValue()).isEqualTo("fine");
        Transaction update =
                Transaction.builder().update(record, StringValue.of("new")).build();
        assertThat(store.commit(update)).isEqualTo(new Commit.Conflicted(KEY));
    }

    @Test
    void readsEverythingAnewWhenItFellTooFarBehind() throws Exception {
        StoreSettings small =
                new StoreSettings(Duration.ofSeconds(5), Duration.ofMillis(1), Duration.ofMillis(1), 1_000, false);
        ImageStore store = open(small);
        for (int i = 0; i < 100; i++) {
            put(WORD.key("s", "n" + i), 0, "v");
        }
        store.catchUp();
        assertThat(store.snapshot().count(WORD)).isEqualTo(100);
    }

    @Test
    void aFailingListenerHarmsNobody() throws Exception {
        ImageStore store = open(byHand());
        List<Snapshot> images = Collections.synchronizedList(new ArrayList<>());
        store.subscribe((image, changes) -> {
            throw new IllegalStateException("a listener's bug");
        });
        store.subscribe((image, changes) -> images.add(image));
        put(KEY, 0, "one");
        store.catchUp();
        assertThat(images).hasSize(1);
    }

    @Test
    void makesOneImageForEachRevision() throws Exception {
        ImageStore store = open(byHand());
        List<Long> revisions = new ArrayList<>();
        store.subscribe((image, changes) -> revisions.add(image.revision()));
        long first = put(KEY, 0, "one");
        long second = put(KEY, first, "two");
        store.catchUp();
        assertThat(revisions).containsExactly(first, second);
    }

    @Test
    void aStoreMovedByHandReadsItsOwnWrites() throws Exception {
        ImageStore store = open(byHand());
        long revision = put(KEY, 0, "one");
        assertThat(store.snapshot().get(KEY)).isEmpty();
        assertThat(store.snapshotAt(revision).get(KEY)).isPresent();
    }

    private static StoreSettings byHand() {
        return StoreSettings.byHand();
    }

    private ImageStore open(StoreSettings settings) throws InterruptedException {
        ImageStore store = ImageStore.open(backend, List.of(WORD), List.of(), settings);
        opened.add(store);
        return store;
    }

    private long put(Key<StringValue> key, long expected, String text) {
        return raw(key.path(), expected, StringValue.of(text).toByteString());
    }

    private void delete(Key<StringValue> key, long expected) {
        backend.memory()
                .commit(new Request(Map.of(key.path(), expected), Map.of(key.path(), Optional.empty()), Map.of()));
    }

    private long raw(String path, long expected, ByteString value) {
        Backend.Result result = backend.memory()
                .commit(new Request(Map.of(path, expected), Map.of(path, Optional.of(value)), Map.of()));
        return ((Backend.Result.Committed) result).revision();
    }
}
