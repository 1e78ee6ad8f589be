package dev.gantry.controller.scheduler;

import static dev.gantry.controller.world.Records.distinctInstance;
import static dev.gantry.controller.world.Records.memberOf;
import static dev.gantry.controller.world.Records.node;
import static dev.gantry.controller.world.Records.resources;
import static dev.gantry.controller.world.Records.running;
import static dev.gantry.controller.world.Records.serviceTask;
import static dev.gantry.controller.world.Records.spec;
import static dev.gantry.controller.world.Records.strategy;
import static dev.gantry.controller.world.Records.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.BalancedPort;
import dev.gantry.controller.scheduler.Verdict.Placed;
import dev.gantry.controller.scheduler.Verdict.Unplaced;
import dev.gantry.controller.world.World;
import dev.gantry.proto.Administration;
import dev.gantry.proto.NetworkClaim;
import dev.gantry.proto.PlacementStrategy.Type;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.Key;
import dev.gantry.store.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which node is chosen, and what is said where none is. */
final class SchedulerTest {

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void spreadsAServiceOverZonesAndThenOverNodes() {
        world.put(
                node("a1", "a").build(),
                node("a2", "a").build(),
                node("b1", "b").build());
        assertThat(placeService(4, spec(1, 1))).containsExactly("a1", "b1", "a2", "b1");
    }

    @Test
    void beginsAnotherServiceWhereLeastRuns() {
        world.put(node("a1", "a").build(), node("b1", "b").build());
        world.put(running(task("other", spec(1, 1).setGroup("service:other")), "a1"));
        assertThat(placeService(1, spec(1, 1))).containsExactly("b1");
    }

    @Test
    void packsTheNodeWithTheLeastMemoryLeft() {
        world.put(node("a", "a").build(), node("b", "a").build(), node("c", "a").build());
        world.put(running(task("old", spec(10, 600)), "b"));
        WorkloadSpec.Builder spec = spec(1, 300).addStrategies(strategy(Type.BINPACK, "memory"));
        assertThat(placeService(3, spec)).containsExactly("b", "a", "a");
    }

    @Test
    void chainsStrategiesInTheirOrder() {
        world.put(
                node("a1", "a").build(),
                node("a2", "a").build(),
                node("b1", "b").build());
        world.put(running(task("old", spec(10, 100)), "a2"));
        WorkloadSpec.Builder spec = spec(1, 100)
                .addStrategies(strategy(Type.SPREAD, "attribute:ecs.availability-zone"))
                .addStrategies(strategy(Type.BINPACK, "memory"));
        assertThat(placeService(5, spec)).containsExactly("b1", "a2", "b1", "a2", "b1");
    }

    @Test
    void spreadsAfterPackingOnlyBetweenNodesThatAreEquallyFull() {
        world.put(
                node("a1", "a").build(),
                node("b1", "b").build(),
                node("b2", "b").build());
        world.put(running(task("old", spec(10, 1)), "b2"));
        WorkloadSpec.Builder spec = spec(10, 1)
                .addStrategies(strategy(Type.BINPACK, "cpu"))
                .addStrategies(strategy(Type.SPREAD, "attribute:ecs.availability-zone"));
        assertThat(placeService(2, spec)).containsExactly("b2", "b2");
    }

    @Test
    void takesAnyNodeForAStandaloneTaskWithoutStrategy() {
        world.put(node("a", "a").build(), node("b", "a").build(), node("c", "a").build());
        List<String> nodes = new ArrayList<>();
        Scheduler scheduler = scheduler();
        for (int i = 0; i < 40; i++) {
            nodes.add(place(scheduler, task("t" + i, spec(1, 1)).build()));
        }
        assertThat(new HashSet<>(nodes)).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void putsADistinctGroupOnEachNodeOnce() {
        world.put(node("a", "a").build(), node("b", "a").build());
        WorkloadSpec.Builder spec = spec(1, 1).addConstraints(distinctInstance());
        assertThat(placeService(3, spec))
                .containsExactly("a", "b", "DistinctInstance placement constraint unsatisfied.");
    }

    @Test
    void followsAnAffinityToAGroupThatWasPlacedInTheSamePass() {
        world.put(node("a", "a").build(), node("b", "b").build());
        Scheduler scheduler = scheduler();
        Workload follower = task("f", spec(1, 1).addConstraints(memberOf("task:group == family:db")))
                .build();
        assertThat(place(scheduler, follower)).startsWith("MemberOf");
        String db =
                place(scheduler, task("db", spec(1, 1).setGroup("family:db")).build());
        assertThat(place(scheduler, follower)).isEqualTo(db);
    }

    @Test
    void keepsHostPortsApart() {
        world.put(node("a", "a").build(), node("b", "b").build());
        WorkloadSpec.Builder spec = spec(1, 1).setResources(resources(1, 1).addTcpPorts(80));
        assertThat(placeService(3, spec)).containsExactly("a", "b", "RESOURCE:PORTS");
    }

    @Test
    void leavesPortsThatLeadToServicesAlone() {
        world.put(node("a", "a").build(), node("b", "b").build());
        Key<NetworkClaim> claim = new BalancedPort("a", Protocol.TCP, 80).key();
        Scheduler scheduler = scheduler();
        Workload web = task("t", spec(1, 1).setResources(resources(1, 1).addTcpPorts(80)))
                .build();
        Transaction.Builder writes = Transaction.builder();
        world.commit(writes.create(
                        claim,
                        NetworkClaim.newBuilder().setHolder("default/shop/web").build())
                .build());
        scheduler.follow(world.snapshot());
        assertThat(place(scheduler, web)).isEqualTo("b");
        assertThat(place(scheduler, web)).isEqualTo("RESOURCE:PORTS");
        world.commit(Transaction.builder()
                .delete(world.snapshot().get(claim).orElseThrow())
                .build());
        scheduler.follow(world.snapshot());
        Workload other = task("o", spec(1, 1).setResources(resources(1, 1).addTcpPorts(80)))
                .build();
        assertThat(List.of(place(scheduler, web), place(scheduler, other))).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void leavesTheNodesOwnPortsAlone() {
        dev.gantry.proto.Node.Builder node = node("a", "a");
        node.getInfoBuilder().getCapacityBuilder().addTcpPorts(22).addUdpPorts(53);
        world.put(node.build());
        Workload tcp = task("t", spec(1, 1).setResources(resources(1, 1).addTcpPorts(22)))
                .build();
        Workload other = task("o", spec(1, 1).setResources(resources(1, 1).addUdpPorts(22)))
                .build();
        assertThat(reasons(tcp)).containsExactly("needs host port 22/tcp, which is taken");
        assertThat(reasons(other)).isEmpty();
    }

    @Test
    void saysWithNumbersWhatIsMissing() {
        world.put(node("a", "a").build());
        world.put(running(task("old", spec(2000, 724)), "a"));
        Workload task = task(
                        "t",
                        spec(512, 512)
                                .setArchitecture("arm64")
                                .addRequiredAttributes("gpu.kind")
                                .setResources(resources(512, 512).putDevices("GPU", 2)))
                .build();
        assertThat(reasons(task))
                .containsExactly(
                        "lacks the attribute gpu.kind",
                        "needs the CPU architecture arm64, the node's is x86_64",
                        "needs 2 GPU, 0 of 0 are free",
                        "needs 512 CPU units, 48 of 2048 are free",
                        "needs 512 MiB of memory, 300 MiB of 1024 MiB are free");
    }

    @Test
    void explainsTheCapabilitiesThatNodesDoNotHave() {
        world.put(node("a", "a").build());
        Workload task = task(
                        "t",
                        spec(1, 1)
                                .addRequiredAttributes("com.amazonaws.ecs.capability.task-iam-role")
                                .addRequiredAttributes("com.amazonaws.ecs.capability.logging-driver.gelf"))
                .build();
        assertThat(reasons(task))
                .containsExactly(
                        "lacks the attribute com.amazonaws.ecs.capability.task-iam-role: the definition has a"
                            + " taskRoleArn, and nodes of this version give containers no credentials of a role; leave"
                            + " taskRoleArn out to run without",
                        "lacks the attribute com.amazonaws.ecs.capability.logging-driver.gelf: its engine does not have"
                                + " the log driver gelf, or its owner does not allow it");
    }

    @Test
    void aCordonedNodeTakesNothingNew() {
        world.put(node("a", "a").setCordoned(true).build());
        assertThat(unplaced(task("t", spec(1, 1)).build()).detail()).contains("is cordoned and takes no new tasks");
    }

    @Test
    void saysInTheWordsOfEcsWhichNodeWasClosest() {
        world.put(
                node("a", "a").setReadiness(Readiness.LOST).build(),
                node("b", "a").build(),
                node("c", "a").setAdministration(Administration.DRAINING).build());
        Unplaced unplaced = unplaced(task("t", spec(1, 2000)).build());
        assertThat(unplaced.code()).isEqualTo("RESOURCE:MEMORY");
        assertThat(unplaced.headline())
                .isEqualTo("was unable to place a task because no container instance met all of its"
                        + " requirements. The closest matching (container-instance b) has"
                        + " insufficient memory available.");
        assertThat(unplaced.detail())
                .isEqualTo("On host-b: needs 2000 MiB of memory, 1024 MiB of 1024 MiB are free. Of 3"
                        + " nodes 1 failed on AGENT, 1 failed on INACTIVE, 1 failed on"
                        + " RESOURCE:MEMORY.");
    }

    @Test
    void saysThatAClusterHasNoNodes() {
        dev.gantry.proto.Node.Builder elsewhere = node("a", "a");
        elsewhere.getInfoBuilder().setCluster("other");
        world.put(elsewhere.build());
        assertThat(unplaced(task("t", spec(1, 1)).build()).headline())
                .endsWith("Reason: No Container Instances were found in your cluster.");
    }

    @Test
    void asksOnlyTheNodeThatIsRequired() {
        world.put(node("a", "a").build(), node("b", "a").build());
        assertThat(place(scheduler(), task("t", spec(1, 1).setRequiredNode("b")).build()))
                .isEqualTo("b");
        assertThat(unplaced(task("t", spec(1, 1).setRequiredNode("gone")).build())
                        .code())
                .isEqualTo("MISSING");
    }

    @Test
    void admitsNothingWhereAnExpressionCannotBeRead() {
        world.put(node("a", "a").build());
        Workload task =
                task("t", spec(1, 1).addConstraints(memberOf("what is this"))).build();
        assertThat(reasons(task)).singleElement().asString().contains("is no cluster query: at position 0");
    }

    @Test
    void answersWhatIfWithoutPlacing() {
        world.put(node("a", "a").build());
        Workload big = task("t", spec(1, 600)).build();
        List<Placements.Preview> previews = Placements.preview(world.snapshot(), List.of(big, big));
        assertThat(previews.getFirst().verdict()).isEqualTo(new Placed("a", "host-a", 0));
        assertThat(previews.getLast().nodes())
                .singleElement()
                .extracting(node -> node.reasons().getFirst().code())
                .isEqualTo("RESOURCE:MEMORY");
    }

    @Test
    void foreseesFromEachSnapshotAnew() {
        PlacementForecast forecast = new PlacementForecast(new SplittableRandom(1));
        Workload big = task("t", spec(1, 600)).build();
        var empty = world.snapshot();
        assertThat(forecast.preview(empty, List.of(big)).getFirst().verdict()).isInstanceOf(Unplaced.class);
        world.put(node("a", "a").build());
        var one = world.snapshot();
        for (int i = 0; i < 2; i++) {
            assertThat(forecast.preview(one, List.of(big)).getFirst().verdict())
                    .isEqualTo(new Placed("a", "host-a", 0));
        }
        world.put(running(task("old", spec(1, 600)), "a"));
        assertThat(forecast.preview(world.snapshot(), List.of(big)).getFirst().verdict())
                .isInstanceOf(Unplaced.class);
        assertThat(forecast.preview(one, List.of(big)).getFirst().verdict()).isInstanceOf(Placed.class);
        assertThat(forecast.preview(empty, List.of(big)).getFirst().verdict()).isInstanceOf(Unplaced.class);
    }

    private List<String> placeService(int count, WorkloadSpec.Builder spec) {
        Scheduler scheduler = scheduler();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(place(scheduler, serviceTask("t" + i, spec).build()));
        }
        return answers;
    }

    private Scheduler scheduler() {
        Scheduler scheduler = new Scheduler(new SplittableRandom(1));
        scheduler.follow(world.snapshot());
        return scheduler;
    }

    private Unplaced unplaced(Workload workload) {
        return (Unplaced) scheduler().place(World.key(workload), workload);
    }

    private List<String> reasons(Workload workload) {
        return Placements.explain(world.snapshot(), workload, NamespaceLabels.NONE).getFirst().reasons().stream()
                .map(Reason::text)
                .toList();
    }

    private static String place(Scheduler scheduler, Workload workload) {
        return switch (scheduler.place(World.key(workload), workload)) {
            case Placed placed -> placed.nodeId();
            case Unplaced unplaced -> unplaced.code();
        };
    }
}
