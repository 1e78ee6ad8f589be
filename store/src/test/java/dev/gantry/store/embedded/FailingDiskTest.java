package dev.gantry.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend.Entry;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Backend.Result;
import dev.gantry.store.Heard;
import dev.gantry.store.UnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded store does when its disk is full or breaks. */
final class FailingDiskTest {

    @TempDir
    private Path directory;

    private EmbeddedBackend backend;

    @BeforeEach
    void open() {
        FailingDisk.register();
        backend = EmbeddedBackend.open(EmbeddedSettings.of(directory), FailingDisk.SCHEME);
    }

    @AfterEach
    void close() {
        FailingDisk.heal();
        backend.close();
    }

    @Test
    void aCommitIsSyncedBeforeItIsAcknowledged() throws Exception {
        for (int i = 0; i < 20; i++) {
            create("k//" + i);
            assertThat(FailingDisk.hasUnsynced()).isFalse();
        }
    }

    @Test
    void aFullDiskIsNamedAndTheStoreStaysReadable() throws Exception {
        create("k//before");
        FailingDisk.fillAfter(0);
        assertThatThrownBy(() -> create("k//lost"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("No space left on device");
        FailingDisk.heal();
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> !backend.read().entries().isEmpty());
        assertThat(backend.read().entries()).extracting(Entry::path).containsExactly("k//before");
    }

    @Test
    void itGoesOnWhenThereIsSpaceAgainAndTellsWatchersToReadAnew() throws Exception {
        Heard heard = new Heard();
        backend.watch(backend.read().revision(), heard);
        FailingDisk.failSyncs();
        assertThatThrownBy(() -> create("k//a")).isInstanceOf(UnavailableException.class);
        FailingDisk.heal();
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> create("k//b") != null);
        assertThat(heard.lostReason()).isPresent();
    }

    @Test
    void nothingAcknowledgedIsLostHoweverOftenTheDiskFails() throws Exception {
        long seed = System.nanoTime();
        System.out.println("FailingDiskTest seed " + seed);
        Random random = new Random(seed);
        Set<String> acknowledged = new TreeSet<>();
        for (int round = 0; round < 20; round++) {
            FailingDisk.fillAfter(random.nextInt(40));
            createUntilItFails(round, acknowledged);
            FailingDisk.heal();
            backend.close();
            backend = EmbeddedBackend.open(EmbeddedSettings.of(directory), FailingDisk.SCHEME);
            assertThat(backend.read().entries()).extracting(Entry::path).containsAll(acknowledged);
        }
    }

    private void createUntilItFails(int round, Set<String> acknowledged) throws InterruptedException {
        try {
            for (int i = 0; i < 100; i++) {
                create("k/" + round + "/" + i);
                acknowledged.add("k/" + round + "/" + i);
            }
            throw new AssertionError("the disk did not fill up");
        } catch (UnavailableException e) {
            assertThat(e).hasMessageContaining("No space left on device");
        }
    }

    private Result create(String path) throws InterruptedException {
        ByteString value = ByteString.copyFromUtf8("x".repeat(500));
        return backend.commit(new Request(Map.of(path, 0L), Map.of(path, Optional.of(value)), Map.of()));
    }
}
