package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import dev.gantry.store.memory.MemoryBackend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an image remembers of the way that led to it. */
final class RecentTest {

    private static final Kind<StringValue> WORD = new Kind<>("word", StringValue.parser());

    @Test
    void tellsExactlyWhatLedFromAnEarlierImage() throws Exception {
        try (ImageStore store = open()) {
            write(store, "a", "1");
            Snapshot earlier = store.snapshot();
            List<Change<?>> heard = new ArrayList<>();
            store.subscribe((_, changes) -> heard.addAll(changes));
            write(store, "a", "2");
            write(store, "b", "1");
            assertThat(store.snapshot().changesSince(earlier.revision())).contains(heard);
            assertThat(store.snapshot().changesSince(store.snapshot().revision()))
                    .contains(List.of());
        }
    }

    @Test
    void saysWhenItDoesNotRemember() {
        Recent recent = Recent.NOTHING;
        for (int revision = 1; revision <= 600; revision++) {
            recent = recent.with(revision - 1, revision, List.of());
        }
        assertThat(recent.since(50)).isEmpty();
        assertThat(recent.since(599)).isPresent();
        assertThat(recent.since(88)).isPresent();
        assertThat(recent.since(87)).isEmpty();
    }

    @Test
    void forgetsEverythingAtAStepThatIsTooLong() {
        Key<StringValue> key = WORD.key("s", "n");
        Change<?> change = new Change<>(key, null, new Versioned<>(key, StringValue.of("1"), 3), 3);
        Recent recent = Recent.NOTHING.with(1, 2, List.of()).with(2, 3, Collections.nCopies(1_001, change));
        assertThat(recent.since(1)).isEmpty();
        assertThat(recent.since(2)).isEmpty();
        assertThat(recent.with(3, 4, List.of(change)).since(3)).contains(List.of(change));
    }

    @Test
    void keepsFewerStepsWhenEachIsLong() {
        Key<StringValue> key = WORD.key("s", "n");
        List<Change<?>> many =
                Collections.nCopies(1_000, new Change<>(key, null, new Versioned<>(key, StringValue.of("1"), 3), 3));
        Recent recent = Recent.NOTHING;
        for (int revision = 1; revision <= 20; revision++) {
            recent = recent.with(revision - 1, revision, many);
        }
        assertThat(recent.since(4))
                .hasValueSatisfying(changes -> assertThat(changes).hasSize(16_000));
        assertThat(recent.since(3)).isEmpty();
    }

    private static ImageStore open() throws InterruptedException {
        return ImageStore.open(new MemoryBackend(), List.of(WORD), List.of(), StoreSettings.byHand());
    }

    private static void write(ImageStore store, String name, String text) throws InterruptedException {
        Key<StringValue> key = WORD.key("s", name);
        Transaction.Builder transaction = Transaction.builder();
        store.snapshot()
                .get(key)
                .ifPresentOrElse(
                        record -> transaction.update(record, StringValue.of(text)),
                        () -> transaction.create(key, StringValue.of(text)));
        store.commit(transaction.build());
        store.catchUp();
    }
}
