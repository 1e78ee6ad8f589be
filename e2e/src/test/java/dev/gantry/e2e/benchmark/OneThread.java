package dev.gantry.e2e.benchmark;

import com.google.protobuf.Message;
import dev.gantry.controller.KubePlanners;
import dev.gantry.controller.dispatch.ReportRules;
import dev.gantry.controller.ecs.compile.ServiceTasks;
import dev.gantry.controller.ecs.compile.TaskCompiler;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.rollout.RolloutSettings;
import dev.gantry.controller.ecs.rollout.ServiceReconciler;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.disruption.BudgetAllowances;
import dev.gantry.controller.kube.pod.NamespaceSelection;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.service.ClaimReconciler;
import dev.gantry.controller.lifecycle.WorkloadReconciler;
import dev.gantry.controller.reconcile.LoopEnvironment;
import dev.gantry.controller.reconcile.LoopSettings;
import dev.gantry.controller.reconcile.Passes;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGeneratorFactory;

/**
 * The loops of a controller on one thread over a store in memory, with nodes of paper: what a controller itself does,
 * without sockets and disks. Counts that thread's processor time, which a busy machine does not change much.
 */
final class OneThread implements AutoCloseable {

    static final Arns ARNS = new Arns("us-east-1", "000000000000");

    private static final int REPORTS_PER_TRANSACTION = 100;

    private final InstantSource clock = InstantSource.system();
    private final MemoryBackend backend = new MemoryBackend();
    private final ImageStore store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
    private final Versioned<Leader> leader;
    private final List<Passes<?>> loops = new ArrayList<>();
    private final List<Versioned<Workload>> placed = new ArrayList<>();

    OneThread(int nodes) throws InterruptedException {
        commit(Transaction.builder().create(Kinds.LEADER_KEY, Leader.getDefaultInstance()));
        leader = store.snapshot().get(Kinds.LEADER_KEY).orElseThrow();
        for (int number = 0; number < nodes; number++) {
            addNode(number);
        }
        add(new SchedulerReconciler(
                RandomGeneratorFactory.of("L64X128MixRandom").create(1),
                SchedulerReconciler.STANDALONE_WAIT,
                new NamespaceSelection(),
                new BudgetAllowances()));
        add(new WorkloadReconciler());
        add(new ClaimReconciler());
        ServiceTasks tasks = new ServiceTasks(new EcsLookup(ARNS), new TaskCompiler(ARNS));
        add(new ServiceReconciler(tasks::task, RolloutSettings.defaults()));
        store.subscribe((_, changes) -> changes.forEach(this::notePlacement));
    }

    /** The planners of the Kubernetes API, which look at every change, whosoever it is. */
    void addKube(ServiceAccountTokens tokens, Creation creation) {
        KubePlanners.ofPods(tokens).forEach(this::add);
        KubePlanners.ofObjects(creation).forEach(this::add);
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

    ImageStore store() {
        return store;
    }

    InstantSource clock() {
        return clock;
    }

    Backend.Contents contents() {
        return backend.read();
    }

    /** Something that the image says when all is done. */
    interface Condition {
        boolean holds(Snapshot image);
    }

    /** Something that begins it. */
    interface Deed {
        void run() throws Exception;
    }

    /** Seconds of processor time of what somebody does, and of all that follows from it; the condition must hold then. */
    double seconds(Deed deed, Condition condition) throws Exception {
        long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        deed.run();
        long before;
        do {
            before = store.snapshot().revision();
            for (Passes<?> loop : loops) {
                finish(loop);
            }
            report();
        } while (store.snapshot().revision() > before);
        if (!condition.holds(store.snapshot())) {
            throw new IllegalStateException("nothing is left to be done, but it is not as it should be");
        }
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began) / 1e9;
    }

    private void finish(Passes<?> loop) throws InterruptedException {
        Instant now;
        Instant next;
        do {
            now = clock.instant();
            next = loop.step(now);
            store.catchUp();
        } while (!next.isAfter(now));
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

    void commit(Transaction.Builder writes) throws InterruptedException {
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
