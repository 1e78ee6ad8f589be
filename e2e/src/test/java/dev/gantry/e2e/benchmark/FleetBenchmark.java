package dev.gantry.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Command;
import dev.gantry.proto.Node;
import dev.gantry.store.Backend;
import dev.gantry.store.ImageStore;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.memory.MemoryBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * How the cost of a fleet grows: paper nodes, which have the agent's real connection, against a real controller and a
 * real store. Each figure stands beside that of a tenth of the work.
 */
final class FleetBenchmark {

    private static final List<String> ALL =
            List.of("placement", "decisions", "watchers", "service", "changes", "lost", "steady", "restart");
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final double LOST_AFTER_SECONDS = 30;
    private static final Duration SETTLE = Duration.ofSeconds(5);
    private static final Duration WATCH = Duration.ofSeconds(20);
    private static final int LOST_TASKS = 1_000;
    private static final int CHANGES = 10_000;
    private static final int CHANGES_SECONDS = 10;
    private static final int CHANGING_NODES = 200;
    private static final int ROUNDS = 4;
    private static final int WATCHERS = 5_000;

    /** ECS's own limit on the tasks of one service. */
    static final int SERVICE_MAX = 5_000;

    static final String DEFINITION = """
        {"family":"fleet","containerDefinitions":[{"name":"main","image":"registry.example/web:1.2.3","memory":64,"cpu":10,
         "portMappings":[{"containerPort":8080}],"environment":[{"name":"STAGE","value":"production"},
         {"name":"REGION","value":"attic"},{"name":"PORT","value":"8080"}],"command":["serve","--port","8080"]}]}
        """;

    private final Options options;
    private final ControlPlane plane;
    private final PaperFleet fleet;
    private final Api api;
    private int services;

    /** @param steady tasks there are in the steady state */
    private record Options(int nodes, int tasks, int steady, String store, Set<String> only, String javaOptions) {

        static Options parse(String[] words) {
            Map<String, String> given = new HashMap<>();
            for (int i = 0; i < words.length; i += 2) {
                if (!words[i].matches("--(nodes|tasks|steady|store|only|java-options)") || i + 1 == words.length) {
                    throw new IllegalArgumentException("usage: gantry bench fleet [--nodes N] [--tasks M] [--steady K]"
                            + " [--store embedded|etcd] [--only " + String.join(",", ALL)
                            + "] [--java-options \"OPTION...\"]");
                }
                given.put(words[i], words[i + 1]);
            }
            int tasks = Integer.parseInt(given.getOrDefault("--tasks", "10000"));
            return new Options(
                    Integer.parseInt(given.getOrDefault("--nodes", "1000")),
                    tasks,
                    Integer.parseInt(given.getOrDefault("--steady", "" + tasks * 10)),
                    given.getOrDefault("--store", "etcd"),
                    given.containsKey("--only")
                            ? Set.copyOf(Arrays.asList(
                                    given.getOrDefault("--only", "").split(",", -1)))
                            : Set.copyOf(ALL),
                    given.getOrDefault("--java-options", "-Xmx3g"));
        }

        boolean wants(String... parts) {
            return Arrays.stream(parts).anyMatch(only::contains);
        }
    }

    private FleetBenchmark(Options options, ControlPlane plane, PaperFleet fleet) {
        this.options = options;
        this.plane = plane;
        this.fleet = fleet;
        this.api = plane.api();
    }

    public static void main(String[] arguments) throws Exception {
        Options options = Options.parse(arguments);
        if (options.wants("placement")) {
            placement();
        }
        if (options.wants("decisions")) {
            decisions(options);
        }
        if (options.wants("watchers")) {
            Figure.printGrown(
                    "commit to the last of 5,000 watchers, p50", watched(WATCHERS), watched(WATCHERS / 10), "ms");
        }
        if (!options.wants("service", "changes", "lost", "steady", "restart")) {
            return;
        }
        Path home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-bench");
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "gantry-bench");
        try (ControlPlane plane = new ControlPlane(home, options.store(), options.javaOptions());
                PaperFleet fleet = new PaperFleet(memory, options.nodes(), plane.authority(), plane.agentAddress())) {
            plane.start();
            new FleetBenchmark(options, plane, fleet).run();
        } finally {
            Command.of("rm", "-rf", home.toString(), memory.toString()).run();
        }
        System.exit(0);
    }

    private static void placement() throws InterruptedException {
        double _ = SchedulerBenchmark.decisionsPerSecond(1_000);
        double of100 = decisionMicros(100);
        double of1000 = decisionMicros(1_000);
        double _ = decisionMicros(5_000);
        double of10000 = decisionMicros(10_000);
        Figure.printGrown("time of a decision, 1,000 nodes", of1000, of100, "us");
        Figure.printGrown("time of a decision, 10,000 nodes", of10000, of1000, "us");
    }

    private static double decisionMicros(int nodes) throws InterruptedException {
        double perSecond = SchedulerBenchmark.decisionsPerSecond(nodes);
        Figure.print(
                String.format(Locale.ROOT, "decisions, %,d nodes", nodes), perSecond, 270, "1/s", "kube-scheduler");
        return 1e6 / perSecond;
    }

    /** The controller's own part of a service's tasks getting to run. */
    private static void decisions(Options options) throws Exception {
        try (Convergence warm = new Convergence(options.nodes())) {
            warm.call("RegisterTaskDefinition", DEFINITION);
            double _ = warm.service(options.tasks() / 2);
        }
        double tenth;
        try (Convergence one = new Convergence(options.nodes())) {
            one.call("RegisterTaskDefinition", DEFINITION);
            tenth = one.service(options.tasks() / 10);
        }
        try (Convergence one = new Convergence(options.nodes())) {
            one.call("RegisterTaskDefinition", DEFINITION);
            double whole = one.service(options.tasks());
            Backend.Contents contents = one.contents();
            String name = String.format(
                    Locale.ROOT, "decisions alone, %,d tasks on %,d nodes", options.tasks(), options.nodes());
            Figure.printGrown(name, whole, tenth, "s of a processor");
            double own = ImageBytes.ownBytes(contents.entries());
            double image = (double) ImageBytes.of(contents) / options.tasks();
            Figure.print("a task in the controller's image", image, own, "bytes", "as stored");
            Figure.print("  of which beyond its own bytes", image - own, 2048, "bytes", "goal");
        }
    }

    /** The median time from a commit until every one of so many subscribers has its image. */
    private static double watched(int watchers) throws InterruptedException {
        List<Double> millis = new ArrayList<>();
        try (ImageStore store =
                ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES, StoreSettings.defaults())) {
            Map<Long, CountDownLatch> told = new java.util.concurrent.ConcurrentHashMap<>();
            for (int i = 0; i < watchers; i++) {
                store.subscribe((image, _) -> told.computeIfAbsent(image.revision(), _ -> new CountDownLatch(watchers))
                        .countDown());
            }
            for (int i = 0; i < 300; i++) {
                long began = System.nanoTime();
                String id = String.format(Locale.ROOT, "%032x", i);
                if (store.commit(Transaction.builder()
                                .create(
                                        Kinds.NODE.key("", id),
                                        Node.newBuilder().setId(id).build())
                                .build())
                        instanceof dev.gantry.store.Commit.Committed(long revision)) {
                    told.computeIfAbsent(revision, _ -> new CountDownLatch(watchers))
                            .await();
                    millis.add((System.nanoTime() - began) / 1e6);
                }
            }
        }
        return Figure.median(millis.subList(100, millis.size()));
    }

    private void run() throws Exception {
        long began = System.nanoTime();
        fleet.start();
        double seconds = ControlPlane.await("to connect the nodes", began, PATIENCE, fleet::isConnected);
        Figure.print("nodes connected", options.nodes() / seconds, "1/s");
        register();
        Growing tenth = growing(options.tasks() / 10);
        Growing grown = growing(options.tasks());
        double whole = grown.seconds();
        Figure.printGrown("services created to all tasks RUNNING", whole, tenth.seconds(), "s");
        // The machine is shared: what others take is not in this one.
        Figure.printGrown("  the controller's processor time", grown.processor(), tenth.processor(), "s");
        Figure.printGrown(
                "  looks at a service", grown.passes().count(), tenth.passes().count(), "passes");
        Figure.printGrown(
                "  their time", grown.passes().seconds(), tenth.passes().seconds(), "s");
        Figure.print("tasks from services to RUNNING", options.tasks() / whole, 3_750, "1/s", "Nomad C1M");
        // A control plane is not seconds old when a fleet's tasks come: the compiler is done after a while.
        for (int round = 2; round <= ROUNDS; round++) {
            Growing again = growing(options.tasks());
            String name = "  as many again, round " + round;
            Figure.print(name, options.tasks() / again.seconds(), options.tasks() / whole, "1/s", "the first");
            Figure.print("  the controller's processor time", again.processor(), grown.processor(), "s", "the first");
        }
        if (options.wants("changes")) {
            changes();
        }
        if (options.wants("lost")) {
            double few = lose(LOST_TASKS / 10);
            double many = lose(LOST_TASKS);
            Figure.printGrown("1,000 tasks of lost nodes RUNNING again", many, few, "s after lost");
        }
        if (options.wants("steady")) {
            steady();
        }
        if (options.wants("restart")) {
            restart();
        }
    }

    private record Growing(double seconds, double processor, ControlPlane.Passes passes) {}

    /** New services until all their tasks run, with what that cost the controller. */
    private Growing growing(int tasks) throws Exception {
        double processor = plane.figures().processorSeconds();
        ControlPlane.Passes passes = plane.passes("ecs-service");
        double seconds = service(tasks);
        return new Growing(
                seconds,
                plane.figures().processorSeconds() - processor,
                plane.passes("ecs-service").since(passes));
    }

    private void register() throws InterruptedException {
        JsonNode _ = api.call("RegisterTaskDefinition", DEFINITION);
    }

    /** Seconds from the call until all of them run. */
    private double service(int count) throws Exception {
        int before = fleet.running();
        List<String> names = new ArrayList<>();
        long began = System.nanoTime();
        for (int left = count; left > 0; left -= SERVICE_MAX) {
            names.add("fleet-" + services++);
            JsonNode _ = api.call("CreateService", service(names.getLast(), Math.min(left, SERVICE_MAX)));
        }
        // Asking the controller takes its time, so the nodes are asked first.
        double _ = ControlPlane.await("to start", began, PATIENCE, () -> fleet.running() >= before + count);
        return ControlPlane.await("to be RUNNING", began, PATIENCE, () -> runningCount(names) >= count);
    }

    static String service(String name, int count) {
        return """
            {"serviceName":"%s","taskDefinition":"fleet","desiredCount":%d,
             "placementStrategy":[{"type":"spread","field":"attribute:ecs.availability-zone"},{"type":"spread","field":"instanceId"}],
             "placementConstraints":[{"type":"memberOf","expression":"attribute:stack == production"}]}
            """.formatted(name, count);
    }

    private int runningCount(List<String> names) throws InterruptedException {
        int running = 0;
        for (JsonNode service : api.call("DescribeServices", "{\"services\":[\"" + String.join("\",\"", names) + "\"]}")
                .path("services")) {
            running += service.path("runningCount").asInt();
        }
        return running;
    }

    /** Reports of 200 nodes all at once and again, and meanwhile one task that is watched from change to answer. */
    private void changes() throws Exception {
        double few = lag(CHANGES / 10);
        double many = lag(CHANGES);
        Figure.printGrown("10,000 changes in 10 s: lag, p99", many, few, "ms");
    }

    private double lag(int changes) throws Exception {
        List<PaperNode> busy = fleet.nodes().stream()
                .filter(node -> node.running() > 0)
                .limit(CHANGING_NODES + 1)
                .toList();
        PaperNode probed = busy.getLast();
        String probe = probed.tasks().getFirst();
        List<PaperNode> others = busy.subList(0, busy.size() - 1);
        Thread storm = Thread.ofPlatform().start(() -> storm(others, changes));
        List<Double> millis = new ArrayList<>();
        String last = health(probe);
        while (storm.isAlive() || millis.isEmpty()) {
            String before = last;
            long began = System.nanoTime();
            probed.turn(probe);
            millis.add(1e3
                    * ControlPlane.await(
                            "a change to be seen",
                            began,
                            PATIENCE,
                            () -> !health(probe).equals(before)));
            last = health(probe);
        }
        return Figure.percentile(millis, 99);
    }

    private static void storm(List<PaperNode> nodes, int changes) {
        long began = System.nanoTime();
        int done = 0;
        for (int turn = 0; done < changes; turn++) {
            done += nodes.get(turn % nodes.size()).turnAll(changes - done);
            long due = began + (long) (CHANGES_SECONDS * 1e9 * done / changes);
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    private String health(String task) throws InterruptedException {
        return api.call("DescribeTasks", "{\"tasks\":[\"" + task + "\"]}")
                .path("tasks")
                .path(0)
                .path("healthStatus")
                .asText();
    }

    /** Cuts off nodes with so many tasks; gives the seconds after their being lost until all tasks run again elsewhere. */
    private double lose(int tasks) throws Exception {
        int before = fleet.running();
        List<PaperNode> lost = new ArrayList<>();
        int going = 0;
        for (PaperNode node : fleet.nodes()) {
            if (going < tasks && node.running() > 0) {
                lost.add(node);
                going += node.running();
            }
        }
        fleet.cut(lost);
        long began = System.nanoTime();
        double seconds = ControlPlane.await("to replace tasks", began, PATIENCE, () -> fleet.running() >= before);
        fleet.restore(lost);
        double _ = ControlPlane.await("nodes to come back", System.nanoTime(), PATIENCE, fleet::isConnected);
        return seconds - LOST_AFTER_SECONDS;
    }

    private record Idle(double tasks, double heapMebibytes, double residentMebibytes, double percent, double writes) {}

    private void steady() throws Exception {
        Idle few = idle();
        while (fleet.running() < options.steady()) {
            int more = Math.min(options.tasks(), options.steady() - fleet.running());
            double seconds = service(more);
            Figure.print(
                    String.format(Locale.ROOT, "%,d more tasks RUNNING, of %,d", more, fleet.running()), seconds, "s");
        }
        Idle many = idle();
        Figure.printGrown(name(many, "processor"), many.percent(), few.percent(), "% of one");
        Figure.printGrown(name(many, "store writes"), many.writes(), few.writes(), "1/min");
        Figure.printGrown(name(many, "heap in use"), many.heapMebibytes(), few.heapMebibytes(), "MiB");
        Figure.printGrown(name(many, "resident"), many.residentMebibytes(), few.residentMebibytes(), "MiB");
        double perTask = (many.heapMebibytes() - few.heapMebibytes()) * 1024 * 1024 / (many.tasks() - few.tasks());
        Figure.print("heap for each more task", perTask, "bytes");
        plane.kill();
        try (Backend backend = plane.backend()) {
            double own = ImageBytes.ownBytes(backend.read().entries());
            Figure.print("  of which its own bytes, as stored", own, "bytes");
            Figure.print("  of which beyond its own", perTask - own, 2048, "bytes", "goal");
        }
        plane.launch();
        double _ = ControlPlane.await("to serve again", System.nanoTime(), PATIENCE, plane::isServed);
        double _ = ControlPlane.await("nodes to come back", System.nanoTime(), PATIENCE, fleet::isConnected);
    }

    private String name(Idle idle, String what) {
        return String.format(Locale.ROOT, "%,.0f tasks on %,d nodes: %s", idle.tasks(), options.nodes(), what);
    }

    private Idle idle() throws Exception {
        double heap = plane.heapMebibytes();
        Thread.sleep(SETTLE);
        double busy = plane.figures().processorSeconds();
        double revision = plane.revision();
        long began = System.nanoTime();
        Thread.sleep(WATCH);
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Idle(
                fleet.running(),
                heap,
                plane.figures().residentMebibytes(),
                (plane.figures().processorSeconds() - busy) / seconds * 100,
                (plane.revision() - revision) / seconds * 60);
    }

    /** Kills it, and runs one task as soon as it is there again. */
    private void restart() throws Exception {
        plane.kill();
        long began = System.nanoTime();
        plane.launch();
        double served = ControlPlane.await("to serve again", began, PATIENCE, plane::isServed);
        String task = api.call("RunTask", "{\"taskDefinition\":\"fleet\"}")
                .path("tasks")
                .path(0)
                .path("taskArn")
                .asText();
        double decided = ControlPlane.await("to decide again", began, PATIENCE, () -> isPlaced(task));
        double connected = ControlPlane.await("nodes to come back", began, PATIENCE, fleet::isConnected);
        String about = String.format(Locale.ROOT, "restart with %,d tasks: ", fleet.running());
        Figure.print(about + "until served", served, "s");
        Figure.print(about + "until decided", decided, "s");
        Figure.print(about + "until all nodes connected", connected, "s");
    }

    private boolean isPlaced(String task) throws InterruptedException {
        return !api.call("DescribeTasks", "{\"tasks\":[\"" + task + "\"]}")
                .path("tasks")
                .path(0)
                .path("containerInstanceArn")
                .asText()
                .isEmpty();
    }
}
