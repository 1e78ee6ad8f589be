package dev.gantry.controller.ecs.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.EcsTaskSet;
import dev.gantry.proto.Event;
import dev.gantry.proto.EventStep;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventSourceTest {

    private static final long AT = 1_767_323_045_678L;
    private static final Key<EcsService> SERVICE = Kinds.ECS_SERVICE.key("default", "web");

    @Test
    void podsHaveNoEvents() {
        Workload pod = Workload.newBuilder()
                .setVersion(1)
                .setOrigin(Any.pack(KubePod.getDefaultInstance()))
                .build();
        assertThat(EventSource.isNews(change(Kinds.WORKLOAD.key("default", "a"), null, pod)))
                .isFalse();
    }

    @Test
    void ofATaskWhoseRecordIsGoneIsToldWhatIsKept() throws InterruptedException {
        Workload task = Workload.newBuilder()
                .setId("a")
                .setScope("default")
                .setVersion(7)
                .setOrigin(Any.pack(EcsTask.getDefaultInstance()))
                .setObserved(Observation.newBuilder().setPhase(Phase.STOPPED).setStopCode("EssentialContainerExited"))
                .build();
        JsonNode detail =
                only(change(Kinds.WORKLOAD.key("default", "a"), null, task)).path("detail");
        assertThat(detail.path("lastStatus").asText()).isEqualTo("STOPPED");
        assertThat(detail.path("stopCode").asText()).isEqualTo("EssentialContainerExited");
        assertThat(detail.path("version").asLong()).isEqualTo(7);
        assertThat(detail.has("taskDefinitionArn")).isFalse();
    }

    @Test
    void managedDaemonsHaveNoEventsOfServices() {
        EcsService daemon = EcsService.newBuilder()
                .setName("daemon:logs")
                .setCluster("default")
                .addDeployments(EcsDeployment.newBuilder().setId("ecs-svc/1"))
                .build();
        assertThat(EventSource.isNews(change(SERVICE, null, daemon))).isTrue();
        assertThat(EventSource.isNews(change(Kinds.ECS_DAEMON.key("default", "daemon:logs"), null, daemon)))
                .isFalse();
    }

    @Test
    void aNodeThatIsNotHeardOfIsAnEvent() throws InterruptedException {
        Node ready = Node.newBuilder()
                .setId("f".repeat(32))
                .setVersion(3)
                .setReadiness(Readiness.READY)
                .setInfo(NodeInfo.newBuilder().setCluster("default").setName("host-1"))
                .build();
        Node away = ready.toBuilder()
                .setVersion(4)
                .setReadiness(Readiness.UNREACHABLE)
                .build();
        Key<Node> key = Kinds.NODE.key("", ready.getId());
        ObjectNode event = only(change(key, ready, away));
        assertThat(event.path("detail-type").asText()).isEqualTo("ECS Container Instance State Change");
        assertThat(event.at("/detail/agentConnected").asBoolean(true)).isFalse();
        assertThat(event.at("/detail/version").asLong()).isEqualTo(4);
        assertThat(event.at("/resources/0").asText()).endsWith("container-instance/default/" + ready.getId());
        assertThat(EventSource.isNews(change(key, away, away))).isFalse();
    }

    @Test
    void whatThePlannerSaysIsAServiceActionIfItHasAName() throws InterruptedException {
        Key<Event> key = Kinds.EVENT.key(SERVICE.path(), "0000000000000001");
        Event started = Event.newBuilder()
                .setId("e1")
                .setAtMs(AT)
                .setText("(service web) has started 1 tasks: (task t1).")
                .setName("TASKS_STARTED")
                .addTasks("t1")
                .build();
        ObjectNode event = only(change(key, null, started));
        assertThat(event.path("detail-type").asText()).isEqualTo("ECS Service Action");
        assertThat(event.path("detail"))
                .hasToString("{\"eventType\":\"INFO\",\"eventName\":\"TASKS_STARTED\","
                        + "\"clusterArn\":\"arn:aws:ecs:eu-central-1:123456789012:cluster/default\","
                        + "\"createdAt\":\"2026-01-02T03:04:05.678Z\","
                        + "\"taskArns\":[\"arn:aws:ecs:eu-central-1:123456789012:task/default/t1\"]}");
        assertThat(EventSource.isNews(
                        change(key, null, started.toBuilder().clearName().build())))
                .isFalse();
        Event failure = started.toBuilder()
                .clearTasks()
                .setName("SERVICE_TASK_PLACEMENT_FAILURE")
                .setReason("no room")
                .build();
        assertThat(only(change(key, null, failure)).at("/detail/eventType").asText())
                .isEqualTo("ERROR");
    }

    @Test
    void aDeploymentsStateIsToldWhenItChanges() throws InterruptedException {
        EcsDeployment going = EcsDeployment.newBuilder()
                .setId("ecs-svc/1")
                .setUpdatedAtMs(AT)
                .setRolloutStateReason("ECS deployment ecs-svc/1 in progress.")
                .build();
        EcsDeployment failed = going.toBuilder()
                .setRolloutState(EcsDeployment.RolloutState.FAILED)
                .setRolloutStateReason("ECS deployment circuit breaker: tasks failed to start.")
                .build();
        EcsService before = service().addDeployments(going).build();
        ObjectNode event = only(change(SERVICE, null, before));
        assertThat(event.path("detail-type").asText()).isEqualTo("ECS Deployment State Change");
        assertThat(event.at("/detail/eventName").asText()).isEqualTo("SERVICE_DEPLOYMENT_IN_PROGRESS");
        ObjectNode end =
                only(change(SERVICE, before, service().addDeployments(failed).build()));
        assertThat(end.path("detail"))
                .hasToString("{\"eventType\":\"ERROR\",\"eventName\":\"SERVICE_DEPLOYMENT_FAILED\","
                        + "\"deploymentId\":\"ecs-svc/1\",\"updatedAt\":\"2026-01-02T03:04:05.678Z\","
                        + "\"reason\":\"ECS deployment circuit breaker: tasks failed to start.\"}");
        EcsService counted = before.toBuilder().setNextTask(7).build();
        assertThat(EventSource.isNews(change(SERVICE, before, counted))).isFalse();
    }

    @Test
    void anotherDesiredCountIsAServiceAction() throws InterruptedException {
        EcsService before = service().setDesiredCount(1).build();
        ObjectNode event = only(
                change(SERVICE, before, before.toBuilder().setDesiredCount(5).build()));
        assertThat(event.at("/detail/eventName").asText()).isEqualTo("SERVICE_DESIRED_COUNT_UPDATED");
        assertThat(event.at("/detail/desiredCount").asInt()).isEqualTo(5);
    }

    @Test
    void aTaskSetThatBecomesSteadyIsAServiceAction() throws InterruptedException {
        EcsTaskSet set = EcsTaskSet.newBuilder()
                .setDeployment(EcsDeployment.newBuilder().setId("ecs-svc/2"))
                .build();
        EcsService before = service().addTaskSets(set).build();
        EcsService after =
                service().addTaskSets(set.toBuilder().setSteady(true)).build();
        assertThat(only(change(SERVICE, before, after)).at("/detail/eventName").asText())
                .isEqualTo("TASKSET_STEADY_STATE");
        assertThat(EventSource.isNews(change(SERVICE, after, after))).isFalse();
    }

    @Test
    void aHookIsToldWhenItWaitsAndWhenItIsAnswered() throws InterruptedException {
        EcsServiceDeployment.Hook hook = EcsServiceDeployment.Hook.newBuilder()
                .setId("hook-1")
                .setStage(EcsServiceDeployment.Stage.PRE_SCALE_UP)
                .setExpiresAtMs(AT)
                .build();
        EcsServiceDeployment none = EcsServiceDeployment.newBuilder()
                .setId("d1")
                .setCluster("default")
                .setService("web")
                .build();
        EcsServiceDeployment waiting = none.toBuilder().addHooks(hook).build();
        EcsServiceDeployment answered = none.toBuilder()
                .addHooks(hook.toBuilder().setStatus(EcsServiceDeployment.HookStatus.SUCCEEDED))
                .build();
        Key<EcsServiceDeployment> key = Kinds.ECS_SERVICE_DEPLOYMENT.key("default/web", "d1");
        ObjectNode event = only(change(key, none, waiting));
        assertThat(event.path("detail-type").asText()).isEqualTo("ECS Hook State Change");
        assertThat(event.at("/detail/eventName").asText()).isEqualTo("HOOK_AWAITING_ACTION");
        assertThat(event.at("/detail/lifecycleStage").asText()).isEqualTo("PRE_SCALE_UP");
        assertThat(event.at("/detail/expiresAt").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(only(change(key, waiting, answered)).at("/detail/eventName").asText())
                .isEqualTo("HOOK_SUCCEEDED");
    }

    private static EcsService.Builder service() {
        return EcsService.newBuilder().setCluster("default").setName("web").setUid("uid");
    }

    private static <T extends Message> Change<T> change(Key<T> key, @Nullable T before, T after) {
        return new Change<>(
                key, before == null ? null : new Versioned<>(key, before, 1), new Versioned<>(key, after, 2), 2);
    }

    /** The one event that a change is, as it is read. */
    private static ObjectNode only(Change<?> change) throws InterruptedException {
        assertThat(EventSource.isNews(change)).isTrue();
        List<EventStep> steps = EventSource.steps(change, AT);
        assertThat(steps).hasSize(1);
        try (ImageStore store = ImageStore.open(
                new MemoryBackend(InstantSource.system()), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand())) {
            Snapshot empty = store.snapshot();
            return new EventView(StreamWorld.ARNS).envelope(empty, steps.getFirst());
        }
    }
}
