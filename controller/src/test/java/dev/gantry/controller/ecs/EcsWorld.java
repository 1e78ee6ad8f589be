package dev.gantry.controller.ecs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gantry.controller.aws.AnswerLint;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.PlacementPreview.Obstacle;
import dev.gantry.controller.ecs.PlacementPreview.Verdict;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Workload;
import dev.gantry.store.Commit.Committed;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The ECS API over a store in memory, with a clock that is set by hand and ids that count. */
final class EcsWorld implements AutoCloseable {

    static final String NODE = "0".repeat(31) + "a";
    static final Arns ARNS = new Arns("eu-central-1", "000000000000");
    private static final long MIB = 1024L * 1024;

    final ImageStore store;
    private final EcsParts parts;
    private final EcsFrontEnd front;
    private final JsonMapper json = JsonMapper.builder().build();
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private long ids;
    private Runnable beforeCommit = () -> {};

    EcsWorld() throws InterruptedException {
        store = ImageStore.open(new MemoryBackend(() -> now), Kinds.ALL, Kinds.INDEXES);
        parts = new EcsParts(
                new InterruptedStore(store, this::takeInterruption),
                ARNS,
                () -> now,
                () -> String.format(Locale.ROOT, "%032x", ++ids),
                () -> String.format(Locale.ROOT, "ecs-svc/%019d", ++ids),
                new PlainTokens(),
                EcsWorld::preview,
                EcsWorld::filter);
        front = EcsFrontEnd.of(parts);
        EcsSetup.defaultCluster(store, "default", now);
    }

    /** Calls an operation with JSON in which single quotes stand for double ones. */
    JsonNode call(String operation, String input) throws InterruptedException {
        Caller caller = new Caller("000000000000", "eu-central-1", ARNS.root(), "request-1");
        JsonNode answer = front.call(operation, parse(input), caller).tree();
        AnswerLint.require(front.model(), operation, answer);
        return answer;
    }

    SpotInterruptions spot() {
        return new SpotInterruptions(parts);
    }

    /** The same API for those who write its decisions themselves. */
    EcsDrafts drafts() {
        return new EcsDrafts(parts, EcsFrontEnd.of(parts));
    }

    JsonNode parse(String input) {
        try {
            return json.readTree(input.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(input, e);
        }
    }

    /** Does something once, between the next decision of a handler and its write. */
    void beforeNextCommit(Runnable meanwhile) {
        beforeCommit = meanwhile;
    }

    private Runnable takeInterruption() {
        Runnable taken = beforeCommit;
        beforeCommit = () -> {};
        return taken;
    }

    /** Registers {@code web}: one container with 128 CPU units and 64 MiB. */
    void registerWeb() throws InterruptedException {
        call(
                "RegisterTaskDefinition",
                "{'family':'web','containerDefinitions':[{'name':'app','image':'busybox','cpu':128,'memory':64}]}");
    }

    /** A ready node of the cluster {@code default} with one core and 1 GiB. */
    void join(String id) throws InterruptedException {
        Node node = Node.newBuilder()
                .setId(id)
                .setRegisteredAtMs(now.toEpochMilli())
                .setReadiness(Readiness.READY)
                .setReadinessSinceMs(now.toEpochMilli())
                .setVersion(1)
                .setInfo(NodeInfo.newBuilder()
                        .setName("host-" + id.charAt(31))
                        .setCluster("default")
                        .setAgentVersion("0.1.0")
                        .setEngineVersion("20.10")
                        .putAttributes("ecs.availability-zone", "zone-1")
                        .putAttributes("ecs.cpu-architecture", "x86_64")
                        .putAttributes("ecs.capability.container-ordering", "")
                        .setCapacity(Resources.newBuilder()
                                .setCpuUnits(1024)
                                .setMemoryBytes(1024 * MIB)
                                .addTcpPorts(22)))
                .build();
        commit(Transaction.builder().create(Kinds.NODE.key("", id), node).build());
    }

    /** Changes a task as the scheduler or an agent would. */
    void change(String taskArn, UnaryOperator<Workload> change) throws InterruptedException {
        String id = taskArn.substring(taskArn.lastIndexOf('/') + 1);
        Key<Workload> key = Kinds.WORKLOAD.key("default", id);
        Versioned<Workload> task = store.snapshot().get(key).orElseThrow();
        commit(Transaction.builder().update(task, change.apply(task.value())).build());
    }

    void commit(Transaction transaction) throws InterruptedException {
        if (!(store.commit(transaction) instanceof Committed(long revision))) {
            throw new IllegalStateException("conflict");
        }
        store.snapshotAt(revision);
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    Instant now() {
        return now;
    }

    @Override
    public void close() {
        store.close();
    }

    /** The nodes take one workload each that needs at most their memory. */
    private static List<Verdict> preview(Snapshot snapshot, List<Workload> workloads) {
        List<Versioned<Node>> nodes = snapshot.list(Kinds.NODE);
        List<Verdict> verdicts = new ArrayList<>();
        for (Workload workload : workloads) {
            boolean fits = workload.getSpec().getResources().getMemoryBytes() <= 1024 * MIB;
            List<Obstacle> obstacles = nodes.stream()
                    .map(node -> new Obstacle(node.value().getId(), "RESOURCE:MEMORY", "1024 MiB remain"))
                    .toList();
            verdicts.add(fits ? new Verdict.Placed(nodes.getFirst().value().getId()) : new Verdict.Unplaced(obstacles));
        }
        return verdicts;
    }

    /** Knows one expression: the number of a node's host name. */
    private static Predicate<Versioned<Node>> filter(Snapshot snapshot, String expression) {
        if (!expression.startsWith("ec2InstanceId == ")) {
            throw new AwsException("InvalidParameterException", "Invalid expression: " + expression);
        }
        String name = expression.substring("ec2InstanceId == ".length());
        return node -> node.value().getInfo().getName().equals(name);
    }

    private static final class PlainTokens implements PageCodec {
        @Override
        public String issue(String operation, String query, String position) {
            return operation + "|" + query + "|" + position;
        }

        @Override
        public String position(String operation, String query, String token) {
            if (!token.startsWith(operation + "|" + query + "|")) {
                throw new AwsException("InvalidParameterException", "Invalid token.");
            }
            return token.substring(operation.length() + query.length() + 2);
        }
    }
}
