package dev.gantry.controller.ecs.events;

import dev.gantry.controller.ecs.view.TaskView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.DeploymentStep;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.Event;
import dev.gantry.proto.EventStep;
import dev.gantry.proto.HookStep;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Kind;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says which events a change of a record is. */
final class EventSource {

    /** Whose changes are events. */
    static final List<Kind<?>> KINDS =
            List.of(Kinds.WORKLOAD, Kinds.NODE, Kinds.EVENT, Kinds.ECS_SERVICE, Kinds.ECS_SERVICE_DEPLOYMENT);

    private static final String SERVICE_SCOPE = Kinds.ECS_SERVICE.name() + "/";

    private EventSource() {}

    /** Whether it may be an event. Asked about every change there is, so it must not cost anything. */
    static boolean isNews(Change<?> change) {
        Versioned<?> after = change.after();
        return after != null
                && switch (after.value()) {
                    case Workload task -> task.getVersion() != version(change) && TaskView.isTask(task);
                    case Node node -> node.getVersion() != version(change);
                    case Event event ->
                        change.before() == null && !event.getName().isEmpty();
                    case EcsService _, EcsServiceDeployment _ ->
                        !steps(change, 0).isEmpty();
                    default -> false;
                };
    }

    /** Whether there were versions between the one before and the one after. */
    static boolean skips(Change<?> change) {
        Versioned<?> after = change.after();
        return after != null
                && switch (after.value()) {
                    case Workload task -> task.getVersion() > version(change) + 1;
                    case Node node -> node.getVersion() > version(change) + 1;
                    default -> false;
                };
    }

    /** Oldest first. */
    static List<EventStep> steps(Change<?> change, long atMs) {
        Versioned<?> after = change.after();
        // A managed daemon is written as a service is, and none.
        if (after == null || after.key().kind().equals(Kinds.ECS_DAEMON)) {
            return List.of();
        }
        EventStep.Builder step = EventStep.newBuilder().setAtMs(atMs);
        return switch (after.value()) {
            case Workload task ->
                List.of(step.setCluster(task.getScope())
                        .setTask(changeable(task))
                        .build());
            case Node node ->
                List.of(step.setCluster(node.getInfo().getCluster())
                        .setNode(node)
                        .build());
            case Event event ->
                ofService(step, change.key().scope()).stream()
                        .map(one -> one.setAction(event.toBuilder().clearText()).build())
                        .toList();
            case EcsService service -> {
                List<EventStep> steps = new ArrayList<>(deployments(step, service, change.before()));
                steps.addAll(new ServiceSteps(atMs, after.revision()).steps(change.before(), service));
                yield steps;
            }
            case EcsServiceDeployment deployment -> hooks(step, deployment, change.before());
            default -> List.of();
        };
    }

    private static long version(Change<?> change) {
        Versioned<?> before = change.before();
        return before == null
                ? 0
                : switch (before.value()) {
                    case Workload task -> task.getVersion();
                    case Node node -> node.getVersion();
                    default -> 0;
                };
    }

    /** A task without what is read from its record again. */
    private static Workload changeable(Workload task) {
        Workload.Builder kept = Workload.newBuilder()
                .setId(task.getId())
                .setScope(task.getScope())
                .setCreatedAtMs(task.getCreatedAtMs())
                .setVersion(task.getVersion())
                .setWish(task.getWish())
                .setObserved(task.getObserved());
        if (!task.getPlacement().getNode().isEmpty()) {
            kept.setPlacement(task.getPlacement());
        }
        return kept.build();
    }

    private static Optional<EventStep.Builder> ofService(EventStep.Builder step, String scope) {
        String[] path = scope.startsWith(SERVICE_SCOPE)
                ? scope.substring(SERVICE_SCOPE.length()).split("/", 2)
                : new String[0];
        return path.length == 2 ? Optional.of(step.setCluster(path[0]).setService(path[1])) : Optional.empty();
    }

    private static List<EventStep> deployments(
            EventStep.Builder step, EcsService service, @Nullable Versioned<?> before) {
        List<EcsDeployment> known =
                before != null && before.value() instanceof EcsService was ? was.getDeploymentsList() : List.of();
        step.setCluster(service.getCluster()).setService(service.getName());
        List<EventStep> steps = new ArrayList<>();
        // The newest is the first one there.
        for (EcsDeployment deployment : service.getDeploymentsList().reversed()) {
            boolean isKnown = known.stream()
                    .anyMatch(one -> one.getId().equals(deployment.getId())
                            && one.getRolloutState() == deployment.getRolloutState());
            if (!isKnown) {
                steps.add(step.setDeployment(step(deployment)).build());
            }
        }
        return steps;
    }

    private static DeploymentStep step(EcsDeployment deployment) {
        return DeploymentStep.newBuilder()
                .setId(deployment.getId())
                .setName("SERVICE_DEPLOYMENT_" + deployment.getRolloutState())
                .setReason(deployment.getRolloutStateReason())
                .setUpdatedAtMs(deployment.getUpdatedAtMs())
                .build();
    }

    private static List<EventStep> hooks(
            EventStep.Builder step, EcsServiceDeployment deployment, @Nullable Versioned<?> before) {
        List<EcsServiceDeployment.Hook> known =
                before != null && before.value() instanceof EcsServiceDeployment was ? was.getHooksList() : List.of();
        step.setCluster(deployment.getCluster()).setService(deployment.getService());
        List<EventStep> steps = new ArrayList<>();
        for (EcsServiceDeployment.Hook hook : deployment.getHooksList()) {
            boolean isKnown = known.stream()
                    .anyMatch(one -> one.getId().equals(hook.getId()) && one.getStatus() == hook.getStatus());
            if (!isKnown) {
                steps.add(step.setHook(HookStep.newBuilder()
                                .setDeployment(deployment.getId())
                                .setId(hook.getId())
                                .setName("HOOK_" + hook.getStatus())
                                .setStage(hook.getStage().name())
                                .setExpiresAtMs(hook.getExpiresAtMs()))
                        .build());
            }
        }
        return steps;
    }
}
