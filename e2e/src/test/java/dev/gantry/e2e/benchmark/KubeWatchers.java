package dev.gantry.e2e.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.options.WatchOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;

/** How long a change takes until the last of many who watch has it, beside etcd's own watches. */
final class KubeWatchers {

    private static final int MANY = 1_000;
    private static final int CHANGES = 200;
    private static final int WARMING = 60;
    private static final String PODS = "/api/v1/namespaces/default/pods";

    private final KubeClient kube;

    KubeWatchers(KubeClient kube) {
        this.kube = kube;
    }

    private record Lag(double p50, double p99, int bytes) {

        static Lag of(List<Double> millis, int bytes) {
            List<Double> counted = millis.subList(WARMING, millis.size());
            return new Lag(Figure.median(counted), Figure.percentile(counted, 99), bytes);
        }
    }

    void run(Path home) throws Exception {
        Lag few = watched(MANY / 10);
        Lag many = watched(MANY);
        Figure.printGrown("change to the last of 1,000 watchers, p50", many.p50(), few.p50(), "ms");
        Figure.printGrown("change to the last of 1,000 watchers, p99", many.p99(), few.p99(), "ms");
        Optional<EtcdProcess> etcd = EtcdProcess.start(home.resolve("etcd-alone"));
        if (etcd.isEmpty()) {
            System.out.println("no etcd is installed to compare with");
            return;
        }
        try (EtcdProcess process = etcd.get();
                Client client = Client.builder().endpoints(process.endpoint()).build()) {
            Lag theirs = ofEtcd(client, many.bytes());
            Figure.print("  beside etcd, p50 (goal <= 1)", many.p50(), theirs.p50(), "ms", "etcd's 1,000 watches");
            Figure.print("  beside etcd, p99", many.p99(), theirs.p99(), "ms", "etcd's 1,000 watches");
        }
    }

    /** Each over a connection of its own, with TLS, as many clients have them. */
    private Lag watched(int watchers) throws Exception {
        JsonNode list = kube.get(PODS + "?limit=1");
        String since = list.path("metadata").path("resourceVersion").asText();
        String pod = list.path("items").path(0).path("metadata").path("name").asText();
        List<LeanClient> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < watchers; i++) {
                LeanClient client = kube.connect();
                clients.add(client);
                client.begin(kube.get(PODS + "?watch=1&resourceVersion=" + since, "application/json"));
            }
            Phaser told = new Phaser(watchers);
            int[] bytes = new int[1];
            for (LeanClient client : clients) {
                threads.submit(() -> {
                    for (int change = 0; change < CHANGES; change++) {
                        byte[] event = client.next();
                        bytes[0] = event.length;
                        int _ = told.arrive();
                    }
                    return watchers;
                });
            }
            List<Double> millis = new ArrayList<>();
            try (LeanClient writer = kube.connect()) {
                for (int change = 0; change < CHANGES; change++) {
                    byte[] request = kube.merge(
                            PODS + "/" + pod, "{\"metadata\":{\"annotations\":{\"change\":\"" + change + "\"}}}");
                    long began = System.nanoTime();
                    byte[] _ = writer.exchange(request);
                    int _ = told.awaitAdvanceInterruptibly(change, 30, TimeUnit.SECONDS);
                    millis.add((System.nanoTime() - began) / 1e6);
                }
            }
            return Lag.of(millis, bytes[0]);
        } finally {
            for (LeanClient client : clients) {
                client.close();
            }
        }
    }

    /** All over the one connection of a client, without TLS: the library has no other way for so many. */
    private static Lag ofEtcd(Client client, int bytes) throws Exception {
        ByteSequence key = ByteSequence.from("watched", UTF_8);
        Phaser told = new Phaser(MANY);
        KV kv = client.getKVClient();
        // From a revision on, as the others watch: none can miss the first change.
        WatchOption since = WatchOption.builder()
                .withRevision(kv.get(key).get().getHeader().getRevision() + 1)
                .build();
        List<AutoCloseable> watches = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            watches.add(client.getWatchClient().watch(key, since, answer -> {
                for (int event = 0; event < answer.getEvents().size(); event++) {
                    int _ = told.arrive();
                }
            }));
        }
        List<Double> millis = new ArrayList<>();
        for (int change = 0; change < CHANGES; change++) {
            byte[] value = new byte[bytes];
            long began = System.nanoTime();
            var _ = kv.put(key, ByteSequence.from(value)).get(30, TimeUnit.SECONDS);
            int _ = told.awaitAdvanceInterruptibly(change, 30, TimeUnit.SECONDS);
            millis.add((System.nanoTime() - began) / 1e6);
        }
        for (AutoCloseable watch : watches) {
            watch.close();
        }
        return Lag.of(millis, bytes);
    }
}
