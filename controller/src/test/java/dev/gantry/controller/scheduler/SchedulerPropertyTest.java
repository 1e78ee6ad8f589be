package dev.gantry.controller.scheduler;

import static dev.gantry.controller.world.Records.distinctInstance;
import static dev.gantry.controller.world.Records.node;
import static dev.gantry.controller.world.Records.serviceTask;
import static dev.gantry.controller.world.Records.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.world.World;
import dev.gantry.proto.Node;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters that change at random, from a seed: what must hold whatever happens. */
final class SchedulerPropertyTest {

    private static final int ROUNDS = 30;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void neverGivesMoreThanThereIs(long seed) {
        try (World world = new World()) {
            Life life = new Life(world, seed);
            SchedulerReconciler reconciler = reconciler(seed);
            for (int round = 0; round < ROUNDS; round++) {
                life.step();
                world.runAll(reconciler, Instant.ofEpochSecond(round));
                checkNodes(world.snapshot());
            }
            assertThat(life.placedEver()).as("the test places something").isGreaterThan(20);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28})
    void decidesTheSameFromAnIndexThatWasKeptAsFromANewOne(long seed) {
        try (World world = new World()) {
            Life life = new Life(world, seed);
            Scheduler kept = new Scheduler(new SplittableRandom(seed));
            for (int round = 0; round < ROUNDS; round++) {
                life.step();
                kept.follow(world.snapshot());
                Scheduler fresh = new Scheduler(new SplittableRandom(seed));
                fresh.follow(world.snapshot());
                assertThat(sums(kept)).isEqualTo(sums(fresh));
                for (Versioned<Workload> waiting : life.waiting()) {
                    assertThat(kept.place(waiting.key(), waiting.value()))
                            .isEqualTo(fresh.place(waiting.key(), waiting.value()));
                }
                world.runAll(reconciler(seed), Instant.ofEpochSecond(round));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35})
    void spreadsWithinOneOfEven(long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        try (World world = new World()) {
            int zones = 2 + chance.nextInt(4);
            for (int i = 0; i < zones * 3; i++) {
                world.put(node("n" + i, "z" + i % zones).build());
            }
            Map<String, Integer> byZone = new HashMap<>();
            Map<String, Integer> byNode = new HashMap<>();
            Scheduler scheduler = new Scheduler(chance);
            scheduler.follow(world.snapshot());
            for (int i = 0; i < zones * 12; i++) {
                Workload workload = serviceTask("t" + i, spec(1, 1)).build();
                Verdict.Placed placed = (Verdict.Placed) scheduler.place(World.key(workload), workload);
                byNode.merge(placed.nodeId(), 1, Integer::sum);
                byZone.merge(zone(world, placed.nodeId()), 1, Integer::sum);
                assertThat(spread(byZone, zones)).isLessThanOrEqualTo(1);
            }
            assertThat(spread(byNode, zones * 3)).isLessThanOrEqualTo(1);
        }
    }

    private static int spread(Map<String, Integer> counts, int values) {
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        int least = counts.size() < values
                ? 0
                : counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        return most - least;
    }

    private static String zone(World world, String node) {
        return world.node(node).getInfo().getAttributesOrThrow("ecs.availability-zone");
    }

    private static SchedulerReconciler reconciler(long seed) {
        return new SchedulerReconciler(new SplittableRandom(seed), SchedulerReconciler.STANDALONE_WAIT);
    }

    private static Map<String, List<Object>> sums(Scheduler scheduler) {
        Map<String, List<Object>> sums = new HashMap<>();
        scheduler.fleet().nodes().forEach(node -> sums.put(node.id(), node.sums()));
        return sums;
    }

    private static void checkNodes(Snapshot snapshot) {
        for (Versioned<Node> node : snapshot.list(Kinds.NODE)) {
            Resources capacity = node.value().getInfo().getCapacity();
            List<Workload> live = snapshot
                    .find(Kinds.LIVE_WORKLOADS_BY_NODE, node.key().name())
                    .stream()
                    .map(Versioned::value)
                    .toList();
            assertThat(live.stream()
                            .mapToLong(w -> w.getSpec().getResources().getCpuUnits())
                            .sum())
                    .isLessThanOrEqualTo(capacity.getCpuUnits());
            assertThat(live.stream()
                            .mapToLong(w -> w.getSpec().getResources().getMemoryBytes())
                            .sum())
                    .isLessThanOrEqualTo(capacity.getMemoryBytes());
            checkPorts(live, capacity);
            checkDistinct(live);
        }
    }

    private static void checkPorts(List<Workload> live, Resources capacity) {
        Set<Integer> taken = new HashSet<>(capacity.getTcpPortsList());
        live.forEach(workload -> workload.getSpec()
                .getResources()
                .getTcpPortsList()
                .forEach(port -> assertThat(taken.add(port)).isTrue()));
    }

    private static void checkDistinct(List<Workload> live) {
        live.stream()
                .filter(workload -> workload.getSpec().getConstraintsList().contains(distinctInstance()))
                .forEach(distinct -> assertThat(live)
                        .filteredOn(w ->
                                w.getSpec().getGroup().equals(distinct.getSpec().getGroup()))
                        .hasSize(1));
    }
}
