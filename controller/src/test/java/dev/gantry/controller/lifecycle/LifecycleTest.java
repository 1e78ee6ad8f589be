package dev.gantry.controller.lifecycle;

import static dev.gantry.controller.world.Records.node;
import static dev.gantry.controller.world.Records.running;
import static dev.gantry.controller.world.Records.spec;
import static dev.gantry.controller.world.Records.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.world.World;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.Event;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What ends workloads that nobody else can end, and what removes records. */
final class LifecycleTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Key<Workload> KEY = Kinds.WORKLOAD.key("default", "t");

    private final World world = new World();
    private final WorkloadReconciler lifecycle = new WorkloadReconciler();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void endsAtOnceWhatShallStopBeforeItGotANode() {
        world.put(Workloads.stop(task("t", spec(1, 1)).build(), "UserInitiated", "enough", NOW));
        assertThat(wokenByLast()).containsExactly(KEY);
        world.runAll(lifecycle, NOW);
        Workload ended = world.workload("default", "t");
        assertThat(Workloads.isStopped(ended)).isTrue();
        assertThat(ended.getObserved().getStopCode()).isEqualTo("UserInitiated");
        assertThat(ended.getObserved().getStopReason()).isEqualTo("enough");
    }

    @Test
    void endsWhatRunsOnANodeThatIsNotKnown() {
        world.put(node("a", "z").build());
        world.put(running(task("t", spec(1, 1)), "a"));
        assertThat(wokenByLast()).isEmpty();
        world.delete(Kinds.NODE.key("", "a"));
        assertThat(wokenByLast()).containsExactly(KEY);
        world.runAll(lifecycle, NOW);
        assertThat(world.workload("default", "t").getObserved().getStopReason())
                .isEqualTo("Host EC2 (instance a) terminated.");
    }

    @Test
    void leavesTheStoppingOfPlacedWorkloadsToTheirAgent() {
        world.put(node("a", "z").build());
        world.put(Workloads.stop(running(task("t", spec(1, 1)), "a"), "UserInitiated", "enough", NOW));
        assertThat(wokenByLast()).isEmpty();
        assertThat(lifecycle.all(world.snapshot())).isEmpty();
        assertThat(world.run(lifecycle, KEY, NOW).writes()).isEmpty();
    }

    @Test
    void removesStoppedWorkloadsTogetherWhenTheirTimeIsOver() {
        RetentionReconciler<Workload> retention = retention(Duration.ofSeconds(10), Duration.ofMinutes(1));
        for (int i = 0; i < 130; i++) {
            Workload workload = task("t" + i, spec(1, 1)).build();
            world.put(Workloads.ended(workload, "UserInitiated", "stop", NOW.plusMillis(1 + i)));
        }
        world.put(task("alive", spec(1, 1)).build());
        Key<Workload> key = retention.all(world.snapshot()).iterator().next();
        assertThat(retention.all(world.snapshot())).containsExactly(key);
        Instant end = NOW.plusSeconds(60);
        assertThat(world.run(retention, key, NOW).wake()).contains(end);
        assertThat(world.run(retention, key, end).writes()).hasSize(2);
        assertThat(world.snapshot().count(Kinds.WORKLOAD)).isEqualTo(1);
    }

    @Test
    void isWokenForARecordOnlyWhenItsEndIsSet() {
        RetentionReconciler<Workload> retention = retention(Duration.ofSeconds(10), Duration.ofMinutes(1));
        world.put(task("t", spec(1, 1)).build());
        assertThat(retention.wokenBy(last(), world.snapshot())).isEmpty();
        world.change(KEY, workload -> Workloads.ended(workload, "UserInitiated", "stop", NOW));
        assertThat(retention.wokenBy(last(), world.snapshot())).hasSize(1);
        world.change(KEY, workload -> workload.toBuilder().setVersion(99).build());
        assertThat(retention.wokenBy(last(), world.snapshot())).isEmpty();
    }

    @Test
    void keepsADeletedDefinitionThatAServiceStillDeploys() {
        Duration kept = Duration.ofMinutes(1);
        RetentionReconciler<EcsTaskDefinition> retention = definitions(kept);
        Key<EcsTaskDefinition> definition = Kinds.ECS_TASK_DEFINITION.key("web", "00000003");
        world.put(
                definition,
                EcsTaskDefinition.newBuilder()
                        .setFamily("web")
                        .setRevision(3)
                        .setStatus(EcsTaskDefinition.Status.DELETE_IN_PROGRESS)
                        .setDeleteRequestedAtMs(NOW.toEpochMilli())
                        .build());
        Key<EcsService> service = Kinds.ECS_SERVICE.key("default", "web");
        String arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:3";
        world.put(
                service,
                EcsService.newBuilder()
                        .addDeployments(EcsDeployment.newBuilder().setTaskDefinitionArn(arn))
                        .build());
        Key<EcsTaskDefinition> key = retention.all(world.snapshot()).iterator().next();
        Instant later = NOW.plusSeconds(120);
        Outcome outcome = world.run(retention, key, later);
        assertThat(outcome.writes()).isEmpty();
        assertThat(outcome.wake()).hasValueSatisfying(wake -> assertThat(wake).isAfter(later));
        world.delete(service);
        world.run(retention, key, later);
        assertThat(world.snapshot().get(definition)).isEmpty();
    }

    @Test
    void aDeletedServiceTakesItsEventsWithIt() {
        RetentionReconciler<EcsService> retention = services(Duration.ofMinutes(1));
        Key<EcsService> service = Kinds.ECS_SERVICE.key("default", "web");
        world.put(
                service,
                EcsService.newBuilder()
                        .setStatus(EcsService.Status.INACTIVE)
                        .setDeletedAtMs(NOW.toEpochMilli())
                        .build());
        for (int i = 0; i < 106; i++) {
            world.put(Kinds.EVENT.key(service.path(), String.format("%016d", i)), Event.getDefaultInstance());
        }
        world.put(Kinds.EVENT.key("ecs-service/default/other", "0"), Event.getDefaultInstance());
        Key<EcsService> key = retention.all(world.snapshot()).iterator().next();
        world.run(retention, key, NOW.plusSeconds(30));
        assertThat(world.snapshot().get(service)).isPresent();
        world.run(retention, key, NOW.plusSeconds(120));
        assertThat(world.snapshot().get(service)).isEmpty();
        assertThat(world.snapshot().count(Kinds.EVENT)).isEqualTo(1);
    }

    @Test
    void everyDefaultExpiryHasItsOwnLoop() {
        assertThat(Expiries.defaults())
                .extracting(expiry -> new RetentionReconciler<>(expiry).name())
                .doesNotHaveDuplicates();
    }

    private static RetentionReconciler<Workload> retention(Duration kept, Duration granularity) {
        return new RetentionReconciler<>(Expiry.of(
                Kinds.WORKLOAD,
                granularity,
                workload -> Workloads.isStopped(workload)
                        ? Optional.of(
                                Instant.ofEpochMilli(workload.getObserved().getStoppedAtMs())
                                        .plus(kept))
                        : Optional.empty()));
    }

    private static RetentionReconciler<EcsTaskDefinition> definitions(Duration kept) {
        return ofKind(Kinds.ECS_TASK_DEFINITION, kept);
    }

    private static RetentionReconciler<EcsService> services(Duration kept) {
        return ofKind(Kinds.ECS_SERVICE, kept);
    }

    @SuppressWarnings("unchecked") // Found by its kind.
    private static <T extends Message> RetentionReconciler<T> ofKind(Kind<T> kind, Duration kept) {
        return Expiries.of(kept, kept).stream()
                .filter(expiry -> expiry.kind().equals(kind))
                .map(expiry -> new RetentionReconciler<>((Expiry<T>) expiry))
                .findFirst()
                .orElseThrow();
    }

    private Change<?> last() {
        return world.heard().getLast();
    }

    private List<Key<Workload>> wokenByLast() {
        return List.copyOf(lifecycle.wokenBy(last(), world.snapshot()));
    }
}
