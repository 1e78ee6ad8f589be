package dev.gantry.controller.ecs.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Health;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random services, failures and updates: what the planner does keeps to the limits, and in the end
 * all is well.
 */
class RolloutPropertyTest {

    private static final int STEPS = 60;

    private final RolloutWorld world = new RolloutWorld();
    private Map<String, Workload> before = new HashMap<>();

    static LongStream seeds() {
        return LongStream.range(0, 150);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsToTheLimitsWhateverHappensAndRecovers(long seed) {
        SplittableRandom chance = new SplittableRandom(seed);
        int minimum = chance.nextInt(0, 5) * 25;
        int maximum = 100 + chance.nextInt(0, 5) * 25;
        boolean checked = chance.nextInt(3) == 0;
        if (checked) {
            world.withHealthChecks();
        }
        world.addNode("b", "zone-2");
        world.createService(chance.nextInt(1, 8), minimum, maximum);
        world.checking(this::check);
        for (int i = 0; i < STEPS; i++) {
            disturb(chance);
            world.reconcile();
        }
        recover(checked);
        EcsService service = world.service();
        Limits limits = Limits.of(service.getDesiredCount(), minimum, maximum);
        boolean cannotMove = limits.upper() <= limits.desired() && limits.lower() >= limits.desired();
        if (!service.getSteady() && cannotMove) {
            assertThat(world.events())
                    .anyMatch(text -> text.contains("because of the service deployment configuration"));
            return;
        }
        assertThat(service.getSteady()).isTrue();
        assertThat(service.getDeploymentsCount()).isEqualTo(1);
        String newest = service.getDeployments(0).getId();
        assertThat(world.live())
                .hasSize(service.getDesiredCount())
                .allMatch(task -> Workloads.isRunning(task.value())
                        && RolloutWorld.deployment(task.value()).equals(newest));
    }

    private void disturb(SplittableRandom chance) {
        switch (chance.nextInt(14)) {
            case 0 -> world.deployNewVersion();
            case 1 -> world.scaleTo(chance.nextInt(0, 9));
            case 2 -> some(chance, task -> world.stopped(task));
            case 3 -> some(chance, task -> Workloads.isRunning(task) ? world.healthy(task, Health.UNHEALTHY) : task);
            case 4 -> world.drain(chance.nextBoolean() ? "a" : "b", Administration.DRAINING);
            case 5 -> {
                world.drain("a", Administration.ACTIVE);
                world.drain("b", Administration.ACTIVE);
            }
            case 6 -> some(chance, task -> Workloads.isRunning(task) ? world.healthy(task, Health.HEALTHY) : task);
            case 7, 8 -> world.advance(Duration.ofSeconds(chance.nextInt(60)));
            case 9, 10 ->
                some(
                        chance,
                        task -> Workloads.isPlaced(task) || Workloads.isUnwanted(task)
                                ? task
                                : world.placed(task, chance.nextBoolean() ? "a" : "b"));
            case 11, 12 ->
                some(
                        chance,
                        task -> RolloutWorld.isPending(task) && !Workloads.isUnwanted(task)
                                ? world.running(task)
                                : task);
            default -> some(chance, task -> task.getWish().getDesired() == RunState.STOP ? world.stopped(task) : task);
        }
    }

    private void some(SplittableRandom chance, UnaryOperator<Workload> change) {
        world.act(task -> chance.nextBoolean(), change);
    }

    private void recover(boolean checked) {
        world.drain("a", Administration.ACTIVE);
        world.drain("b", Administration.ACTIVE);
        for (int i = 0; i < 40; i++) {
            world.act(
                    task -> Workloads.isRunning(task)
                            && checked
                            && task.getObserved().getHealth() == Health.HEALTH_UNKNOWN,
                    task -> world.healthy(task, Health.HEALTHY));
            world.act(
                    task -> Workloads.isRunning(task)
                            && !checked
                            && task.getObserved().getHealth() == Health.UNHEALTHY,
                    task -> world.healthy(task, Health.HEALTH_UNKNOWN));
            world.reconcile();
            world.agents();
            world.reconcile();
            world.advance(Duration.ofSeconds(20));
            if (i == 10) {
                world.advance(Duration.ofMinutes(16));
            }
        }
        world.reconcile();
    }

    /**
     * What the planner started and stopped in the newest image is within the limits of that image.
     */
    private void check(Snapshot image) {
        Map<String, Workload> after = new HashMap<>();
        image.find(Kinds.LIVE_WORKLOADS_BY_OWNER, RolloutWorld.SERVICE.path())
                .forEach(task -> after.put(task.key().name(), task.value()));
        image.get(RolloutWorld.SERVICE).ifPresent(service -> {
            DeploymentRules rules = DeploymentRules.of(service.value().getDocumentJson());
            Limits limits =
                    Limits.of(service.value().getDesiredCount(), rules.minimumPercent(), rules.maximumPercent());
            if (after.keySet().stream().anyMatch(id -> !before.containsKey(id))) {
                assertThat(after.size()).isLessThanOrEqualTo(limits.upper());
            }
            boolean stoppedHealthy = after.entrySet().stream()
                    .anyMatch(task -> before.containsKey(task.getKey())
                            && isHealthy(before.get(task.getKey()), service, image)
                            && task.getValue().getWish().getDesired() == RunState.STOP);
            if (stoppedHealthy) {
                assertThat(after.values().stream()
                                .filter(task -> isHealthy(task, service, image))
                                .count())
                        .isGreaterThanOrEqualTo(limits.lower());
            }
        });
        before = after;
    }

    private boolean isHealthy(Workload task, Versioned<EcsService> service, Snapshot image) {
        if (!Workloads.isRunning(task)
                || task.getWish().getDesired() == RunState.STOP
                || task.getObserved().getHealth() == Health.UNHEALTHY) {
            return false;
        }
        boolean leaving = image.get(Kinds.NODE.key("", task.getPlacement().getNode()))
                        .orElseThrow()
                        .value()
                        .getAdministration()
                == Administration.DRAINING;
        boolean old = !RolloutWorld.deployment(task)
                .equals(service.value().getDeployments(0).getId());
        boolean checked = task.getSpec().getContainers(0).hasHealthCheck();
        return leaving
                || old
                || (checked
                        ? task.getObserved().getHealth() == Health.HEALTHY
                        : task.getObserved().getStartedAtMs() + 40_000
                                <= world.now().toEpochMilli());
    }
}
