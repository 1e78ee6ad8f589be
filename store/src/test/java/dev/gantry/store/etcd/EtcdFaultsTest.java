package dev.gantry.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend.Entry;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Backend.Result;
import dev.gantry.store.Backend.Result.Committed;
import dev.gantry.store.Backend.Result.Conflicted;
import dev.gantry.store.Heard;
import dev.gantry.store.UnavailableException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of commits and watches when etcd, or the way to it, breaks. */
final class EtcdFaultsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private EtcdServer server;
    private TcpRelay relay;
    private EtcdBackend direct;
    private EtcdBackend relayed;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = EtcdServer.start(directory);
        relay = new TcpRelay(server.port());
        direct = open(server.endpoint(), LONG);
        relayed = open(relay.endpoint(), LONG);
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            direct.close();
            relayed.close();
            relay.close();
            server.close();
        }
    }

    @Test
    void aCommitWhoseAnswerGotLostIsFoundToHaveGoneIn() throws Exception {
        relayed.read();
        relay.swallowReplies();
        FutureTask<Result> commit = start(() -> relayed.commit(put("k//a", 0, "ours")));
        await().atMost(LONG).until(() -> find("k//a").isPresent());
        relay.cutAndPass();
        assertThat(commit.get())
                .isEqualTo(new Committed(find("k//a").orElseThrow().revision()));
    }

    @Test
    void itIsFoundToHaveGoneInEvenWhenSomebodyHasOverwrittenItSince() throws Exception {
        relayed.read();
        relay.swallowReplies();
        FutureTask<Result> commit = start(() -> relayed.commit(put("k//a", 0, "ours")));
        await().atMost(LONG).until(() -> find("k//a").isPresent());
        long ours = find("k//a").orElseThrow().revision();
        direct.commit(put("k//a", ours, "theirs"));
        relay.cutAndPass();
        assertThat(commit.get()).isEqualTo(new Committed(ours));
    }

    @Test
    void aDeletionWhoseAnswerGotLostIsFoundToHaveGoneIn() throws Exception {
        long created = ((Committed) direct.commit(put("k//a", 0, "x"))).revision();
        relayed.read();
        relay.swallowReplies();
        Request deletion = new Request(Map.of("k//a", created), Map.of("k//a", Optional.empty()), Map.of());
        FutureTask<Result> commit = start(() -> relayed.commit(deletion));
        await().atMost(LONG).until(() -> find("k//a").isEmpty());
        relay.cutAndPass();
        assertThat(commit.get()).isEqualTo(new Committed(created + 1));
    }

    @Test
    void aCommitThatNeverArrivedConflictsWithWhatDid() throws Exception {
        relayed.read();
        relay.swallowRequests();
        FutureTask<Result> commit = start(() -> relayed.commit(put("k//a", 0, "ours")));
        direct.commit(put("k//a", 0, "theirs"));
        relay.cutAndPass();
        assertThat(commit.get()).isEqualTo(new Conflicted("k//a"));
        assertThat(find("k//a").orElseThrow().value().toStringUtf8()).isEqualTo("theirs");
    }

    @Test
    void aFrozenServerIsNamedAndUsedAgainAfterwards() throws Exception {
        try (EtcdBackend hasty = open(server.endpoint(), Duration.ofSeconds(2))) {
            hasty.read();
            server.freeze();
            assertThatThrownBy(() -> hasty.commit(put("k//a", 0, "x")))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(server.endpoint().toString());
            assertThatThrownBy(hasty::read).isInstanceOf(UnavailableException.class);
            assertThat(hasty.isReachable()).isFalse();
            server.thaw();
            await().atMost(LONG).ignoreExceptions().until(() -> hasty.read().revision() > 0);
            assertThat(hasty.isReachable()).isTrue();
        }
    }

    @Test
    void aWatchMissesNothingWhenItsConnectionIsCutAgainAndAgain() throws Exception {
        Heard heard = new Heard();
        long last = direct.read().revision();
        try (AutoCloseable _ = relayed.watch(last, heard)) {
            for (int i = 0; i < 200; i++) {
                last = ((Committed) direct.commit(put("k//" + i, 0, "x"))).revision();
                if (i % 40 == 20) {
                    relay.cutAndPass();
                }
            }
            long end = last;
            await().atMost(LONG).until(() -> heard.lastRevision() == end);
        }
        assertThat(heard.events()).hasSize(200);
        assertThat(heard.events())
                .extracting(event -> event.revision())
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(heard.lostReason()).isEmpty();
    }

    @Test
    void aWatchGoesOnAfterTheServerWasKilledAndStartedAgain() throws Exception {
        Heard heard = new Heard();
        long start = direct.read().revision();
        try (AutoCloseable _ = direct.watch(start, heard)) {
            direct.commit(put("k//a", 0, "x"));
            await().atMost(LONG).until(() -> heard.events().size() == 1);
            server.kill();
            await().atMost(LONG).until(() -> !direct.isReachable());
            server.restart();
            await().atMost(LONG).ignoreExceptions().until(() -> direct.commit(put("k//b", 0, "x")) != null);
            await().atMost(LONG).until(() -> heard.events().size() == 2);
        }
    }

    @Test
    void anUnguardedTransactionIsRefused() {
        Request unguarded = new Request(Map.of(), Map.of("k//a", Optional.of(ByteString.EMPTY)), Map.of());
        assertThatThrownBy(() -> direct.commit(unguarded)).isInstanceOf(IllegalStateException.class);
    }

    static EtcdBackend open(URI endpoint, Duration deadline) {
        return EtcdBackend.open(
                EtcdSettings.of(List.of(endpoint)).withDeadline(deadline),
                () -> ThreadLocalRandom.current().nextLong());
    }

    private static FutureTask<Result> start(Callable<Result> call) {
        FutureTask<Result> task = new FutureTask<>(call);
        Thread.ofVirtual().start(task);
        return task;
    }

    private Optional<Entry> find(String path) throws InterruptedException {
        return direct.read().entries().stream()
                .filter(entry -> entry.path().equals(path))
                .findFirst();
    }

    private static Request put(String path, long expected, String value) {
        return new Request(Map.of(path, expected), Map.of(path, Optional.of(ByteString.copyFromUtf8(value))), Map.of());
    }
}
