package dev.gantry.controller.ecs.rollout;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.reconcile.LoopEnvironment;
import dev.gantry.controller.reconcile.LoopSettings;
import dev.gantry.controller.reconcile.Passes;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceDeployment.HookStatus;
import dev.gantry.proto.EcsServiceDeployment.Status;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Health;
import dev.gantry.proto.HealthCheck;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * One service, its tasks and nodes with a clock set by hand: the real reconciler on the real
 * runtime and store, and tasks that do what a test says.
 */
final class RolloutWorld {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final Key<EcsService> SERVICE = Kinds.ECS_SERVICE.key("default", "web");
    private static final int PASSES_MAX = 2000;

    private final ImageStore store;
    private final Versioned<Leader> leader;
    private final Passes<EcsService> passes;
    private Consumer<Snapshot> check = image -> {};
    private Instant now = START;
    private int deployments;
    private ByteString document = ByteString.EMPTY;
    private boolean healthChecked;
    private boolean definitionGone;
    private String breaker = "";
    private String balancing = "DISABLED";
    private String constraint = "";
    private final FakeRouter router;
    private final Map<String, AlarmBoard.State> alarms = new HashMap<>();

    RolloutWorld() {
        this(new FakeRouter());
    }

    /** @param router in front of the service */
    RolloutWorld(FakeRouter router) {
        this.router = router;
        try {
            MemoryBackend backend = new MemoryBackend(() -> now);
            store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
            Leader value = Leader.newBuilder().setControllerId("one").build();
            leader = new Versioned<>(
                    Kinds.LEADER_KEY,
                    value,
                    commit(Transaction.builder().create(Kinds.LEADER_KEY, value).build()));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        LoopEnvironment environment =
                new LoopEnvironment(store, () -> Optional.of(leader), () -> now, () -> 0.0, new SimpleMeterRegistry());
        Surroundings surroundings =
                new Surroundings(this::task, router, (_, name) -> alarms.getOrDefault(name, AlarmBoard.State.MISSING));
        ServiceReconciler reconciler = new ServiceReconciler(surroundings, RolloutSettings.defaults());
        passes = new Passes<>(reconciler, environment, LoopSettings.defaults());
        store.subscribe(passes);
        addNode("a", "zone-1");
    }

    /** Looks at every image from now on. */
    void checking(Consumer<Snapshot> check) {
        this.check = check;
    }

    // The user.

    void createService(int desired, int minimumPercent, int maximumPercent) {
        String document =
                "{\"deploymentConfiguration\":{\"minimumHealthyPercent\":%d,\"maximumPercent\":%d%s},\"availabilityZoneRebalancing\":\"%s\",\"taskDefinition\":\"web:1\"}"
                        .formatted(minimumPercent, maximumPercent, breaker, balancing);
        this.document = ByteString.copyFromUtf8(document);
        write(Transaction.builder()
                .create(
                        SERVICE,
                        EcsService.newBuilder()
                                .setName("web")
                                .setCluster("default")
                                .setUid("uid-of-web")
                                .setDesiredCount(desired)
                                .setDocumentJson(ByteString.copyFromUtf8(document))
                                .addDeployments(newDeployment())
                                .build())
                .build());
    }

    /** One task on every node. */
    void createDaemon(int minimumPercent) {
        createService(0, minimumPercent, 100);
        change(service -> service.toBuilder().setDaemon(true).build());
    }

    void deployNewVersion() {
        change(service -> service.toBuilder().addDeployments(0, newDeployment()).build());
    }

    void scaleTo(int desired) {
        change(service -> service.toBuilder().setDesiredCount(desired).build());
    }

    void delete() {
        change(service ->
                service.toBuilder().setStatus(EcsService.Status.DRAINING).build());
    }

    void change(UnaryOperator<EcsService> change) {
        Versioned<EcsService> service = store.snapshot().get(SERVICE).orElseThrow();
        write(Transaction.builder()
                .update(service, change.apply(service.value()))
                .build());
    }

    void drain(String node, Administration administration) {
        Versioned<Node> found = store.snapshot().get(Kinds.NODE.key("", node)).orElseThrow();
        write(Transaction.builder()
                .update(
                        found,
                        found.value().toBuilder()
                                .setAdministration(administration)
                                .build())
                .build());
    }

    void changeNode(String id, UnaryOperator<Node> change) {
        Versioned<Node> node = store.snapshot().get(Kinds.NODE.key("", id)).orElseThrow();
        write(Transaction.builder().update(node, change.apply(node.value())).build());
    }

    void addNode(String id, String zone) {
        NodeInfo info = NodeInfo.newBuilder()
                .setCluster("default")
                .putAttributes("ecs.availability-zone", zone)
                .setCapacity(Resources.newBuilder().setCpuUnits(4096).setMemoryBytes(1L << 32))
                .build();
        write(Transaction.builder()
                .create(
                        Kinds.NODE.key("", id),
                        Node.newBuilder()
                                .setId(id)
                                .setInfo(info)
                                .setReadiness(Readiness.READY)
                                .build())
                .build());
    }

    void withHealthChecks() {
        healthChecked = true;
    }

    /** Tasks move to zones that have fewer. */
    void withBalancing() {
        balancing = "ENABLED";
    }

    void withCircuitBreaker(boolean rollback) {
        breaker = ",\"deploymentCircuitBreaker\":{\"enable\":true,\"rollback\":%s}".formatted(rollback);
    }

    /** An expression in the cluster query language that nodes must match. */
    void withConstraint(String expression) {
        constraint = expression;
    }

    /** Of services that are created from now on: members of a deployment configuration. */
    void withStrategy(String members) {
        breaker += "," + members.replace('\'', '"');
    }

    void setUpAlarm(String name, AlarmBoard.State state) {
        alarms.put(name, state);
    }

    /** The alarm changes, and what it is stored in wakes the planner. */
    void setAlarm(String name, AlarmBoard.State state) {
        alarms.put(name, state);
        touch();
    }

    /** Wakes the planner, as what it looks at beside the service would. */
    void touch() {
        change(service -> service.toBuilder()
                .setKubeMetadataJson(service.getKubeMetadataJson().concat(ByteString.copyFromUtf8(" ")))
                .build());
    }

    void request(Status status) {
        changeRecord(record -> record.toBuilder().setStatus(status).build());
    }

    /** Says how the hook goes on that the deployment waits for. */
    void answerHook(HookStatus status) {
        changeRecord(record -> {
            EcsServiceDeployment.Builder after = record.toBuilder();
            after.getHooksBuilderList().getLast().setStatus(status);
            return after.build();
        });
    }

    private void changeRecord(UnaryOperator<EcsServiceDeployment> change) {
        Versioned<EcsServiceDeployment> record = store.snapshot()
                .get(DeploymentNames.current(service()).orElseThrow())
                .orElseThrow();
        write(Transaction.builder().update(record, change.apply(record.value())).build());
    }

    void removeTaskDefinition() {
        definitionGone = true;
    }

    // The rest of the control plane and the agents.

    /** Puts every task that waits for a node on one. */
    void place() {
        act(
                task -> !Workloads.isPlaced(task) && !Workloads.isUnwanted(task),
                task -> placed(
                        task,
                        task.getSpec().getRequiredNode().isEmpty()
                                ? "a"
                                : task.getSpec().getRequiredNode()));
    }

    void run() {
        place();
        act(task -> isPending(task) && !Workloads.isUnwanted(task), this::running);
    }

    void finishStopping() {
        act(task -> task.getWish().getDesired() == RunState.STOP && !Workloads.isStopped(task), this::stopped);
    }

    /** Does everything that agents have to do, at once. */
    void agents() {
        run();
        finishStopping();
    }

    /** Changes so many of the live tasks that match, in the order of their names, in one write. */
    int act(Predicate<Workload> which, UnaryOperator<Workload> change) {
        List<Versioned<Workload>> found =
                live().stream().filter(task -> which.test(task.value())).toList();
        for (int from = 0; from < found.size(); from += 50) {
            Transaction.Builder writes = Transaction.builder();
            found.subList(from, Math.min(found.size(), from + 50))
                    .forEach(task -> writes.update(task, change.apply(task.value())));
            write(writes.build());
        }
        return found.size();
    }

    Workload placed(Workload task, String node) {
        return task.toBuilder()
                .setPlacement(Placement.newBuilder().setNode(node).setPlacedAtMs(now.toEpochMilli()))
                .build();
    }

    Workload running(Workload task) {
        Workload.Builder running = task.toBuilder();
        running.getObservedBuilder().setPhase(Phase.RUNNING).setStartedAtMs(now.toEpochMilli());
        return running.build();
    }

    Workload healthy(Workload task, Health health) {
        Workload.Builder checked = task.toBuilder();
        checked.getObservedBuilder().setHealth(health);
        return checked.build();
    }

    Workload withDigest(Workload task, String digest) {
        Workload.Builder seen = task.toBuilder();
        seen.getObservedBuilder()
                .addContainers(ContainerStatus.newBuilder().setName("main").setImageDigest(digest));
        return seen.build();
    }

    Workload stopped(Workload task) {
        Workload.Builder stopped = task.toBuilder();
        stopped.getObservedBuilder().setPhase(Phase.STOPPED).setStoppedAtMs(now.toEpochMilli());
        return stopped.build();
    }

    Workload unplaced(Workload task, String reason) {
        return task.toBuilder()
                .setPlacement(Placement.newBuilder().setUnplacedReason(reason))
                .build();
    }

    // Time.

    void advance(Duration duration) {
        now = now.plus(duration);
    }

    Instant now() {
        return now;
    }

    /** One look at the service. */
    void look() {
        try {
            store.catchUp();
            Instant _ = passes.step(now);
            store.catchUp();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Lets the reconciler do all that is to be done at this time. */
    Instant reconcile() {
        try {
            for (int i = 0; i < PASSES_MAX; i++) {
                Instant next = passes.step(now);
                long before = store.snapshot().revision();
                store.catchUp();
                boolean moved = store.snapshot().revision() > before;
                if (moved) {
                    check.accept(store.snapshot());
                } else if (next.isAfter(now)) {
                    return next;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("the service never comes to rest");
    }

    /**
     * Reconciler and agents by turns, with the time passing, until nothing happens for a minute.
     */
    void converge() {
        int quiet = 0;
        for (int i = 0; i < PASSES_MAX && quiet < 70; i++) {
            long before = store.snapshot().revision();
            reconcile();
            agents();
            reconcile();
            quiet = store.snapshot().revision() == before ? quiet + 1 : 0;
            advance(Duration.ofSeconds(quiet == 0 ? 1 : 5));
        }
    }

    // What there is.

    EcsService service() {
        return store.snapshot().get(SERVICE).orElseThrow().value();
    }

    /** The record of the newest service deployment. */
    EcsServiceDeployment record() {
        return store.snapshot()
                .get(DeploymentNames.current(service()).orElseThrow())
                .orElseThrow()
                .value();
    }

    Snapshot image() {
        return store.snapshot();
    }

    List<Versioned<Workload>> live() {
        return store.snapshot().find(Kinds.LIVE_WORKLOADS_BY_OWNER, SERVICE.path());
    }

    List<String> events() {
        return store.snapshot().list(Kinds.EVENT, SERVICE.path()).stream()
                .map(event -> event.value().getText())
                .toList();
    }

    long count(Predicate<Workload> which) {
        return live().stream().filter(task -> which.test(task.value())).count();
    }

    static boolean isPending(Workload task) {
        return Workloads.isPlaced(task) && Workloads.phase(task) == Phase.PENDING;
    }

    static String deployment(Workload task) {
        try {
            return task.getOrigin().unpack(EcsTask.class).getDeploymentId();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    void write(Transaction transaction) {
        try {
            commit(transaction);
            store.catchUp();
            check.accept(store.snapshot());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long commit(Transaction transaction) throws InterruptedException {
        return ((Commit.Committed) store.commit(transaction)).revision();
    }

    private EcsDeployment newDeployment() {
        return EcsDeployment.newBuilder()
                .setId("ecs-svc/" + ++deployments)
                .setTaskDefinitionArn("web:" + deployments)
                .setCreatedAtMs(now.toEpochMilli())
                .setDocumentJson(document)
                .build();
    }

    private Optional<Workload> task(
            Snapshot snapshot, Versioned<EcsService> service, EcsDeployment deployment, String id, Instant at) {
        EcsTask origin =
                EcsTask.newBuilder().setDeploymentId(deployment.getId()).build();
        ContainerSpec.Builder container = ContainerSpec.newBuilder().setName("main");
        if (healthChecked) {
            container.setHealthCheck(HealthCheck.newBuilder().addCommand("CMD"));
        }
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder()
                .setResources(Resources.newBuilder().setCpuUnits(256).setMemoryBytes(1 << 28))
                .addContainers(container);
        if (!constraint.isEmpty()) {
            spec.addConstraints(PlacementConstraint.newBuilder()
                    .setType(PlacementConstraint.Type.MEMBER_OF)
                    .setExpression(constraint));
        }
        return definitionGone
                ? Optional.empty()
                : Optional.of(Workload.newBuilder()
                        .setOrigin(Any.pack(origin))
                        .setSpec(spec)
                        .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                        .build());
    }
}
