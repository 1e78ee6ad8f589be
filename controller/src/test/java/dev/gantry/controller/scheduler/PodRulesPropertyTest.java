package dev.gantry.controller.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.PlainPreemption.Loss;
import dev.gantry.controller.scheduler.Verdict.Placed;
import dev.gantry.controller.scheduler.Verdict.Unplaced;
import dev.gantry.controller.world.World;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pods with rules beside tasks, at random, from a seed: each decision is held against the rules as {@link PlainCluster} says them. */
final class PodRulesPropertyTest {

    private static final int ROUNDS = 25;
    private static final int CHANGES = 80;
    private static final long FRESH = System.nanoTime();
    private static final Pattern COUNT = Pattern.compile("Of (\\d+) nodes? ");

    /** Of equal priority those for whom others had to go come first, then the oldest. */
    private static final Comparator<Versioned<Workload>> MOST_URGENT_FIRST =
            Comparator.<Versioned<Workload>>comparingInt(one -> -PlainPreemption.priority(one.value()))
                    .thenComparing(
                            one -> one.value().getPlacement().getNominatedNode().isEmpty())
                    .thenComparingLong(one -> one.value().getCreatedAtMs())
                    .thenComparing(one -> one.key().path());

    private static int madeEver;

    static LongStream seeds() {
        System.out.println("pods with rules: the fresh seed is " + FRESH);
        return LongStream.concat(LongStream.rangeClosed(1, 12), LongStream.of(FRESH));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void decidesAsThePlainRulesSay(long seed) {
        try (World world = new World()) {
            PodLife life = new PodLife(world, seed);
            Scheduler scheduler = scheduler(life, seed);
            for (int round = 0; round < ROUNDS; round++) {
                life.step();
                Pass pass = new Pass(world.snapshot(), scheduler, life, Instant.ofEpochSecond(round));
                life.waiting().stream().sorted(MOST_URGENT_FIRST).forEach(pass::decide);
                madeEver += pass.made;
                pass.writes.outcome().writes().forEach(world::commit);
                life.waiting().forEach(pass::checkReason);
            }
            assertThat(life.placedEver()).as("the test places something").isGreaterThan(20);
        }
    }

    @AfterAll
    static void somebodyHadToGo() {
        assertThat(madeEver).as("pods for which others had to go").isGreaterThan(100);
        madeEver = 0;
    }

    /** Woken by what happened and by nothing else. */
    @ParameterizedTest
    @MethodSource("seeds")
    void leavesNobodyWaitingWhoCouldGo(long seed) {
        try (World world = new World()) {
            PodLife life = new PodLife(world, seed);
            SchedulerReconciler reconciler = new SchedulerReconciler(
                    new SplittableRandom(seed),
                    SchedulerReconciler.STANDALONE_WAIT,
                    PodLife.namespaces(),
                    life::budgets);
            for (int round = 0; round < CHANGES; round++) {
                if (round % 10 == 0) {
                    life.step();
                    settle(world, reconciler, Instant.ofEpochSecond(round));
                }
                life.change();
                settle(world, reconciler, Instant.ofEpochSecond(round));
                checkWaiting(world, life, "seed %d, change %d".formatted(seed, round));
            }
        }
    }

    private static void checkWaiting(World world, PodLife life, String when) {
        PlainCluster now = new PlainCluster(world.snapshot());
        PlainCluster held = new PlainCluster(world.snapshot());
        for (Versioned<Workload> waiting :
                life.waiting().stream().sorted(MOST_URGENT_FIRST).toList()) {
            // Nobody may lean on a neighbour for whom room is held only.
            List<String> free = held.admitting(waiting.value());
            assertThat(free)
                    .filteredOn(now.admitting(waiting.value())::contains)
                    .as("%s: %s waits", when, waiting.key())
                    .isEmpty();
            held.put(
                    waiting.key(),
                    waiting.value(),
                    waiting.value().getPlacement().getNominatedNode());
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void decidesTheSameFromAnIndexThatWasKeptAsFromANewOne(long seed) {
        try (World world = new World()) {
            PodLife life = new PodLife(world, seed);
            Scheduler kept = scheduler(life, seed);
            for (int round = 0; round < ROUNDS; round++) {
                life.step();
                kept.follow(world.snapshot());
                Scheduler fresh = scheduler(life, seed);
                fresh.follow(world.snapshot());
                PlacementWrites writes = new PlacementWrites(Instant.ofEpochSecond(round));
                for (Versioned<Workload> one :
                        life.waiting().stream().sorted(MOST_URGENT_FIRST).toList()) {
                    Verdict verdict = kept.place(one.key(), one.value());
                    assertThat(decision(verdict))
                            .as("seed %d, round %d, %s", seed, round, one.key())
                            .isEqualTo(decision(fresh.place(one.key(), one.value())));
                    if (verdict instanceof Placed placed) {
                        writes.place(one, placed);
                    } else {
                        Room room = kept.makeRoom(one.key(), one.value());
                        assertThat(room)
                                .as("seed %d, round %d, %s", seed, round, one.key())
                                .isEqualTo(fresh.makeRoom(one.key(), one.value()));
                        writes.keepWaiting(one, (Unplaced) verdict, room, Optional.empty());
                    }
                }
                writes.outcome().writes().forEach(world::commit);
            }
        }
    }

    /** Without the reason, which one of the two may have taken down earlier in the pass. */
    private static Object decision(Verdict verdict) {
        return switch (verdict) {
            case Placed placed -> placed;
            case Unplaced _ -> "waits";
        };
    }

    private static Scheduler scheduler(PodLife life, long seed) {
        return new Scheduler(new SplittableRandom(seed), PodLife.namespaces(), life::budgets);
    }

    private static void settle(World world, SchedulerReconciler reconciler, Instant now) {
        boolean isWoken = true;
        for (int passes = 0; isWoken; passes++) {
            assertThat(passes).as("passes without an end").isLessThan(200);
            isWoken = false;
            for (Change<?> change : world.heard()) {
                isWoken |= !reconciler.wokenBy(change, world.snapshot()).isEmpty();
            }
            if (isWoken) {
                world.runAll(reconciler, now);
            }
        }
    }

    /** One pass, watched. */
    private static final class Pass {

        private final Scheduler scheduler;
        private final PlainCluster plain;
        private final PlainPreemption preemption;
        private final PlacementWrites writes;
        private int made;

        Pass(Snapshot snapshot, Scheduler scheduler, PodLife life, Instant now) {
            this.scheduler = scheduler;
            this.plain = new PlainCluster(snapshot);
            this.preemption =
                    new PlainPreemption(plain, namespace -> life.budgets(snapshot, PodLife.CLUSTER, namespace));
            this.writes = new PlacementWrites(now);
            scheduler.follow(snapshot);
        }

        void decide(Versioned<Workload> waiting) {
            Workload workload = waiting.value();
            List<String> admitting = plain.admitting(workload);
            switch (scheduler.place(waiting.key(), workload)) {
                case Placed placed -> {
                    assertThat(admitting).as("%s may go", waiting).contains(placed.nodeId());
                    plain.put(waiting.key(), workload, placed.nodeId());
                    writes.place(waiting, placed);
                }
                case Unplaced unplaced -> {
                    assertThat(admitting).as("%s waits", waiting).isEmpty();
                    Room room = scheduler.makeRoom(waiting.key(), workload);
                    checkRoom(waiting, room);
                    writes.keepWaiting(waiting, unplaced, room, Optional.empty());
                }
            }
        }

        private void checkRoom(Versioned<Workload> waiting, Room room) {
            Workload pod = waiting.value();
            if (!pod.getSpec().hasPod()) {
                assertThat(room).isEqualTo(new Room.None(""));
                return;
            }
            switch (room) {
                case Room.Made(String node, var victims)
                when isAwaited(pod, node) -> {
                    assertThat(victims).isEqualTo(pod.getPlacement().getVictimsList());
                    plain.put(waiting.key(), pod, node);
                }
                case Room.Made madeRoom -> {
                    made++;
                    checkMade(pod, madeRoom);
                    plain.put(waiting.key(), pod, madeRoom.node());
                }
                case Room.None none -> {
                    assertThat(preemption.least(pod))
                            .as("%s waits in vain", waiting)
                            .isEmpty();
                    assertThat(none.why().isEmpty())
                            .isEqualTo(plain.nodesFor(pod).isEmpty()
                                    && !pod.getSpec().getPod().getPreemptsNobody());
                }
            }
        }

        private boolean isAwaited(Workload pod, String node) {
            Placement placement = pod.getPlacement();
            return placement.getNominatedNode().equals(node)
                    && placement.getVictimsList().stream()
                            .anyMatch(victim -> plain.on(node).stream()
                                    .anyMatch(key -> key.scope().equals(victim.getScope())
                                            && key.name().equals(victim.getId())));
        }

        private void checkMade(Workload pod, Room.Made room) {
            Loss least = preemption.least(pod).orElseThrow(() -> new AssertionError("nobody could go for " + pod));
            List<String> expected = new ArrayList<>();
            least.dying().forEach(victim -> expected.add(victim.getId()));
            least.leaving().forEach(key -> expected.add(key.name()));
            assertThat(room.node()).as("%s for %s, %s", least, pod, room).isEqualTo(least.node());
            assertThat(room.victims())
                    .extracting(victim -> victim.getId())
                    .containsExactlyInAnyOrderElementsOf(expected);
            boolean isCheap = preemption.needsNobodyCovered(pod);
            int before = preemption.overspent();
            preemption.accept(least);
            assertThat(least.dying()).allSatisfy(victim -> {
                assertThat(PlainPreemption.priority(victim)).isLessThan(PlainPreemption.priority(pod));
                assertThat(victim.getSpec().hasPod()).isTrue();
                assertThat(Workloads.isUnwanted(victim)).isFalse();
            });
            if (isCheap) {
                assertThat(preemption.overspent()).as("a budget is spared").isEqualTo(before);
            }
        }

        /** Each node that the workload may talk about is in the sum of the reason. */
        void checkReason(Versioned<Workload> waiting) {
            String reason = waiting.value().getPlacement().getUnplacedReason();
            int nodes = plain.nodesFor(waiting.value()).size();
            if (nodes == 0) {
                assertThat(reason).matches(".*(has no node|It must run on this node)\\.");
                return;
            }
            Matcher counted = COUNT.matcher(reason);
            assertThat(counted.find()).as(reason).isTrue();
            assertThat(Integer.parseInt(counted.group(1))).as(reason).isPositive();
        }
    }
}
