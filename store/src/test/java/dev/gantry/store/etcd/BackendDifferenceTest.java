package dev.gantry.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Heard;
import dev.gantry.store.Lease;
import dev.gantry.store.embedded.EmbeddedBackend;
import dev.gantry.store.memory.MemoryBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same random requests to the simulation's store, the embedded one and a real etcd get the same answers. Each has its
 * own revisions, so they are compared by the number of the write that made them.
 */
final class BackendDifferenceTest {

    private static final int STEPS = 300;
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final List<String> PATHS = List.of("a//1", "a//2", "a/x/1", "b//1", "b/y/2", "c//1");

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

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void allBackendsGiveTheSameAnswers(long seed, @TempDir Path directory) throws Exception {
        EtcdSettings settings = EtcdSettings.of(List.of(server.endpoint()))
                .withPrefix("/difference-" + ++opened + "/")
                .withDeadline(SOON);
        try (Backend memory = new MemoryBackend();
                Backend embedded = EmbeddedBackend.open(directory);
                Backend etcd = EtcdBackend.open(settings, new SplittableRandom(seed)::nextLong)) {
            compare(seed, List.of(new Actor(memory), new Actor(embedded), new Actor(etcd)));
        }
    }

    private static void compare(long seed, List<Actor> actors) throws Exception {
        List<List<String>> answers = new ArrayList<>();
        for (Actor actor : actors) {
            SplittableRandom chance = new SplittableRandom(seed);
            List<String> heard = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                heard.add(step + ": " + actor.act(chance));
            }
            heard.add(actor.read());
            answers.add(heard);
        }
        assertThat(answers.get(1)).as("embedded and memory").isEqualTo(answers.get(0));
        assertThat(answers.get(2)).as("etcd and memory").isEqualTo(answers.get(0));
    }

    /** One backend, and which of its revisions is which write. */
    private static final class Actor {
        private final Backend backend;
        private final TreeMap<Long, Integer> writes = new TreeMap<>();
        private final Map<String, Integer> written = new TreeMap<>();
        private final Map<String, Lease> leased = new TreeMap<>();
        private final List<Lease> leases = new ArrayList<>();
        private int compacted;

        Actor(Backend backend) throws InterruptedException {
            this.backend = backend;
            writes.put(backend.read().revision(), 0);
        }

        String act(SplittableRandom chance) throws Exception {
            return switch (chance.nextInt(12)) {
                case 0, 1, 2, 3, 4, 5 -> commit(chance);
                case 6 -> read();
                case 7 -> watch(chance.nextInt(writes.size()));
                case 8 -> grant();
                case 9 -> leases.isEmpty() ? "no lease" : renew(chance.nextInt(leases.size()));
                case 10 -> leases.isEmpty() ? "no lease" : revoke(chance.nextInt(leases.size()));
                default -> chance.nextInt(4) == 0 ? compact() : "nothing";
            };
        }

        private String commit(SplittableRandom chance) throws Exception {
            Map<String, Long> guards = new TreeMap<>();
            Map<String, Optional<ByteString>> changes = new TreeMap<>();
            Map<String, Lease> under = new TreeMap<>();
            int wrong = chance.nextInt(4) == 0 ? chance.nextInt(3) : -1;
            int count = 1 + chance.nextInt(3);
            int from = chance.nextInt(PATHS.size());
            for (int i = 0; i < count; i++) {
                String path = PATHS.get((from + i) % PATHS.size());
                int known = written.getOrDefault(path, 0);
                guards.put(path, revision(i == wrong ? (known + 1) % writes.size() : known));
                switch (chance.nextInt(5)) {
                    case 0 -> {} // Only guarded.
                    case 1 -> changes.put(path, Optional.empty());
                    default -> changes.put(path, Optional.of(ByteString.copyFromUtf8("v" + chance.nextInt(100))));
                }
                if (!leases.isEmpty()
                        && changes.getOrDefault(path, Optional.empty()).isPresent()
                        && chance.nextInt(3) == 0) {
                    under.put(path, leases.get(chance.nextInt(leases.size())));
                }
            }
            Backend.Result result = backend.commit(new Request(guards, changes, under));
            boolean news = isNews(changes);
            if (result instanceof Backend.Result.Committed(long revision) && news) {
                note(revision, changes, under);
            }
            return switch (result) {
                case Backend.Result.Committed(long revision) ->
                    news ? "committed " + number(revision) : "nothing to do";
                // etcd does not say which of the leases is gone.
                case Backend.Result.Conflicted(String path) -> "conflicted " + (hold(guards) ? "by a lease" : path);
            };
        }

        private boolean hold(Map<String, Long> guards) {
            return guards.entrySet().stream()
                    .allMatch(guard -> revision(written.getOrDefault(guard.getKey(), 0)) == guard.getValue());
        }

        /** To delete what is not there changes nothing. */
        private boolean isNews(Map<String, Optional<ByteString>> changes) {
            return changes.entrySet().stream()
                    .anyMatch(change -> change.getValue().isPresent() || written.containsKey(change.getKey()));
        }

        private void note(long revision, Map<String, Optional<ByteString>> changes, Map<String, Lease> under) {
            int number = writes.size();
            writes.put(revision, number);
            changes.forEach((path, value) -> {
                leased.remove(path);
                if (value.isPresent()) {
                    written.put(path, number);
                } else {
                    written.remove(path);
                }
            });
            leased.putAll(under);
        }

        /** The revision of a write by its number; 0 stands for what is not there. */
        private long revision(int number) {
            return number == 0
                    ? 0
                    : writes.entrySet().stream()
                            .filter(write -> write.getValue() == number)
                            .findFirst()
                            .orElseThrow()
                            .getKey();
        }

        /** Of the newest write up to the revision. */
        private int number(long revision) {
            return writes.floorEntry(revision).getValue();
        }

        String read() throws Exception {
            Backend.Contents contents = backend.read();
            Map<String, String> entries = new LinkedHashMap<>();
            contents.entries()
                    .forEach(entry -> entries.put(
                            entry.path(), entry.value().toStringUtf8() + " of " + number(entry.revision())));
            return number(contents.revision()) + " " + entries;
        }

        private String watch(int number) throws Exception {
            LongUnaryOperator revisionOf = one -> writes.entrySet().stream()
                    .filter(write -> write.getValue() == one)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            if (number == compacted - 1) {
                return "either: etcd still tells of the revision that it was compacted at";
            }
            Heard heard = new Heard();
            long newest = writes.lastKey();
            try (AutoCloseable _ = backend.watch(revisionOf.applyAsLong(number), heard)) {
                boolean nothing = number == writes.size() - 1 && number >= compacted;
                await().atMost(SOON)
                        .until(() -> nothing
                                || heard.lastRevision() >= newest
                                || heard.lostReason().isPresent());
            }
            return heard.lostReason().isPresent()
                    ? "lost"
                    : heard.events().stream()
                            .map(event -> number(event.revision()) + " " + event.path() + "="
                                    + (event.value() == null
                                            ? null
                                            : event.value().toStringUtf8()))
                            .toList()
                            .toString();
        }

        private String grant() throws Exception {
            leases.add(backend.grant(Duration.ofMinutes(10)));
            return "granted";
        }

        private String renew(int index) throws Exception {
            return "renewed " + backend.renew(leases.get(index));
        }

        /** What was under it vanishes in one revision. */
        private String revoke(int index) throws Exception {
            Lease lease = leases.get(index);
            backend.revoke(lease);
            List<String> gone = leased.entrySet().stream()
                    .filter(one -> one.getValue().equals(lease))
                    .map(Map.Entry::getKey)
                    .toList();
            if (!gone.isEmpty()) {
                Map<String, Optional<ByteString>> changes = new TreeMap<>();
                gone.forEach(path -> changes.put(path, Optional.empty()));
                note(backend.read().revision(), changes, Map.of());
            }
            return "revoked, gone " + gone;
        }

        private String compact() throws Exception {
            compacted = writes.size() - 1;
            backend.compact(writes.lastKey());
            return "compacted";
        }
    }
}
