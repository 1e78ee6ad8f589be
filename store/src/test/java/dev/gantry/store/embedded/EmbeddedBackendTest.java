package dev.gantry.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.store.Backend;
import dev.gantry.store.BackendContract;
import dev.gantry.store.Heard;
import dev.gantry.store.Lease;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.memory.SetClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedBackendTest extends BackendContract {

    private final SetClock clock = new SetClock();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Override
    protected Backend open() {
        return EmbeddedBackend.open(EmbeddedSettings.of(directory).withClock(clock));
    }

    @Override
    protected void pass(Duration time) {
        clock.pass(time);
    }

    @Test
    void hasEverythingAgainAfterItWasOpenedAnew() throws Exception {
        Lease lease = backend().grant(Duration.ofSeconds(60));
        long deleted = create("k//deleted", "x");
        long kept = create("k//kept", "kept");
        committed(new Backend.Request(
                Map.of("k//leased", 0L),
                Map.of("k//leased", Optional.of(bytes("leased"))),
                Map.of("k//leased", lease)));
        long last = committed(delete("k//deleted", deleted));
        backend().close();
        try (Backend again = open()) {
            assertThat(again.read().revision()).isEqualTo(last);
            assertThat(again.read().entries()).hasSize(2);
            assertThat(again.commit(put("k//kept", kept, "newer"))).isEqualTo(new Backend.Result.Committed(last + 1));
            Lease next = again.grant(Duration.ofSeconds(60));
            assertThat(next.id()).isGreaterThan(lease.id());
            again.revoke(lease);
            assertThat(again.read().entries()).hasSize(1);
        }
    }

    @Test
    void aWatchFromBeforeItWasOpenedIsLost() throws Exception {
        long revision = create("k//a", "x");
        create("k//b", "x");
        backend().close();
        try (Backend again = open()) {
            Heard heard = new Heard();
            again.watch(revision, heard).close();
            assertThat(heard.lostReason()).isPresent();
        }
    }

    @Test
    void aSecondOneOnTheSameDirectoryIsToldWhoHasIt() {
        assertThatThrownBy(() -> EmbeddedBackend.open(directory))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(
                        "in use by the process " + ProcessHandle.current().pid());
    }

    @Test
    void aClosedOneAnswersThatItIsClosed() {
        backend().close();
        assertThatThrownBy(() -> backend().read())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void itsFileStaysSmallHoweverOftenARecordIsWritten() throws Exception {
        String value = "x".repeat(4_000);
        long revision = create("k//a", value);
        for (int i = 0; i < 3_000; i++) {
            revision = committed(put("k//a", revision, value));
        }
        assertThat(Files.size(directory.resolve("store.mv"))).isLessThan(16 << 20);
    }
}
