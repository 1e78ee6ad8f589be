package dev.gantry.e2e.benchmark;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import dev.gantry.store.Backend;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Index;
import dev.gantry.store.Kind;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.embedded.EmbeddedBackend;
import dev.gantry.store.etcd.EtcdBackend;
import dev.gantry.store.etcd.EtcdSettings;
import dev.gantry.store.memory.MemoryBackend;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Commits per second of each store beside its raw engine, start-up of an image, and the way from a commit to a watcher.
 * Run it with {@code main}; the first argument is a directory on the disk to measure, the second the seconds for each
 * figure.
 */
public final class StoreBenchmark {

    private static final int VALUE_BYTES = 1_024;
    private static final int RECORDS = 100_000;
    private static final int IN_FLIGHT = 64;
    private static final Kind<BytesValue> BLOB = new Kind<>("blob", BytesValue.parser());
    private static final Index<BytesValue> BY_FIRST_BYTE = new Index<>(
            "by-first-byte",
            BLOB,
            r -> List.of(Integer.toString(r.value().getValue().byteAt(0))));

    private final Path directory;
    private final double seconds;

    private StoreBenchmark(Path directory, double seconds) {
        this.directory = directory;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        Path parent = Path.of(arguments.length > 0 ? arguments[0] : "target");
        Files.createDirectories(parent);
        Path directory = Files.createTempDirectory(parent, "store-benchmark");
        double seconds = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 3;
        try {
            new StoreBenchmark(directory, seconds).run();
        } finally {
            delete(directory);
        }
    }

    private void run() throws Exception {
        memory();
        embedded();
        etcd();
    }

    private void memory() throws Exception {
        try (Backend backend = new MemoryBackend()) {
            for (int inFlight : List.of(1, IN_FLIGHT)) {
                print("memory", inFlight, rate(inFlight, backend), Double.NaN);
            }
            startUp("memory", backend);
            latency("memory", backend);
        }
    }

    private void embedded() throws Exception {
        for (int inFlight : List.of(1, IN_FLIGHT)) {
            double raw;
            try (RawEngines.File file = new RawEngines.File(directory.resolve("raw-" + inFlight))) {
                raw = Load.perSecond(inFlight, seconds, file::commit);
            }
            try (Backend backend = EmbeddedBackend.open(directory.resolve("embedded-" + inFlight))) {
                print("embedded", inFlight, rate(inFlight, backend), raw);
            }
        }
        Path place = directory.resolve("embedded-full");
        try (Backend backend = EmbeddedBackend.open(place)) {
            fill(backend);
            latency("embedded", backend);
        }
        long start = System.nanoTime();
        try (Backend backend = EmbeddedBackend.open(place)) {
            System.out.printf("embedded file of %,d records opened: %.2f s%n", RECORDS, secondsSince(start));
            startUp("embedded", backend);
        }
        System.out.printf(
                "embedded file of %,d records of %,d bytes: %,d MB%n",
                RECORDS, VALUE_BYTES, Files.size(place.resolve("store.mv")) >> 20);
    }

    private void etcd() throws Exception {
        Optional<EtcdProcess> started = EtcdProcess.start(directory.resolve("etcd"));
        if (started.isEmpty()) {
            System.out.println("etcd: not measured, there is none on the PATH");
            return;
        }
        try (EtcdProcess process = started.get();
                RawEngines.Etcd raw = new RawEngines.Etcd(process.endpoint());
                Backend backend = openEtcd(process.endpoint())) {
            for (int inFlight : List.of(1, IN_FLIGHT)) {
                double engine = Load.perSecond(inFlight, seconds, raw::commit);
                print("etcd", inFlight, rate(inFlight, backend), engine);
            }
            fill(backend);
            startUp("etcd", backend);
            latency("etcd", backend);
        }
    }

    /** Each worker updates a record of its own, as guarded as everything is. */
    private double rate(int inFlight, Backend backend) throws Exception {
        Map<Integer, Long> revisions = new HashMap<>();
        long run = System.nanoTime();
        for (int worker = 0; worker < inFlight; worker++) {
            revisions.put(worker, commit(backend, path(run, worker), 0));
        }
        long[] current = new long[inFlight];
        revisions.forEach((worker, revision) -> current[worker] = revision);
        return Load.perSecond(
                inFlight, seconds, worker -> current[worker] = commit(backend, path(run, worker), current[worker]));
    }

    private static String path(long run, int worker) {
        return "blob/" + run + "/" + worker;
    }

    private static long commit(Backend backend, String path, long expected) throws InterruptedException {
        Request request = new Request(Map.of(path, expected), Map.of(path, Optional.of(value())), Map.of());
        return ((Backend.Result.Committed) backend.commit(request)).revision();
    }

    private static void fill(Backend backend) throws InterruptedException {
        int perCommit = Transaction.OPERATIONS_MAX;
        for (int first = 0; first < RECORDS; first += perCommit) {
            Map<String, Long> guards = new HashMap<>();
            Map<String, Optional<ByteString>> writes = new HashMap<>();
            for (int i = first; i < Math.min(RECORDS, first + perCommit); i++) {
                guards.put("blob/full/" + i, 0L);
                writes.put("blob/full/" + i, Optional.of(value()));
            }
            backend.commit(new Request(guards, writes, Map.of()));
        }
    }

    private static void startUp(String name, Backend backend) throws InterruptedException {
        if (backend instanceof MemoryBackend) {
            fill(backend);
        }
        long start = System.nanoTime();
        try (ImageStore store = ImageStore.open(backend, List.of(BLOB), List.of(BY_FIRST_BYTE))) {
            System.out.printf(
                    "%s image of %,d records read: %.2f s%n",
                    name, store.snapshot().count(BLOB), secondsSince(start));
        }
    }

    /** From the call of commit to the listener that hears of it. */
    private void latency(String name, Backend backend) throws InterruptedException {
        SynchronousQueue<Long> heard = new SynchronousQueue<>();
        try (ImageStore store = ImageStore.open(backend, List.of(BLOB), List.of(BY_FIRST_BYTE));
                Store.Subscription _ = store.subscribe((image, changes) -> offer(heard, image.revision()))) {
            int rounds = 200;
            long[] micros = new long[rounds];
            for (int i = 0; i < rounds; i++) {
                Transaction create = Transaction.builder()
                        .create(
                                BLOB.key("latency", name + "-" + i),
                                BytesValue.newBuilder().setValue(random()).build())
                        .build();
                long start = System.nanoTime();
                Commit commit = store.commit(create);
                while (heard.take() < ((Commit.Committed) commit).revision()) {
                    Thread.onSpinWait();
                }
                micros[i] = (System.nanoTime() - start) / 1_000;
            }
            Arrays.sort(micros);
            System.out.printf(
                    "%s put to listener: p50 %,d us, p99 %,d us%n",
                    name, micros[rounds / 2], micros[rounds * 99 / 100]);
        }
    }

    private static void offer(SynchronousQueue<Long> queue, long revision) {
        try {
            queue.offer(revision, 10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void print(String name, int inFlight, double ours, double raw) {
        if (Double.isNaN(raw)) {
            System.out.printf("%s commits/s, %d in flight: %,.0f (no engine below it)%n", name, inFlight, ours);
        } else {
            System.out.printf(
                    "%s commits/s, %d in flight: %,.0f, raw engine %,.0f, ratio %.2f%n",
                    name, inFlight, ours, raw, ours / raw);
        }
    }

    private static Backend openEtcd(URI endpoint) {
        return EtcdBackend.open(
                EtcdSettings.of(List.of(endpoint)),
                () -> ThreadLocalRandom.current().nextLong());
    }

    private static ByteString value() {
        return BytesValue.newBuilder().setValue(random()).build().toByteString();
    }

    private static ByteString random() {
        byte[] bytes = new byte[VALUE_BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(path);
            }
        }
    }
}
