package dev.gantry.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.store.Backend;
import dev.gantry.store.Backend.Entry;
import dev.gantry.store.BackendContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EtcdBackendTest extends BackendContract {

    private static EtcdServer server;
    private static int opened;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        server = EtcdServer.start(directory);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected Backend open() {
        opened++;
        return open("/backend-" + opened + "/");
    }

    /** etcd's own clock goes on by itself. */
    @Override
    protected void pass(Duration time) {}

    @Test
    void readsAStoreOfManyPages() throws Exception {
        for (int i = 0; i < 25; i++) {
            create("k//" + (100 + i), "value " + i);
        }
        EtcdSettings small = EtcdSettings.of(List.of(server.endpoint()))
                .withPrefix("/backend-" + opened + "/")
                .withPageMax(4);
        try (Backend paged =
                EtcdBackend.open(small, () -> ThreadLocalRandom.current().nextLong())) {
            assertThat(paged.read().entries()).isEqualTo(backend().read().entries());
            assertThat(paged.read().entries()).hasSize(25);
        }
    }

    @Test
    void doesNotSeeWhatIsUnderAnotherPrefix() throws Exception {
        try (Backend other = open("/other/")) {
            other.commit(put("k//a", 0, "theirs"));
            long revision = create("k//a", "ours");
            assertThat(backend().read().entries()).containsExactly(new Entry("k//a", bytes("ours"), revision));
        }
    }

    @Test
    void aRequestThatDeletesWhatIsAbsentNamesARevisionThatImagesReach() throws Exception {
        long revision = create("k//a", "one");
        Backend.Request nothing =
                new Backend.Request(Map.of("k//a", revision, "k//b", 0L), Map.of("k//b", Optional.empty()), Map.of());
        assertThat(backend().commit(nothing)).isEqualTo(new Backend.Result.Committed(revision));
    }

    private static Backend open(String prefix) {
        EtcdSettings settings = EtcdSettings.of(List.of(server.endpoint())).withPrefix(prefix);
        return EtcdBackend.open(settings, () -> ThreadLocalRandom.current().nextLong());
    }
}
