package dev.gantry.controller.scheduler;

import static dev.gantry.controller.world.Records.MIB;
import static dev.gantry.controller.world.Records.memberOf;
import static dev.gantry.controller.world.Records.node;
import static dev.gantry.controller.world.Records.strategy;

import com.google.protobuf.Any;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Taints;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.DisruptionBudgets.Allowance;
import dev.gantry.controller.world.World;
import dev.gantry.proto.Company;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.LabelRule;
import dev.gantry.proto.LabelSelector;
import dev.gantry.proto.Node;
import dev.gantry.proto.PlacementStrategy.Type;
import dev.gantry.proto.PodCrowd;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.PodTerm;
import dev.gantry.proto.Resources;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Taint;
import dev.gantry.proto.Toleration;
import dev.gantry.proto.TopologySpread;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Pods with rules of every kind beside the tasks of a {@link Life}, and nodes that have taints, cordons and other labels. */
final class PodLife {

    static final String CLUSTER = "default";
    static final Map<String, Map<String, String>> NAMESPACES =
            Map.of("x", Map.of("team", "red"), "y", Map.of("team", "blue"));

    private static final List<String> TOPOLOGIES =
            List.of("rack", "ecs.availability-zone", "kubernetes.io/hostname", "floor");
    private static final List<String> APPS = List.of("a", "b", "c", "d");

    private final World world;
    private final SplittableRandom chance;
    private final Life life;
    private final List<Allowance> budgets;
    private int made;

    PodLife(World world, long seed) {
        this.world = world;
        this.chance = new SplittableRandom(seed);
        this.life = new Life(world, seed);
        this.budgets = List.of(budget("a"), budget("b"));
        // Pods go to the nodes of every ECS cluster, tasks only to those of their own.
        Node.Builder other = node("other", "z0");
        other.getInfoBuilder().setCluster("other");
        world.put(other.build());
    }

    private Allowance budget(String app) {
        return new Allowance(app, labels -> app.equals(labels.get("app")), chance.nextInt(3));
    }

    List<Allowance> budgets(Snapshot snapshot, String cluster, String namespace) {
        return namespace.equals("x") ? budgets : List.of();
    }

    static NamespaceLabels namespaces() {
        return new NamespaceLabels() {
            @Override
            public Map<String, String> of(Snapshot snapshot, String cluster, String namespace) {
                return NAMESPACES.getOrDefault(namespace, Map.of());
            }

            @Override
            public boolean isAbout(Change<?> change) {
                return false;
            }
        };
    }

    List<Versioned<Workload>> waiting() {
        return life.waiting();
    }

    long placedEver() {
        return life.placedEver();
    }

    void step() {
        life.step();
        int changes = 2 + chance.nextInt(6);
        for (int i = 0; i < changes; i++) {
            change();
        }
    }

    /** One only, of a node or of pods. */
    void change() {
        switch (chance.nextInt(10)) {
            case 0 -> changeNode();
            case 1, 2 -> endOne();
            case 3 -> relabel();
            case 4, 5 -> endVictims();
            default -> addPods();
        }
    }

    private <T> T any(List<T> choices) {
        return choices.get(chance.nextInt(choices.size()));
    }

    private boolean oneIn(int number) {
        return chance.nextInt(number) == 0;
    }

    private void changeNode() {
        List<Versioned<Node>> nodes = world.snapshot().list(Kinds.NODE);
        Versioned<Node> any = any(nodes);
        Node.Builder node = any.value().toBuilder().clearTaints().setCordoned(oneIn(4));
        if (oneIn(2)) {
            node.addTaints(Taint.newBuilder()
                    .setKey("for")
                    .setValue(any(List.of("web", "db")))
                    .setEffect(any(Taints.EFFECTS)));
        }
        if (oneIn(3)) {
            node.putAttributes("floor", "f" + chance.nextInt(2));
        } else if (oneIn(2)) {
            node.removeAttributes("floor");
        }
        world.put(node.build());
    }

    private List<Versioned<Workload>> pods() {
        return world.snapshot().list(Kinds.WORKLOAD).stream()
                .filter(one -> Pods.isPod(one.value()) && !Workloads.isStopped(one.value()))
                .toList();
    }

    private void endOne() {
        List<Versioned<Workload>> pods = pods();
        if (!pods.isEmpty()) {
            end(any(pods).value());
        }
    }

    private void end(Workload pod) {
        world.put(
                oneIn(2)
                        ? Workloads.stop(pod, "Deleted", "deleted", Instant.EPOCH)
                        : Workloads.ended(pod, "Exited", "done", Instant.EPOCH));
    }

    private void relabel() {
        List<Versioned<Workload>> pods = pods();
        if (!pods.isEmpty()) {
            Workload pod = any(pods).value();
            KubePod document = Pods.pod(pod).orElseThrow();
            world.put(pod.toBuilder()
                    .setOrigin(Any.pack(
                            document.toBuilder().putLabels("app", any(APPS)).build()))
                    .build());
        }
    }

    /** Those who have to go for others begin to go, or have gone. */
    private void endVictims() {
        for (Versioned<Workload> waiting : waiting()) {
            waiting.value()
                    .getPlacement()
                    .getVictimsList()
                    .forEach(victim -> world.snapshot()
                            .get(Kinds.WORKLOAD.key(victim.getScope(), victim.getId()))
                            .map(Versioned::value)
                            .filter(pod -> !Workloads.isStopped(pod))
                            .ifPresent(this::end));
        }
    }

    private void addPods() {
        String namespace = any(List.of("x", "x", "y"));
        String app = any(APPS);
        WorkloadSpec spec = anySpec(namespace);
        int count = 1 + chance.nextInt(4);
        for (int i = 0; i < count; i++) {
            String id = "p" + made++;
            KubePod document = KubePod.newBuilder()
                    .setCluster(CLUSTER)
                    .setNamespace(namespace)
                    .setName(id)
                    .putLabels("app", app)
                    .build();
            world.put(Workload.newBuilder()
                    .setId(id)
                    .setScope(Pods.scope(CLUSTER, namespace))
                    .setCreatedAtMs(made * 1000L)
                    .setOrigin(Any.pack(document))
                    .setSpec(spec)
                    .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                    .build());
        }
    }

    private WorkloadSpec anySpec(String namespace) {
        Resources.Builder resources = Resources.newBuilder()
                .setCpuUnits(chance.nextInt(10) * 120L)
                .setMemoryBytes(chance.nextInt(4) * 100 * MIB);
        if (oneIn(5)) {
            resources.addTcpPorts(8000 + chance.nextInt(3));
        }
        if (oneIn(6)) {
            resources.addUdpPorts(8000 + chance.nextInt(3));
        }
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder()
                .setGroup("owner-" + chance.nextInt(5))
                .setResources(resources)
                .addStrategies(strategy(Type.SPREAD, "instanceId"))
                .setPod(anyPod(namespace));
        if (oneIn(5)) {
            spec.addConstraints(memberOf(PlainCluster.RACKS));
        }
        if (oneIn(12)) {
            spec.setRequiredNode("n" + chance.nextInt(6));
        }
        return spec.build();
    }

    private PodSpec anyPod(String namespace) {
        PodSpec.Builder pod =
                PodSpec.newBuilder().setPriority(chance.nextInt(7) - 2).setPreemptsNobody(oneIn(8));
        if (oneIn(3)) {
            pod.addTolerations(anyToleration());
        }
        Company.Builder company = Company.newBuilder();
        for (int i = chance.nextInt(3); i > 0; i--) {
            company.addTerms(anyTerm(namespace));
        }
        for (int i = chance.nextInt(5) - 2; i > 0; i--) {
            company.addSpreads(anySpread(namespace));
        }
        return pod.setCompany(company).build();
    }

    private Toleration anyToleration() {
        return switch (chance.nextInt(4)) {
            case 0 -> Toleration.newBuilder().setExists(true).build();
            case 1 ->
                Toleration.newBuilder()
                        .setKey(Taints.UNSCHEDULABLE.getKey())
                        .setExists(true)
                        .build();
            case 2 ->
                Toleration.newBuilder()
                        .setKey("for")
                        .setValue("web")
                        .setEffect(Taints.NO_SCHEDULE)
                        .build();
            default -> Toleration.newBuilder().setKey("for").setValue("db").build();
        };
    }

    private PodTerm anyTerm(String namespace) {
        PodCrowd.Builder crowd = PodCrowd.newBuilder().setCluster(CLUSTER);
        switch (chance.nextInt(4)) {
            case 0 -> crowd.setNamespaceLabels(selector("team", any(List.of("red", "blue"))));
            case 1 -> crowd.setNamespaceLabels(LabelSelector.getDefaultInstance());
            default -> crowd.addNamespaces(namespace);
        }
        anyLabels(crowd);
        return PodTerm.newBuilder()
                .setAway(oneIn(2))
                .setWeight(oneIn(4) ? 1 + chance.nextInt(100) : 0)
                .setTopology(any(TOPOLOGIES))
                .setCrowd(crowd)
                .build();
    }

    private TopologySpread anySpread(String namespace) {
        PodCrowd.Builder crowd = PodCrowd.newBuilder().setCluster(CLUSTER).addNamespaces(namespace);
        anyLabels(crowd);
        return TopologySpread.newBuilder()
                .setMaxSkew(1 + chance.nextInt(2))
                .setTopology(any(TOPOLOGIES))
                .setRequired(!oneIn(4))
                .setMinDomains(oneIn(4) ? 1 + chance.nextInt(4) : 0)
                .setCrowd(crowd)
                .setCountsUnselectedNodes(oneIn(3))
                .setSkipsTaintedNodes(oneIn(3))
                .build();
    }

    private void anyLabels(PodCrowd.Builder crowd) {
        switch (chance.nextInt(8)) {
            case 0 -> {
                // About nobody.
            }
            case 1 -> crowd.setLabels(LabelSelector.getDefaultInstance());
            case 2 ->
                crowd.setLabels(LabelSelector.newBuilder()
                        .addRules(LabelRule.newBuilder()
                                .setKey("app")
                                .setOperator(LabelRule.Operator.NOT_IN)
                                .addValues(any(APPS))
                                .addValues(any(APPS))));
            default -> crowd.setLabels(selector("app", any(APPS)));
        }
    }

    private static LabelSelector selector(String key, String value) {
        return LabelSelector.newBuilder()
                .addRules(LabelRule.newBuilder()
                        .setKey(key)
                        .setOperator(LabelRule.Operator.IN)
                        .addValues(value))
                .build();
    }

    static Key<Workload> key(Workload workload) {
        return World.key(workload);
    }
}
