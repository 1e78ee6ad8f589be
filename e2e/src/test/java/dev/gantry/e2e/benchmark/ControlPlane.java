package dev.gantry.e2e.benchmark;

import dev.gantry.cli.client.KubeAccess;
import dev.gantry.controller.identity.Authority;
import dev.gantry.controller.identity.ClusterKey;
import dev.gantry.controller.identity.Seal;
import dev.gantry.controller.identity.Vault;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.store.Backend;
import dev.gantry.store.ImageStore;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.embedded.EmbeddedBackend;
import dev.gantry.store.etcd.EtcdBackend;
import dev.gantry.store.etcd.EtcdSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A controller in a process of its own, started as users start it, over a store that outlives it. */
final class ControlPlane implements AutoCloseable {

    private static final Pattern USED = Pattern.compile("(?:DefNew|Tenured|garbage-first heap).*?used (\\d+)K");

    private static final int ATTEMPTS = 5;

    private final Path data;
    private final Path log;
    private final Optional<EtcdProcess> etcd;
    private final String javaOptions;
    private final int port = EtcdProcess.freePort();
    private final int agentPort = EtcdProcess.freePort();
    private final int kubePort = EtcdProcess.freePort();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Authority authority;
    private Optional<Gantry> process = Optional.empty();
    private String words = "";

    /**
     * Makes the store and the cluster's authority, and starts nothing yet.
     *
     * @param store {@code embedded} or {@code etcd}
     */
    ControlPlane(Path home, String store, String javaOptions) throws Exception {
        this.data = Files.createDirectories(home.resolve("data"));
        this.log = home.resolve("server.log");
        this.javaOptions = javaOptions;
        this.etcd = switch (store) {
            case "embedded" -> Optional.empty();
            case "etcd" ->
                Optional.of(EtcdProcess.start(home.resolve("etcd"))
                        .orElseThrow(() -> new IOException("no etcd is installed")));
            default -> throw new IllegalArgumentException("--store is embedded or etcd, was " + store);
        };
        SecureRandom chance = new SecureRandom();
        ClusterKey key = ClusterKey.loadOrCreate(data.resolve("cluster.key"), chance);
        this.authority = authority(key, chance);
    }

    private Authority authority(ClusterKey key, SecureRandom chance) throws Exception {
        UnavailableException last = new UnavailableException("nothing was tried");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (Backend backend = backend();
                    ImageStore image = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES)) {
                return Authority.open(new Vault(image, new Seal(key, chance)), Instant.now(), chance);
            } catch (UnavailableException e) {
                // The first call of a cold process on a busy machine outlasts the store's deadline.
                last = e;
            }
        }
        throw last;
    }

    Authority authority() {
        return authority;
    }

    int port() {
        return port;
    }

    String agentAddress() {
        return "127.0.0.1:" + agentPort;
    }

    /** The store itself; an embedded one only while no controller runs. */
    Backend backend() throws Exception {
        if (etcd.isPresent()) {
            return EtcdBackend.open(EtcdSettings.of(List.of(etcd.get().endpoint())), new SecureRandom()::nextLong);
        }
        return EmbeddedBackend.open(Files.createDirectories(data.resolve("store")));
    }

    /** Starts it with these options of {@code gantry server} as well. */
    ControlPlane with(String options) {
        words += " " + options;
        return this;
    }

    /** Lets it take nodes for alive that no agent is behind. */
    void withSilentNodes() {
        ControlPlane _ = with("--unreachable-after 30m --lost-after 60m");
    }

    /** Its Kubernetes API, as its administrator sees it. */
    KubeClient kube() {
        return new KubeClient(KubeAccess.read(data.resolve("kubeconfig")));
    }

    /** Starts it; returns at once. */
    void launch() {
        String where = etcd.map(one -> " --store etcd=" + one.endpoint()).orElse("");
        process = Optional.of(Gantry.start(
                "server",
                log,
                Map.of("GANTRY_JAVA_OPTIONS", javaOptions),
                "deploy/gantry server --data-dir " + data + " --port " + port + " --agent-port " + agentPort
                        + " --kube-port " + kubePort + where + words));
    }

    void start() {
        launch();
        process().awaitLine("ready (");
    }

    void kill() {
        Gantry _ = process().kill();
    }

    private Gantry process() {
        return process.orElseThrow();
    }

    Api api() {
        return new Api(environment());
    }

    Map<String, String> environment() {
        return Gantry.environment(data);
    }

    ProcessFigures figures() {
        return new ProcessFigures(process().pid());
    }

    boolean isServed() {
        try {
            return get("/ready").statusCode() == 200;
        } catch (IOException _) {
            if (process().died()) {
                throw new AssertionError("the controller ended:\n" + process().output());
            }
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    double revision() throws IOException, InterruptedException {
        return meter("gantry_store_revision");
    }

    /** What the loop of that name has done so far. */
    Passes passes(String loop) throws IOException, InterruptedException {
        String labels = "{loop=\"" + loop + "\"}";
        return new Passes(
                meter("gantry_reconcile_duration_seconds_count" + labels),
                meter("gantry_reconcile_duration_seconds_sum" + labels));
    }

    /** @param seconds deciding and committing, in all passes together */
    record Passes(double count, double seconds) {

        Passes since(Passes earlier) {
            return new Passes(count - earlier.count, seconds - earlier.seconds);
        }
    }

    private double meter(String name) throws IOException, InterruptedException {
        Matcher found = Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\S+)$")
                .matcher(get("/metrics").body());
        if (!found.find()) {
            throw new IOException("the metrics have no " + name);
        }
        return Double.parseDouble(found.group(1));
    }

    /** What is in use after a full collection. */
    double heapMebibytes() {
        jcmd("GC.run");
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        double kibibytes = 0;
        while (used.find()) {
            kibibytes += Double.parseDouble(used.group(1));
        }
        return kibibytes / 1024;
    }

    private String jcmd(String command) {
        Path java = Path.of(ProcessHandle.current().info().command().orElseThrow());
        return Command.of(
                        java.resolveSibling("jcmd").toString(),
                        Long.toString(process().pid()),
                        command)
                .run()
                .must();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Something that must become true. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Waits for it; gives the seconds since {@code beganNanos}. */
    static double await(String what, long beganNanos, Duration most, Condition condition) throws Exception {
        while (!condition.holds()) {
            if (System.nanoTime() - beganNanos > most.toNanos()) {
                throw new AssertionError(what + " took longer than " + most.toSeconds() + " s");
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return (System.nanoTime() - beganNanos) / 1e9;
    }

    @Override
    public void close() throws Exception {
        process.ifPresent(Gantry::close);
        if (etcd.isPresent()) {
            etcd.get().close();
        }
    }
}
