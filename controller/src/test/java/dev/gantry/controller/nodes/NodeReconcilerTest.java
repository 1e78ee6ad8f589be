package dev.gantry.controller.nodes;

import static dev.gantry.controller.world.Records.node;
import static dev.gantry.controller.world.Records.placed;
import static dev.gantry.controller.world.Records.running;
import static dev.gantry.controller.world.Records.spec;
import static dev.gantry.controller.world.Records.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.world.World;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How nodes are found silent and given up, and what becomes of their workloads. */
final class NodeReconcilerTest {

    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final Key<Node> KEY = Kinds.NODE.key("", "a");

    private final World world = new World();
    private final Beats beats = new Beats();
    private final NodeReconciler reconciler = new NodeReconciler(beats, NodeSettings.defaults());

    /** Heartbeats as a test says. */
    private static final class Beats implements Heartbeats {
        private final Map<String, Instant> heard = new HashMap<>();
        private Instant confirmed = START;

        @Override
        public Optional<Instant> lastHeard(String nodeId) {
            return Optional.ofNullable(heard.get(nodeId));
        }

        @Override
        public Instant confirmedSince() {
            return confirmed;
        }
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void isReadyOnceItIsHeard() {
        world.put(node("a", "z")
                .setReadiness(Readiness.READINESS_UNSPECIFIED)
                .setRegisteredAtMs(START.plusSeconds(95).toEpochMilli())
                .setVersion(1)
                .build());
        assertThat(at(100).writes()).isEmpty();
        hear(100);
        assertThat(at(100).wake()).contains(START.plusSeconds(115));
        assertThat(world.node("a").getReadiness()).isEqualTo(Readiness.READY);
        assertThat(world.node("a").getReadinessSinceMs())
                .isEqualTo(START.plusSeconds(100).toEpochMilli());
        assertThat(world.node("a").getVersion()).isEqualTo(2);
    }

    @Test
    void becomesUnreachableAndThenLostAndThenReadyAgain() {
        world.put(node("a", "z").setEpoch(4).build());
        world.put(placed(task("t", spec(1, 1)), "a", 4));
        hear(100);
        assertThat(at(114).writes()).isEmpty();
        at(115);
        assertThat(world.node("a").getReadiness()).isEqualTo(Readiness.UNREACHABLE);
        assertThat(Workloads.isStopped(world.workload("default", "t"))).isFalse();
        assertThat(at(129).writes()).isEmpty();
        at(130);
        assertThat(world.node("a").getReadiness()).isEqualTo(Readiness.LOST);
        assertThat(world.node("a").getEpoch()).isEqualTo(5);
        Workload ended = world.workload("default", "t");
        assertThat(ended.getObserved().getStopCode()).isEqualTo("TerminationNotice");
        assertThat(ended.getObserved().getStopReason()).isEqualTo("Host EC2 (instance a) terminated.");
        hear(140);
        at(140);
        assertThat(world.node("a").getReadiness()).isEqualTo(Readiness.READY);
        assertThat(world.node("a").getEpoch()).isEqualTo(5);
    }

    @Test
    void endsLargeWorkloadsInTransactionsThatTheStoreTakes() {
        world.put(node("a", "z").build());
        for (int i = 0; i < 50; i++) {
            world.put(running(task("t" + i, spec(1, 1).putLabels("big", "x".repeat(60_000))), "a"));
        }
        world.run(reconciler, KEY, START.plusSeconds(40));
        assertThat(world.snapshot().count(Kinds.LIVE_WORKLOADS_BY_NODE, "a")).isZero();
    }

    @Test
    void bumpsTheEpochInTheTransactionThatBeginsTheEnding() {
        world.put(node("a", "z").build());
        for (int i = 0; i < 150; i++) {
            world.put(running(task("t" + i, spec(1, 1)), "a"));
        }
        Outcome outcome = reconciler.reconcile(world.snapshot(), KEY, START.plusSeconds(40));
        assertThat(outcome.writes()).hasSize(2);
        assertThat(outcome.writes().getFirst().writes()).containsKey(KEY).hasSize(120);
        // Cut after the first transaction: the next pass ends the rest, because their epoch is old.
        world.commit(outcome.writes().getFirst());
        world.run(reconciler, KEY, START.plusSeconds(41));
        assertThat(world.snapshot().count(Kinds.LIVE_WORKLOADS_BY_NODE, "a")).isZero();
        assertThat(world.node("a").getEpoch()).isEqualTo(1);
    }

    @Test
    void keepsTheReasonOfAWorkloadThatWasAskedToStop() {
        world.put(node("a", "z").build());
        world.put(Workloads.stop(running(task("t", spec(1, 1)), "a"), "UserInitiated", "enough", START));
        at(40);
        assertThat(world.workload("default", "t").getObserved().getStopReason()).isEqualTo("enough");
    }

    @Test
    void givesUpANodeThatRegisteredBeforeTheClockWasSetBack() {
        world.put(node("a", "z")
                .setRegisteredAtMs(START.plusSeconds(3600).toEpochMilli())
                .build());
        at(15);
        at(40);
        assertThat(world.node("a").getReadiness()).isEqualTo(Readiness.LOST);
    }

    @Test
    void givesEveryNodeTheGraceOfANewLeader() {
        world.put(node("a", "z").build());
        assertThat(at(14).wake()).contains(START.plusSeconds(15));
        at(15);
        assertThat(world.node("a").getReadiness()).isEqualTo(Readiness.UNREACHABLE);
        assertThat(at(39).writes()).isEmpty();
        at(40);
        assertThat(world.node("a").getReadiness()).isEqualTo(Readiness.LOST);
    }

    @Test
    void forgetsWhatItHeardBeforeItsLeaseWasConfirmed() {
        world.put(node("a", "z").build());
        hear(10);
        beats.confirmed = START.plusSeconds(100);
        assertThat(at(101).writes()).isEmpty();
        assertThat(at(101).wake()).contains(START.plusSeconds(115));
        assertThat(at(114).writes()).isEmpty();
    }

    @Test
    void decidesNothingWithoutAConfirmedLease() {
        world.put(node("a", "z").build());
        beats.confirmed = Instant.MAX;
        assertThat(at(1_000).writes()).isEmpty();
    }

    @Test
    void endsWhatWasPlacedUnderAnOlderEpoch() {
        world.put(node("a", "z").setEpoch(3).build());
        world.heard();
        world.put(placed(task("t", spec(1, 1)), "a", 2), placed(task("u", spec(1, 1)), "a", 3));
        assertThat(world.heard().stream()
                        .map(change ->
                                reconciler.wokenBy(change, world.snapshot()).size()))
                .containsExactly(1, 0);
        hear(1);
        at(2);
        assertThat(Workloads.isStopped(world.workload("default", "t"))).isTrue();
        assertThat(Workloads.isStopped(world.workload("default", "u"))).isFalse();
    }

    @Test
    void endsTheWorkloadsOfADeregisteredNodeAndForgetsItLater() {
        world.put(node("a", "z").setAdministration(Administration.DEREGISTERED).build());
        world.put(running(task("t", spec(1, 1)), "a"));
        hear(1);
        at(2);
        assertThat(world.workload("default", "t").getObserved().getStopReason())
                .isEqualTo("Container instance deregistration forced by user");
        assertThat(world.node("a").getEpoch()).isEqualTo(1);
        Instant removal = START.plusSeconds(2).plus(Duration.ofHours(1));
        assertThat(at(3).wake()).contains(removal);
        assertThat(world.run(reconciler, KEY, removal).writes()).isEmpty();
        world.heard();
        world.delete(Kinds.WORKLOAD.key("default", "t"));
        assertThat(reconciler.wokenBy(world.heard().getFirst(), world.snapshot()))
                .containsExactly(KEY);
        world.run(reconciler, KEY, removal);
        assertThat(world.snapshot().get(KEY)).isEmpty();
    }

    @Test
    void refusesSettingsThatBreakTheRules() {
        assertThatThrownBy(() -> settings(15, 15, 40, 20)).hasMessageContaining("must be less than lost-after");
        assertThatThrownBy(() -> settings(15, 30, 39, 20)).hasMessageContaining("grace (PT39S) must be at least");
        assertThatThrownBy(() -> settings(15, 30, 40, 25)).hasMessageContaining("a singleton could run twice");
    }

    private static NodeSettings settings(int unreachable, int lost, int grace, int fence) {
        return new NodeSettings(
                Duration.ofSeconds(unreachable),
                Duration.ofSeconds(lost),
                Duration.ofSeconds(grace),
                Duration.ofSeconds(10),
                Duration.ofSeconds(fence),
                Duration.ofSeconds(5),
                Duration.ofHours(1));
    }

    private void hear(int second) {
        beats.heard.put("a", START.plusSeconds(second));
    }

    private Outcome at(int second) {
        return world.run(reconciler, KEY, START.plusSeconds(second));
    }
}
