package dev.gantry.e2e.benchmark;

import com.google.protobuf.ByteString;
import dev.gantry.e2e.bed.Command;
import dev.gantry.store.Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** What pods and the Kubernetes API cost, each beside what does the same without them. */
final class KubeBenchmark {

    private static final List<String> ALL = List.of("decisions", "pods", "list", "watch", "memory", "neighbours");

    /** Enough nodes for what is only read. */
    private static final int QUIET_NODES = 100;

    /** A store takes so many in one transaction. */
    private static final int CHUNK = 100;

    private final Options options;

    /** @param list pods there are to be read */
    private record Options(int nodes, int pods, int list, String store, Set<String> only, String javaOptions) {

        static Options parse(String[] words) {
            Map<String, String> given = new HashMap<>();
            for (int i = 0; i < words.length; i += 2) {
                if (!words[i].matches("--(nodes|pods|list|store|only|java-options)") || i + 1 == words.length) {
                    throw new IllegalArgumentException("usage: gantry bench kube [--nodes N] [--pods M] [--list L]"
                            + " [--store embedded|etcd] [--only " + String.join(",", ALL)
                            + "] [--java-options \"OPTION...\"]");
                }
                given.put(words[i], words[i + 1]);
            }
            Set<String> only = Set.copyOf(Arrays.asList(
                    given.getOrDefault("--only", String.join(",", ALL)).split(",", -1)));
            if (!ALL.containsAll(only)) {
                throw new IllegalArgumentException("--only takes " + String.join(", ", ALL));
            }
            return new Options(
                    Integer.parseInt(given.getOrDefault("--nodes", "200")),
                    Integer.parseInt(given.getOrDefault("--pods", "2000")),
                    Integer.parseInt(given.getOrDefault("--list", "10000")),
                    given.getOrDefault("--store", "etcd"),
                    only,
                    given.getOrDefault("--java-options", "-Xmx2g"));
        }
    }

    private KubeBenchmark(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        KubeBenchmark benchmark = new KubeBenchmark(Options.parse(arguments));
        benchmark.run();
        System.exit(0);
    }

    private boolean wants(String... parts) {
        return Arrays.stream(parts).anyMatch(options.only()::contains);
    }

    private void run() throws Exception {
        if (wants("decisions")) {
            decisions();
        }
        if (wants("pods")) {
            pods();
        }
        if (wants("list", "watch", "memory")) {
            full();
        }
        if (wants("neighbours")) {
            Neighbours.run();
        }
    }

    /** The controller's own part of pods getting to run, beside that of tasks. */
    private void decisions() throws Exception {
        double _ = decidedPods(options.pods());
        double _ = decidedTasks(options.pods());
        double tenth = decidedPods(options.pods() / 10);
        double pods = decidedPods(options.pods());
        double tasks = decidedTasks(options.pods());
        String about =
                String.format(Locale.ROOT, "decisions alone, %,d pods on %,d nodes", options.pods(), options.nodes());
        Figure.printGrown(about, pods, tenth, "s of a processor");
        Figure.print(
                "  of them in a second (goal >= 0.9)",
                options.pods() / pods,
                options.pods() / tasks,
                "1/s",
                "ECS tasks");
    }

    private double decidedPods(int count) throws Exception {
        try (PodConvergence one = new PodConvergence(options.nodes())) {
            return one.pods(count);
        }
    }

    private double decidedTasks(int count) throws Exception {
        try (Convergence one = new Convergence(options.nodes())) {
            var _ = PodConvergence.addKube(one.controller(), new SplittableRandom(1));
            one.call("RegisterTaskDefinition", FleetBenchmark.DEFINITION);
            return one.service(count);
        }
    }

    private void pods() throws Exception {
        inHome(home -> {
            Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "gantry-bench");
            try (ControlPlane plane = new ControlPlane(home, options.store(), options.javaOptions());
                    PaperFleet fleet =
                            new PaperFleet(memory, options.nodes(), plane.authority(), plane.agentAddress())) {
                plane.start();
                fleet.start();
                double _ = ControlPlane.await(
                        "to connect the nodes", System.nanoTime(), PodTurns.PATIENCE, fleet::isConnected);
                new PodTurns(plane, fleet, options.pods()).run();
            } finally {
                Command.of("rm", "-rf", memory.toString()).run();
            }
        });
    }

    /** What is asked of a cluster with many pods. */
    private void full() throws Exception {
        Backend.Contents contents;
        try (PodConvergence one = new PodConvergence(QUIET_NODES)) {
            // The first deployment has a tenth of them, for those who ask for it alone.
            double _ = one.pods(options.list() / 10);
            double _ = one.pods(options.list() - options.list() / 10);
            one.configMaps(options.list());
            contents = one.contents();
        }
        if (wants("memory")) {
            memory(contents, "pod", "workload/", "kube-pod-name/");
            memory(contents, "config map", "kube-object/default/core/configmaps/");
            memory(contents, "event", "kube-object/default/core/events/");
        }
        if (wants("list", "watch")) {
            inHome(home -> {
                try (ControlPlane plane = new ControlPlane(home, "embedded", options.javaOptions())) {
                    fill(plane, contents);
                    plane.withSilentNodes();
                    plane.start();
                    read(home, plane);
                }
            });
        }
    }

    private void read(Path home, ControlPlane plane) throws Exception {
        if (wants("list")) {
            new PodReads(plane.kube(), options.list()).run();
        }
        if (wants("watch")) {
            new KubeWatchers(plane.kube()).run(home);
        }
    }

    /** @param prefixes of the records that an object is */
    private static void memory(Backend.Contents all, String name, String... prefixes) throws InterruptedException {
        Backend.Contents of = new Backend.Contents(
                all.revision(),
                all.entries().stream()
                        .filter(entry -> Arrays.stream(prefixes).anyMatch(entry.path()::startsWith))
                        .toList());
        long count = of.entries().stream()
                .filter(entry -> entry.path().startsWith(prefixes[0]))
                .count();
        double own =
                of.entries().stream().mapToInt(entry -> entry.value().size()).sum() / (double) count;
        double image = (double) ImageBytes.of(of) / count;
        Figure.print("a " + name + " in the controller's image", image, own, "bytes", "as stored");
        Figure.print("  of which beyond its own bytes", image - own, 2_048, "bytes", "goal");
    }

    /** Writes what another store holds, but for who leads. */
    private static void fill(ControlPlane plane, Backend.Contents contents) throws Exception {
        List<Backend.Entry> entries = contents.entries().stream()
                .filter(entry -> !entry.path().startsWith("leader/"))
                .toList();
        try (Backend backend = plane.backend()) {
            for (int from = 0; from < entries.size(); from += CHUNK) {
                Map<String, Long> absent = new HashMap<>();
                Map<String, Optional<ByteString>> writes = new HashMap<>();
                for (Backend.Entry entry : entries.subList(from, Math.min(entries.size(), from + CHUNK))) {
                    absent.put(entry.path(), 0L);
                    writes.put(entry.path(), Optional.of(entry.value()));
                }
                if (!(backend.commit(new Backend.Request(absent, writes, Map.of()))
                        instanceof Backend.Result.Committed)) {
                    throw new IllegalStateException("the store was not empty");
                }
            }
        }
    }

    private interface Deed {
        void run(Path home) throws Exception;
    }

    private static void inHome(Deed deed) throws Exception {
        Path home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-bench");
        try {
            deed.run(home);
        } finally {
            Command.of("rm", "-rf", home.toString()).run();
        }
    }
}
