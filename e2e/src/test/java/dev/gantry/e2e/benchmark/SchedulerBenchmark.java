package dev.gantry.e2e.benchmark;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.scheduler.Scheduler;
import dev.gantry.controller.scheduler.Verdict;
import dev.gantry.controller.scheduler.query.ClusterQuery;
import dev.gantry.controller.scheduler.query.QueryNode;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.PlacementStrategy;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Placement decisions per second of one thread's CPU time, with zones, spreading, host ports and a memberOf constraint, at growing numbers of nodes,
 * beside a scheduler that asks every node for every decision.
 */
final class SchedulerBenchmark {

    private static final int SERVICES = 8;
    private static final int CROWD = 5_000;

    private static final int DECISIONS_MIN = 60_000;
    private static final double NAIVE_SECONDS = 2;
    private static final String EXPRESSION = "attribute:ecs.instance-type =~ t3.* and attribute:stack == production";

    private SchedulerBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        measure(1_000);
        double small = measure(100);
        measure(1_000);
        double goal = measure(5_000);
        double large = measure(10_000);
        crowded(CROWD / 10);
        crowded(CROWD);
        Figure.print("decisions, 5,000 nodes", goal, 270, "1/s", "kube-scheduler's published threshold");
        Figure.print("cost per decision, 10,000 over 100 nodes (goal <= 3)", small / large, "x");
    }

    /** Of one thread's time, at so many nodes. */
    static double decisionsPerSecond(int nodes) throws InterruptedException {
        try (ImageStore store =
                ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand())) {
            fill(store, nodes);
            return indexed(store.snapshot(), tasks(nodes));
        }
    }

    private static double measure(int nodes) throws InterruptedException {
        try (ImageStore store =
                ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand())) {
            fill(store, nodes);
            List<Workload> tasks = tasks(nodes);
            double indexed = indexed(store.snapshot(), tasks);
            double naive = naive(store.snapshot(), tasks);
            String name = String.format(Locale.ROOT, "decisions, %,d nodes", nodes);
            Figure.print(name, indexed, naive, "1/s", "asking every node");
            Figure.print(
                    String.format(Locale.ROOT, "pass for one new task, %,d nodes, p50", nodes),
                    single(store, service -> task(service, "")),
                    "us");
            return indexed;
        }
    }

    /** Whole passes: taking in the snapshot, forgetting what the pass before assumed, deciding. */
    private static double indexed(Snapshot snapshot, List<Workload> tasks) {
        Scheduler scheduler = new Scheduler(new SplittableRandom(1));
        pass(scheduler, snapshot, tasks);
        long began = cpuNanos();
        int decisions = 0;
        while (decisions < DECISIONS_MIN) {
            pass(scheduler, snapshot, tasks);
            decisions += tasks.size();
        }
        return decisions / ((cpuNanos() - began) / 1e9);
    }

    /** The machine is shared: what others take from this thread is not counted. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void pass(Scheduler scheduler, Snapshot snapshot, List<Workload> tasks) {
        scheduler.follow(snapshot);
        for (Workload task : tasks) {
            if (scheduler.place(key(task), task) instanceof Verdict.Unplaced unplaced) {
                throw new IllegalStateException(unplaced.sentence());
            }
        }
    }

    /** One new task at a time, each committed before the next comes. */
    private static double single(ImageStore store, IntFunction<Workload> kinds) throws InterruptedException {
        Scheduler scheduler = new Scheduler(new SplittableRandom(1));
        scheduler.follow(store.snapshot());
        List<Double> micros = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            Workload task =
                    kinds.apply(i % SERVICES).toBuilder().setId("single" + i).build();
            create(store, List.of(task));
            Snapshot snapshot = store.snapshot();
            long began = System.nanoTime();
            scheduler.follow(snapshot);
            Verdict verdict = scheduler.place(key(task), task);
            micros.add((System.nanoTime() - began) / 1e3);
            if (verdict instanceof Verdict.Placed placed) {
                Versioned<Workload> record = store.snapshot().get(key(task)).orElseThrow();
                Workload.Builder after = task.toBuilder();
                after.getPlacementBuilder().setNode(placed.nodeId());
                commit(store, Transaction.builder().update(record, after.build()));
            }
        }
        return Figure.median(micros.subList(100, micros.size()));
    }

    /** What a pass costs on a node that has many tasks already. */
    private static void crowded(int tasks) throws InterruptedException {
        try (ImageStore store =
                ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand())) {
            fill(store, 1);
            String node = store.snapshot().list(Kinds.NODE).getFirst().key().name();
            for (int done = 0; done < tasks; done += 100) {
                List<Workload> more = new ArrayList<>();
                for (int i = done; i < done + 100; i++) {
                    Workload.Builder old = small(i % SERVICES).toBuilder().setId("old" + i);
                    old.getPlacementBuilder().setNode(node);
                    more.add(old.build());
                }
                create(store, more);
            }
            Figure.print(
                    String.format(Locale.ROOT, "pass for one new task, 1 node with %,d, p50", tasks),
                    single(store, SchedulerBenchmark::small),
                    "us");
        }
    }

    /** The same rules from a plain scan that does whatever lasts only once per node. */
    private static double naive(Snapshot snapshot, List<Workload> tasks) {
        ClusterQuery query = ClusterQuery.parse(EXPRESSION);
        List<PlainNode> nodes = snapshot.list(Kinds.NODE).stream()
                .map(record -> new PlainNode(record.value(), query))
                .toList();
        Map<String, Map<String, Integer>> zoneCounts = new HashMap<>();
        long began = cpuNanos();
        int decisions = 0;
        for (Workload task : tasks) {
            Map<String, Integer> zones =
                    zoneCounts.computeIfAbsent(task.getSpec().getGroup(), _ -> new HashMap<>());
            PlainNode best = null;
            long bestZone = 0;
            long bestScore = 0;
            for (PlainNode node : nodes) {
                if (!node.admits(task.getSpec())) {
                    continue;
                }
                long zone = zones.getOrDefault(node.zone, 0);
                long score = node.score(task.getSpec());
                if (best == null || zone < bestZone || (zone == bestZone && score < bestScore)) {
                    best = node;
                    bestZone = zone;
                    bestScore = score;
                }
            }
            if (best == null) {
                throw new IllegalStateException("no node for " + task.getId());
            }
            best.take(task);
            zones.merge(best.zone, 1, Integer::sum);
            decisions++;
            if (cpuNanos() - began > NAIVE_SECONDS * 1e9) {
                break;
            }
        }
        return decisions / ((cpuNanos() - began) / 1e9);
    }

    private static final class PlainNode {

        private final Map<String, String> attributes;
        private final String zone;
        private final boolean member;
        private final boolean ready;
        private final Set<Integer> ports = new HashSet<>();
        private final Map<String, Integer> groups = new HashMap<>();
        private long freeCpu;
        private long freeMemory;

        PlainNode(Node node, ClusterQuery query) {
            attributes = node.getInfo().getAttributesMap();
            zone = node.getInfo().getAttributesOrThrow("ecs.availability-zone");
            member = query.matches(QueryNode.of(node, List.of()));
            ready = node.getReadiness() == Readiness.READY;
            freeCpu = node.getInfo().getCapacity().getCpuUnits();
            freeMemory = node.getInfo().getCapacity().getMemoryBytes();
            ports.addAll(node.getInfo().getCapacity().getTcpPortsList());
        }

        boolean admits(WorkloadSpec spec) {
            Resources needs = spec.getResources();
            return ready
                    && member
                    && freeCpu >= needs.getCpuUnits()
                    && freeMemory >= needs.getMemoryBytes()
                    && !ports.contains(needs.getTcpPorts(0))
                    && attributes.containsKey(spec.getRequiredAttributes(0));
        }

        long score(WorkloadSpec spec) {
            return spec.getStrategiesCount() > 0 ? freeMemory : groups.getOrDefault(spec.getGroup(), 0);
        }

        void take(Workload task) {
            Resources needs = task.getSpec().getResources();
            freeCpu -= needs.getCpuUnits();
            freeMemory -= needs.getMemoryBytes();
            ports.addAll(needs.getTcpPortsList());
            groups.merge(task.getSpec().getGroup(), 1, Integer::sum);
        }
    }

    private static void fill(ImageStore store, int nodes) throws InterruptedException {
        Transaction.Builder transaction = Transaction.builder();
        for (int i = 0; i < nodes; i++) {
            String id = String.format(Locale.ROOT, "%032x", i * 0x9E3779B97F4A7C15L);
            transaction.create(Kinds.NODE.key("", id), node(id, i));
            if (transaction.size() >= 120 || i == nodes - 1) {
                commit(store, transaction);
                transaction = Transaction.builder();
            }
        }
    }

    private static Node node(String id, int number) {
        return Node.newBuilder()
                .setId(id)
                .setReadiness(Readiness.READY)
                .setInfo(NodeInfo.newBuilder()
                        .setName("host-" + number)
                        .setCluster("default")
                        .setCapacity(Resources.newBuilder()
                                .setCpuUnits(16_384)
                                .setMemoryBytes((24L + number % 3 * 8) << 30)
                                .addTcpPorts(22))
                        .putAttributes("ecs.availability-zone", "zone-" + number % 3)
                        .putAttributes("ecs.instance-type", number % 5 == 0 ? "m5.large" : "t3.large")
                        .putAttributes("stack", number % 10 == 1 ? "test" : "production")
                        .putAttributes("ecs.capability.docker-remote-api.1.44", ""))
                .build();
    }

    /** In the order of a pass. Fewer of each service than there are nodes that admit it, because of its host port. */
    private static List<Workload> tasks(int nodes) {
        List<Workload> tasks = new ArrayList<>();
        for (int service = 0; service < SERVICES; service++) {
            for (int i = 0; i < nodes / 2; i++) {
                tasks.add(task(service, "t" + tasks.size()));
            }
        }
        return tasks;
    }

    private static Workload task(int service, String id) {
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder()
                .setCluster("default")
                .setGroup("service:s" + service)
                .setResources(Resources.newBuilder()
                        .setCpuUnits(256)
                        .setMemoryBytes((128L + service * 64) << 20)
                        .addTcpPorts(8_000 + service))
                .addRequiredAttributes("ecs.capability.docker-remote-api.1.44")
                .addConstraints(PlacementConstraint.newBuilder()
                        .setType(PlacementConstraint.Type.MEMBER_OF)
                        .setExpression(EXPRESSION));
        if (service % 2 == 1) {
            spec.addStrategies(strategy(PlacementStrategy.Type.SPREAD, "attribute:ecs.availability-zone"))
                    .addStrategies(strategy(PlacementStrategy.Type.BINPACK, "memory"));
        }
        return Workload.newBuilder()
                .setId(id)
                .setScope("default")
                .setOwner("ecs-service/default/s" + service)
                .setSpec(spec)
                .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                .build();
    }

    /** One that fits a node any number of times. */
    private static Workload small(int service) {
        Workload.Builder small = task(service, "").toBuilder();
        small.getSpecBuilder().clearResources().clearConstraints();
        return small.build();
    }

    private static PlacementStrategy strategy(PlacementStrategy.Type type, String field) {
        return PlacementStrategy.newBuilder().setType(type).setField(field).build();
    }

    private static void create(ImageStore store, List<Workload> workloads) throws InterruptedException {
        Transaction.Builder transaction = Transaction.builder();
        workloads.forEach(workload -> transaction.create(key(workload), workload));
        commit(store, transaction);
    }

    private static void commit(ImageStore store, Transaction.Builder transaction) throws InterruptedException {
        store.commit(transaction.build());
        store.catchUp();
    }

    private static Key<Workload> key(Workload workload) {
        return Kinds.WORKLOAD.key(workload.getScope(), workload.getId());
    }
}
