package dev.gantry.controller.dispatch;

import com.google.protobuf.Any;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ControllerEntry;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Leader;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.RunState;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Records of one node and its workloads, in a store that is written by hand. */
final class LinkSamples {

    static final String NODE = "a".repeat(32);
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final NodeInfo INFO =
            NodeInfo.newBuilder().setName("machine").setCluster("default").build();

    private final ImageStore store;

    LinkSamples() throws InterruptedException {
        store = ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
    }

    Snapshot node(Node node) throws InterruptedException {
        Key<Node> key = Kinds.NODE.key("", NODE);
        Optional<Versioned<Node>> before = store.snapshot().get(key);
        Transaction.Builder writes = Transaction.builder();
        before.ifPresentOrElse(old -> writes.update(old, node), () -> writes.create(key, node));
        return commit(writes);
    }

    static Node ready(long epoch) {
        return Registration.fresh(NODE, INFO, NOW).toBuilder().setEpoch(epoch).build();
    }

    Snapshot workload(String id, Phase phase, long epoch) throws InterruptedException {
        return workload(id, phase, epoch, RunState.RUN, NOW);
    }

    Snapshot workload(String id, Phase phase, long epoch, RunState wish, Instant stoppedAt)
            throws InterruptedException {
        Key<Workload> key = Kinds.WORKLOAD.key("default", id);
        Workload workload = Workload.newBuilder()
                .setId(id)
                .setScope("default")
                .setWish(Wish.newBuilder().setDesired(wish).setStopReason(wish == RunState.STOP ? "asked" : ""))
                .setPlacement(Placement.newBuilder().setNode(NODE).setNodeEpoch(epoch))
                .setObserved(Observation.newBuilder()
                        .setPhase(phase)
                        .setStoppedAtMs(phase == Phase.STOPPED ? stoppedAt.toEpochMilli() : 0))
                .build();
        Optional<Versioned<Workload>> before = store.snapshot().get(key);
        Transaction.Builder writes = Transaction.builder();
        before.ifPresentOrElse(old -> writes.update(old, workload), () -> writes.create(key, workload));
        return commit(writes);
    }

    /** A task of ECS that runs and has these tags now. */
    Snapshot task(String id, Map<String, String> tags) throws InterruptedException {
        Key<Workload> key = Kinds.WORKLOAD.key("default", id);
        Workload workload = Workload.newBuilder()
                .setId(id)
                .setScope("default")
                .setOrigin(Any.pack(EcsTask.newBuilder()
                        .setLaunchType("EC2")
                        .setServiceName("shop")
                        .putAllTags(tags)
                        .build()))
                .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                .setPlacement(Placement.newBuilder().setNode(NODE).setNodeEpoch(3))
                .setObserved(Observation.newBuilder().setPhase(Phase.RUNNING))
                .build();
        Optional<Versioned<Workload>> before = store.snapshot().get(key);
        Transaction.Builder writes = Transaction.builder();
        before.ifPresentOrElse(old -> writes.update(old, workload), () -> writes.create(key, workload));
        return commit(writes);
    }

    /** A pod that runs and has these labels now. */
    Snapshot pod(String id, Map<String, String> labels) throws InterruptedException {
        Key<Workload> key = Kinds.WORKLOAD.key("kube/default/shop", id);
        Workload workload = Workload.newBuilder()
                .setId(id)
                .setScope("kube/default/shop")
                .setOrigin(Any.pack(KubePod.newBuilder().putAllLabels(labels).build()))
                .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                .setPlacement(Placement.newBuilder().setNode(NODE).setNodeEpoch(3))
                .setObserved(Observation.newBuilder().setPhase(Phase.RUNNING))
                .build();
        Transaction.Builder writes = Transaction.builder();
        store.snapshot()
                .get(key)
                .ifPresentOrElse(old -> writes.update(old, workload), () -> writes.create(key, workload));
        return commit(writes);
    }

    Snapshot controller(String address) throws InterruptedException {
        ControllerEntry entry =
                ControllerEntry.newBuilder().setAgentAddress(address).build();
        return commit(Transaction.builder().create(Kinds.CONTROLLER.key("", address), entry));
    }

    /** A service of the namespace shop. */
    void route(String name, String address) throws InterruptedException {
        Key<ServiceRoute> key = Kinds.SERVICE_ROUTE.key("default/shop", name);
        ServiceRoute route = ServiceRoute.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName(name)
                .setAddress(address)
                .build();
        Transaction.Builder writes = Transaction.builder();
        store.snapshot().get(key).ifPresentOrElse(old -> writes.update(old, route), () -> writes.create(key, route));
        Snapshot _ = commit(writes);
    }

    void ingress(String name, long createdAtMs) throws InterruptedException {
        Key<IngressRoute> key = Kinds.INGRESS_ROUTE.key("default/shop", name);
        IngressRoute route = IngressRoute.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName(name)
                .setCreatedAtMs(createdAtMs)
                .build();
        Transaction.Builder writes = Transaction.builder();
        store.snapshot().get(key).ifPresentOrElse(old -> writes.update(old, route), () -> writes.create(key, route));
        Snapshot _ = commit(writes);
    }

    void removeIngress(String name) throws InterruptedException {
        Key<IngressRoute> key = Kinds.INGRESS_ROUTE.key("default/shop", name);
        Snapshot _ =
                commit(Transaction.builder().delete(store.snapshot().get(key).orElseThrow()));
    }

    void policy(String name, boolean guardsArrival) throws InterruptedException {
        Key<NetworkPolicy> key = Kinds.NETWORK_POLICY.key("default/shop", name);
        NetworkPolicy policy = NetworkPolicy.newBuilder()
                .setCluster("default")
                .setNamespace("shop")
                .setName(name)
                .setGuardsArrival(guardsArrival)
                .build();
        Transaction.Builder writes = Transaction.builder();
        store.snapshot().get(key).ifPresentOrElse(old -> writes.update(old, policy), () -> writes.create(key, policy));
        Snapshot _ = commit(writes);
    }

    void removePolicy(String name) throws InterruptedException {
        Key<NetworkPolicy> key = Kinds.NETWORK_POLICY.key("default/shop", name);
        Snapshot _ =
                commit(Transaction.builder().delete(store.snapshot().get(key).orElseThrow()));
    }

    RouteTable table() {
        return RouteTable.of(image());
    }

    void removeRoute(String name) throws InterruptedException {
        Key<ServiceRoute> key = Kinds.SERVICE_ROUTE.key("default/shop", name);
        Snapshot _ =
                commit(Transaction.builder().delete(store.snapshot().get(key).orElseThrow()));
    }

    /** Of a controller that leads. */
    Registrar registrar() throws InterruptedException {
        Leader leader = Leader.newBuilder().build();
        if (store.snapshot().get(Kinds.LEADER_KEY).isEmpty()) {
            Snapshot _ = commit(Transaction.builder().create(Kinds.LEADER_KEY, leader));
        }
        Leading leading = new Leading() {
            @Override
            public boolean confirmed(Instant now) {
                return true;
            }

            @Override
            public Optional<Versioned<Leader>> guard() {
                return store.snapshot().get(Kinds.LEADER_KEY);
            }

            @Override
            public Instant confirmedSince() {
                return NOW;
            }

            @Override
            public Optional<String> leaderAgentAddress() {
                return Optional.empty();
            }
        };
        return new Registrar(store, leading, () -> NOW);
    }

    Node removeNode(String id) throws InterruptedException {
        Versioned<Node> node = store.snapshot().get(Kinds.NODE.key("", id)).orElseThrow();
        Snapshot _ = commit(Transaction.builder().delete(node));
        return node.value();
    }

    Snapshot remove(String id) throws InterruptedException {
        return commit(Transaction.builder()
                .delete(store.snapshot().get(Kinds.WORKLOAD.key("default", id)).orElseThrow()));
    }

    Snapshot image() {
        return store.snapshot();
    }

    Versioned<Node> node() {
        return store.snapshot().get(Kinds.NODE.key("", NODE)).orElseThrow();
    }

    private Snapshot commit(Transaction.Builder writes) throws InterruptedException {
        if (!(store.commit(writes.build()) instanceof Commit.Committed(long revision))) {
            throw new IllegalStateException("nobody else writes here");
        }
        return store.snapshotAt(revision);
    }
}
