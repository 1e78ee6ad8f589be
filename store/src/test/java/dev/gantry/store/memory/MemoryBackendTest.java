package dev.gantry.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.store.Backend;
import dev.gantry.store.BackendContract;
import dev.gantry.store.Heard;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class MemoryBackendTest extends BackendContract {

    private final SetClock clock = new SetClock();
    private final MemoryBackend memory = new MemoryBackend(clock, 1_000);

    @Override
    protected Backend open() {
        return memory;
    }

    @Override
    protected void pass(Duration time) {
        clock.pass(time);
        memory.expire(clock.instant());
    }

    @Test
    void tellsWatchersBeforeTheCommitReturns() throws Exception {
        Heard heard = new Heard();
        try (AutoCloseable _ = memory.watch(memory.read().revision(), heard)) {
            long revision = create("k//a", "one");
            assertThat(heard.lastRevision()).isEqualTo(revision);
        }
    }

    @Test
    void forgetsTheOldestRevisionsWhenTheHistoryIsFull() throws Exception {
        long start = memory.read().revision();
        long revision = create("k//a", "0");
        for (int i = 0; i < 1_001; i++) {
            revision = committed(put("k//a", revision, "x"));
        }
        Heard heard = new Heard();
        memory.watch(start, heard).close();
        assertThat(heard.lostReason()).isPresent();
    }
}
