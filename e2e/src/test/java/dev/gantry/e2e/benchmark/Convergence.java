package dev.gantry.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import dev.gantry.controller.EcsAnswers;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.dispatch.ReportRules;
import dev.gantry.controller.ecs.EcsFrontEnd;
import dev.gantry.controller.ecs.EcsParts;
import dev.gantry.controller.ecs.EcsSetup;
import dev.gantry.controller.ecs.PageCodec;
import dev.gantry.controller.ecs.compile.ServiceTasks;
import dev.gantry.controller.ecs.compile.TaskCompiler;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.rollout.RolloutSettings;
import dev.gantry.controller.ecs.rollout.ServiceReconciler;
import dev.gantry.controller.lifecycle.WorkloadReconciler;
import dev.gantry.controller.reconcile.LoopEnvironment;
import dev.gantry.controller.reconcile.LoopSettings;
import dev.gantry.controller.reconcile.Passes;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.PlacementForecast;
import dev.gantry.controller.scheduler.SchedulerReconciler;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadReport;
import dev.gantry.store.Backend;
import dev.gantry.store.Change;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Snapshot;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGeneratorFactory;

/**
 * What a controller itself does from the call of CreateService until all tasks run: its handlers, reconcilers, scheduler,
 * images and rules on one thread, over a store in memory, without sockets and disks. Counts that thread's processor time,
 * which a busy machine does not change much.
 */
final class Convergence implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Arns ARNS = new Arns("us-east-1", "000000000000");
    private static final Caller CALLER = new Caller("000000000000", "us-east-1", "arn:aws:iam::000000000000:root", "r");
    private static final int REPORTS_PER_TRANSACTION = 100;

    private final InstantSource clock = InstantSource.system();
    private final SplittableRandom chance = new SplittableRandom(1);
    private final MemoryBackend backend = new MemoryBackend();
    private final ImageStore store;
    private final Versioned<Leader> leader;
    private final EcsFrontEnd front;
    private final List<Passes<?>> loops = new ArrayList<>();
    private final List<Versioned<Workload>> placed = new ArrayList<>();
    private int services;

    Convergence(int nodes) throws InterruptedException {
        store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
        EcsSetup.defaultCluster(store, "default", clock.instant());
        commit(Transaction.builder().create(Kinds.LEADER_KEY, Leader.getDefaultInstance()));
        leader = store.snapshot().get(Kinds.LEADER_KEY).orElseThrow();
        for (int number = 0; number < nodes; number++) {
            addNode(number);
        }
        front = EcsFrontEnd.of(new EcsParts(
                store,
                ARNS,
                clock,
                () -> String.format(Locale.ROOT, "%032x", chance.nextLong()),
                () -> String.format(Locale.ROOT, "ecs-svc/%019d", chance.nextLong() >>> 4),
                new NoPages(),
                EcsAnswers.preview(new PlacementForecast(
                        RandomGeneratorFactory.of("L64X128MixRandom").create(1))),
                EcsAnswers.filter()));
        ServiceTasks tasks = new ServiceTasks(new EcsLookup(ARNS), new TaskCompiler(ARNS));
        add(new ServiceReconciler(tasks::task, RolloutSettings.defaults()));
        add(new SchedulerReconciler(
                RandomGeneratorFactory.of("L64X128MixRandom").create(1), SchedulerReconciler.STANDALONE_WAIT));
        add(new WorkloadReconciler());
        store.subscribe((_, changes) -> changes.forEach(this::notePlacement));
    }

    /** Every list is short enough for one page. */
    private static final class NoPages implements PageCodec {
        @Override
        public String issue(String operation, String query, String position) {
            return position;
        }

        @Override
        public String position(String operation, String query, String token) {
            return token;
        }
    }

    private <T extends Message> void add(Reconciler<T> reconciler) {
        Passes<T> passes = new Passes<>(
                reconciler,
                new LoopEnvironment(store, () -> Optional.of(leader), clock, () -> 0.5, new CompositeMeterRegistry()),
                LoopSettings.defaults());
        store.subscribe(passes);
        loops.add(passes);
    }

    private void addNode(int number) throws InterruptedException {
        NodeInfo info = PaperFleet.info(number);
        String id = PaperFleet.id(number);
        commit(Transaction.builder()
                .create(
                        Kinds.NODE.key("", id),
                        Node.newBuilder()
                                .setId(id)
                                .setInfo(info)
                                .setEpoch(1)
                                .setReadiness(Readiness.READY)
                                .build()));
    }

    void call(String operation, String input) throws Exception {
        JsonNode _ = front.call(operation, JSON.readTree(input), CALLER);
        store.catchUp();
    }

    /** Seconds of processor time until so many tasks of new services run. */
    double service(int count) throws Exception {
        long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        int wanted = store.snapshot().count(Kinds.WORKLOADS_BY_PROGRESS, "default/running") + count;
        for (int left = count; left > 0; left -= FleetBenchmark.SERVICE_MAX) {
            call(
                    "CreateService",
                    FleetBenchmark.service("fleet-" + services++, Math.min(left, FleetBenchmark.SERVICE_MAX)));
        }
        while (store.snapshot().count(Kinds.WORKLOADS_BY_PROGRESS, "default/running") < wanted) {
            for (Passes<?> loop : loops) {
                var _ = loop.step(clock.instant());
                store.catchUp();
            }
            report();
        }
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began) / 1e9;
    }

    Backend.Contents contents() {
        return backend.read();
    }

    private void notePlacement(Change<?> change) {
        if (change.after() != null
                && change.after().value() instanceof Workload workload
                && Workloads.isPlaced(workload)
                && change.before() != null
                && change.before().value() instanceof Workload before
                && !Workloads.isPlaced(before)) {
            placed.add(new Versioned<>(
                    Kinds.WORKLOAD.key(change.key().scope(), change.key().name()), workload, change.revision()));
        }
    }

    /** What the agents say of what they were given. */
    private void report() throws InterruptedException {
        for (int first = 0; first < placed.size(); first += REPORTS_PER_TRANSACTION) {
            Snapshot image = store.snapshot();
            Transaction.Builder writes = Transaction.builder();
            for (Versioned<Workload> one :
                    placed.subList(first, Math.min(placed.size(), first + REPORTS_PER_TRANSACTION))) {
                Workload workload = one.value();
                WorkloadReport report =
                        PaperNode.started(workload.getScope(), workload.getId(), workload.getSpec(), clock.millis());
                if (ReportRules.judge(image, workload.getPlacement().getNode(), report, clock.instant())
                        instanceof ReportRules.Verdict.Write(var before, var after)) {
                    writes.update(before, after);
                }
            }
            commit(writes);
        }
        placed.clear();
    }

    private void commit(Transaction.Builder writes) throws InterruptedException {
        if (!writes.isEmpty() && store.commit(writes.build()) instanceof Commit.Conflicted(var with)) {
            throw new IllegalStateException("met another write of " + with);
        }
        store.catchUp();
    }

    @Override
    public void close() {
        store.close();
    }
}
