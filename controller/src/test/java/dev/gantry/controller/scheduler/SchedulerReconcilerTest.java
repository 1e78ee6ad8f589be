package dev.gantry.controller.scheduler;

import static dev.gantry.controller.world.Records.node;
import static dev.gantry.controller.world.Records.running;
import static dev.gantry.controller.world.Records.serviceTask;
import static dev.gantry.controller.world.Records.spec;
import static dev.gantry.controller.world.Records.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.world.World;
import dev.gantry.proto.Administration;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Supplies;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import dev.gantry.store.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the scheduler writes, when, and what wakes it. */
final class SchedulerReconcilerTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private final World world = new World();
    private final SchedulerReconciler reconciler =
            new SchedulerReconciler(new SplittableRandom(1), SchedulerReconciler.STANDALONE_WAIT);
    private final Key<Workload> key =
            reconciler.all(world.snapshot()).iterator().next();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void writesWhereAWorkloadGoes() {
        world.put(node("a", "a").setEpoch(7).build());
        world.put(task("t", spec(1, 1)).setVersion(3).build());
        Outcome outcome = world.run(reconciler, key, NOW);
        Workload placed = world.workload("default", "t");
        assertThat(placed.getPlacement())
                .isEqualTo(Placement.newBuilder()
                        .setNode("a")
                        .setNodeEpoch(7)
                        .setPlacedAtMs(NOW.toEpochMilli())
                        .build());
        assertThat(placed.getVersion()).isEqualTo(4);
        assertThat(outcome.wake()).isEmpty();
    }

    /** Its supplies are written into the same record: placed meanwhile, one of the two would be decided in vain. */
    @Test
    void placesAPodWhenSomebodyHasLookedForWhatItRefersTo() {
        world.put(node("a", "a").build());
        WorkloadSpec.Builder needy = spec(1, 1).setPod(PodSpec.newBuilder().setNeedsSupplies(true));
        world.put(task("t", needy).build());
        assertThat(world.run(reconciler, key, NOW).writes()).isEmpty();
        world.change(
                Kinds.WORKLOAD.key("default", "t"),
                pod -> pod.toBuilder()
                        .setSupplies(Supplies.getDefaultInstance())
                        .build());
        world.run(reconciler, key, NOW);
        assertThat(world.workload("default", "t").getPlacement().getNode()).isEqualTo("a");
    }

    @Test
    void placesWhatIsMeantForANodeThatHasJustJoinedBeforeAnythingElse() {
        world.put(node("a", "a").setAwaitsDaemons(true).build());
        world.put(serviceTask("t", spec(1, 1)).build());
        world.put(serviceTask("daemon", spec(1, 1).setRequiredNode("a").setDaemon(true))
                .build());
        world.run(reconciler, key, NOW);
        assertThat(world.workload("default", "daemon").getPlacement().getNode()).isEqualTo("a");
        assertThat(world.workload("default", "t").getPlacement().getUnplacedReason())
                .contains("AGENT");

        world.change(
                Kinds.NODE.key("", "a"),
                node -> node.toBuilder().clearAwaitsDaemons().build());
        world.run(reconciler, key, NOW);
        assertThat(world.workload("default", "t").getPlacement().getNode()).isEqualTo("a");
    }

    @Test
    void writesInTransactionsThatTheStoreTakes() {
        world.put(node("a", "a").build());
        for (int i = 0; i < 130; i++) {
            world.put(serviceTask("t" + i, spec(1, 1)).build());
        }
        Outcome outcome = world.run(reconciler, key, NOW);
        assertThat(outcome.writes())
                .hasSize(2)
                .allSatisfy(write -> assertThat(write.guards()).hasSizeLessThanOrEqualTo(120));
        assertThat(world.snapshot().count(Kinds.LIVE_WORKLOADS_BY_NODE, "a")).isEqualTo(130);
    }

    @Test
    void largeWorkloadsAreWrittenInSmallerTransactions() {
        world.put(node("a", "a").build());
        for (int i = 0; i < 50; i++) {
            world.put(serviceTask("t" + i, spec(1, 1).putLabels("big", "x".repeat(60_000)))
                    .build());
        }
        world.run(reconciler, key, NOW);
        assertThat(world.snapshot().count(Kinds.LIVE_WORKLOADS_BY_NODE, "a")).isEqualTo(50);
    }

    @Test
    void placesTheOldestFirst() {
        world.put(node("a", "a").build());
        world.put(
                task("young", spec(1, 600)).setCreatedAtMs(2_000).build(),
                task("zold", spec(1, 600)).setCreatedAtMs(1_000).build());
        world.run(reconciler, key, NOW);
        assertThat(world.workload("default", "zold").getPlacement().getNode()).isEqualTo("a");
        assertThat(world.workload("default", "young").getPlacement().getNode()).isEmpty();
    }

    @Test
    void placesTheMostUrgentFirstWhateverItsAge() {
        world.put(node("a", "a").build());
        world.put(
                task("usual", spec(1, 600)).setCreatedAtMs(1_000).build(),
                urgent("high", 7).setCreatedAtMs(9_000).build(),
                urgent("low", Integer.MIN_VALUE).setCreatedAtMs(500).build());
        world.run(reconciler, key, NOW);
        assertThat(world.workload("default", "high").getPlacement().getNode()).isEqualTo("a");
        assertThat(world.workload("default", "usual").getPlacement().getNode()).isEmpty();
        assertThat(world.workload("default", "low").getPlacement().getNode()).isEmpty();
    }

    private static Workload.Builder urgent(String id, int priority) {
        Workload.Builder workload = task(id, spec(1, 600));
        workload.getSpecBuilder().getPodBuilder().setPriority(priority);
        return workload;
    }

    @Test
    void saysOnceWhyAWorkloadWaits() {
        world.put(node("a", "a").build());
        world.put(serviceTask("t", spec(1, 2000)).build());
        world.run(reconciler, key, NOW);
        Placement placement = world.workload("default", "t").getPlacement();
        assertThat(placement.getUnplacedReason())
                .contains("(container-instance a) has insufficient memory", "needs 2000 MiB");
        assertThat(placement.getUnplacedSinceMs()).isEqualTo(NOW.toEpochMilli());
        assertThat(world.run(reconciler, key, NOW.plusSeconds(5)).writes()).isEmpty();
    }

    @Test
    void keepsSinceWhenAWorkloadWaitsForSomethingElse() {
        world.put(serviceTask("t", spec(1, 2000)).build());
        world.run(reconciler, key, NOW);
        world.put(node("a", "a").build());
        world.run(reconciler, key, NOW.plusSeconds(5));
        Placement placement = world.workload("default", "t").getPlacement();
        assertThat(placement.getUnplacedReason()).contains("insufficient memory");
        assertThat(placement.getUnplacedSinceMs()).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void endsAStandaloneTaskThatWaitedTooLong() {
        world.put(task("t", spec(1, 1)).build());
        Instant deadline = NOW.plus(SchedulerReconciler.STANDALONE_WAIT);
        assertThat(world.run(reconciler, key, NOW).wake()).contains(deadline);
        assertThat(world.run(reconciler, key, deadline.minusMillis(1)).writes()).isEmpty();
        world.run(reconciler, key, deadline);
        Workload ended = world.workload("default", "t");
        assertThat(ended.getObserved().getStopCode()).isEqualTo("TaskFailedToStart");
        assertThat(ended.getObserved().getStopReason())
                .startsWith("TaskFailedToStart: NO ACTIVE INSTANCES. Was unable to place a task");
    }

    @Test
    void letsAServiceWaitForEver() {
        world.put(serviceTask("t", spec(1, 1)).build());
        world.run(reconciler, key, NOW);
        Outcome later = world.run(reconciler, key, NOW.plus(Duration.ofDays(300)));
        assertThat(later.writes()).isEmpty();
        assertThat(later.wake()).isEmpty();
    }

    @Test
    void givesRoomAwayAgainWhenItsWritesWereNotCommitted() {
        world.put(node("a", "a").build());
        world.put(task("t", spec(1, 600)).build());
        Outcome first = reconciler.reconcile(world.snapshot(), key, NOW);
        Outcome again = reconciler.reconcile(world.snapshot(), key, NOW);
        assertThat(first.writes()).hasSize(1);
        assertThat(again.writes()).isEqualTo(first.writes());
    }

    @Test
    void isWokenByAWorkloadThatNeedsANode() {
        world.heard();
        world.put(task("t", spec(1, 1)).build());
        assertThat(wakes()).isTrue();
        world.change(
                Kinds.WORKLOAD.key("default", "t"),
                t -> t.toBuilder().setVersion(9).build());
        assertThat(wakes()).isFalse();
    }

    /** Its labels say who may be near to it, and how even a spread is with it. */
    @Test
    void isWokenByAPodThatGetsOtherLabelsOrTolerationsWhileItWaits() {
        world.put(pod("p", "web"));
        world.heard();
        world.put(pod("p", "db"));
        assertThat(wakes()).isTrue();
        Workload.Builder tolerant = pod("p", "db").toBuilder();
        tolerant.getSpecBuilder().getPodBuilder().addTolerationsBuilder().setExists(true);
        world.put(tolerant.build());
        assertThat(wakes()).isTrue();
        tolerant.setOrigin(Any.pack(KubePod.newBuilder()
                .putLabels("app", "db")
                .setJson(ByteString.copyFromUtf8("{}"))
                .build()));
        world.put(tolerant.build());
        assertThat(wakes()).isFalse();
    }

    private static Workload pod(String id, String app) {
        return task(id, spec(1, 1).setPod(PodSpec.getDefaultInstance()))
                .setOrigin(Any.pack(KubePod.newBuilder().putLabels("app", app).build()))
                .build();
    }

    @Test
    void isWokenByRoomOnlyWhileSomebodyWaits() {
        world.put(node("a", "a").build());
        world.put(running(task("old", spec(1, 600)), "a"), running(task("older", spec(1, 300)), "a"));
        world.heard();
        world.put(ended("old"));
        assertThat(wakes()).isFalse();
        world.put(task("new", spec(1, 800)).build());
        world.heard();
        world.put(ended("older"));
        assertThat(wakes()).isTrue();
    }

    @Test
    void isWokenByANodeThatTakesMore() {
        world.put(node("a", "a").setReadiness(Readiness.LOST).build());
        world.put(task("t", spec(1, 1)).build());
        world.heard();
        world.change(
                Kinds.NODE.key("", "a"),
                n -> n.toBuilder().setReadiness(Readiness.READY).build());
        assertThat(wakes()).isTrue();
        world.change(
                Kinds.NODE.key("", "a"), n -> n.toBuilder().putTags("k", "v").build());
        assertThat(wakes()).isFalse();
        world.change(
                Kinds.NODE.key("", "a"),
                n -> n.toBuilder().setAdministration(Administration.DRAINING).build());
        assertThat(wakes()).isTrue();
    }

    private Workload ended(String id) {
        Workload workload = world.workload("default", id);
        Workload ended = Workloads.ended(workload, "UserInitiated", "stop", NOW);
        assertThat(ended.getObserved().getPhase()).isEqualTo(Phase.STOPPED);
        return ended;
    }

    private boolean wakes() {
        return world.heard().stream()
                .anyMatch(
                        change -> !reconciler.wokenBy(change, world.snapshot()).isEmpty());
    }
}
