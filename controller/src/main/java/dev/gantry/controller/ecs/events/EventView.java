package dev.gantry.controller.ecs.events;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.view.NodeView;
import dev.gantry.controller.ecs.view.TaskView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.DeploymentStep;
import dev.gantry.proto.Event;
import dev.gantry.proto.EventStep;
import dev.gantry.proto.HookStep;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An event in EventBridge's envelope, drawn from what is kept of it and from the records as they are now. */
record EventView(Arns arns) {

    static final String TASK = "ECS Task State Change";
    static final String NODE = "ECS Container Instance State Change";
    static final String ACTION = "ECS Service Action";
    static final String DEPLOYMENT = "ECS Deployment State Change";
    static final String HOOK = "ECS Hook State Change";
    static final List<String> TYPES = List.of(TASK, NODE, ACTION, DEPLOYMENT, HOOK);

    private static final Set<String> WARNINGS = Set.of(
            "SERVICE_TASK_START_IMPAIRED", "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY", "VPC_LATTICE_TARGET_UNHEALTHY");

    private static final Set<String> ERRORS = Set.of(
            "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED",
            "SERVICE_TASK_PLACEMENT_FAILURE",
            "SERVICE_TASK_CONFIGURATION_FAILURE",
            "SERVICE_DEPLOYMENT_FAILED");

    static String type(EventStep step) {
        return switch (step.getWhatCase()) {
            case TASK -> TASK;
            case NODE -> NODE;
            case ACTION -> ACTION;
            case DEPLOYMENT -> DEPLOYMENT;
            case HOOK -> HOOK;
            case WHAT_NOT_SET -> throw new IllegalStateException("an event of nothing");
        };
    }

    ObjectNode envelope(Snapshot snapshot, EventStep step) {
        Instant at = Instant.ofEpochMilli(step.getAtMs());
        ObjectNode envelope = EcsJson.object()
                .put("version", "0")
                .put("id", EventNames.id(step))
                .put("detail-type", type(step))
                .put("source", "aws.ecs")
                .put("account", arns.account())
                .put("time", at.truncatedTo(ChronoUnit.SECONDS).toString())
                .put("region", arns.region());
        envelope.putArray("resources").add(resource(step));
        envelope.set("detail", detail(snapshot, step));
        return envelope;
    }

    private String resource(EventStep step) {
        return switch (step.getWhatCase()) {
            case TASK -> arns.task(step.getCluster(), step.getTask().getId());
            case NODE ->
                arns.containerInstance(step.getCluster(), step.getNode().getId());
            case HOOK ->
                arns.serviceDeployment(
                        step.getCluster(), step.getService(), step.getHook().getDeployment());
            case ACTION, DEPLOYMENT -> arns.service(step.getCluster(), step.getService());
            case WHAT_NOT_SET -> throw new IllegalStateException("an event of nothing");
        };
    }

    private ObjectNode detail(Snapshot snapshot, EventStep step) {
        return switch (step.getWhatCase()) {
            case TASK -> task(snapshot, step);
            case NODE -> node(snapshot, step);
            case ACTION -> action(step, step.getAction());
            case DEPLOYMENT -> deployment(step.getDeployment());
            case HOOK -> hook(step, step.getHook());
            case WHAT_NOT_SET -> throw new IllegalStateException("an event of nothing");
        };
    }

    /** What never changes is read from the record, which outlives the event unless everything was emptied. */
    private ObjectNode task(Snapshot snapshot, EventStep step) {
        Workload then = step.getTask();
        Key<Workload> key = Kinds.WORKLOAD.key(step.getCluster(), then.getId());
        Optional<Versioned<Workload>> now = snapshot.get(key);
        Workload whole = now.map(record -> record.value().toBuilder()
                        .setWish(then.getWish())
                        .setPlacement(then.getPlacement())
                        .setObserved(then.getObserved())
                        .setVersion(then.getVersion())
                        .build())
                .orElse(then);
        ObjectNode detail = EcsJson.treeWithTexts(
                new TaskView(arns).task(snapshot, new Versioned<>(key, whole, step.getAtMs()), false));
        detail.remove("tags");
        detail.remove("healthStatus");
        detail.withArray("containers").forEach(container -> ((ObjectNode) container).remove("healthStatus"));
        return detail.put("updatedAt", time(step.getAtMs()));
    }

    private ObjectNode node(Snapshot snapshot, EventStep step) {
        Node node = step.getNode();
        Versioned<Node> then = new Versioned<>(Kinds.NODE.key("", node.getId()), node, step.getAtMs());
        ObjectNode detail = EcsJson.treeWithTexts(new NodeView(arns).instance(snapshot, then, Set.of()));
        detail.remove("tags");
        return detail.put("clusterArn", arns.cluster(step.getCluster())).put("updatedAt", time(step.getAtMs()));
    }

    private ObjectNode action(EventStep step, Event action) {
        ObjectNode detail = EcsJson.object()
                .put("eventType", severity(action.getName()))
                .put("eventName", action.getName())
                .put("clusterArn", arns.cluster(step.getCluster()))
                .put("createdAt", time(action.getAtMs()));
        if (!action.getReason().isEmpty()) {
            detail.put("reason", action.getReason());
        }
        if (step.hasDesiredCount()) {
            detail.put("desiredCount", step.getDesiredCount());
        }
        if (action.getTasksCount() > 0) {
            ArrayNode tasks = detail.putArray("taskArns");
            action.getTasksList().forEach(task -> tasks.add(arns.task(step.getCluster(), task)));
        }
        return detail;
    }

    private static ObjectNode deployment(DeploymentStep deployment) {
        return EcsJson.object()
                .put("eventType", severity(deployment.getName()))
                .put("eventName", deployment.getName())
                .put("deploymentId", deployment.getId())
                .put("updatedAt", time(deployment.getUpdatedAtMs()))
                .put("reason", deployment.getReason());
    }

    private ObjectNode hook(EventStep step, HookStep hook) {
        ObjectNode detail = EcsJson.object()
                .put("eventType", severity(hook.getName()))
                .put("eventName", hook.getName())
                .put("hookId", hook.getId())
                .put("hookType", "PAUSE");
        if (hook.getExpiresAtMs() != 0) {
            detail.put("expiresAt", time(hook.getExpiresAtMs()));
        }
        return detail.put("lifecycleStage", hook.getStage())
                .put("clusterArn", arns.cluster(step.getCluster()))
                .put("serviceArn", arns.service(step.getCluster(), step.getService()))
                .put(
                        "serviceDeploymentArn",
                        arns.serviceDeployment(step.getCluster(), step.getService(), hook.getDeployment()));
    }

    private static String severity(String name) {
        return ERRORS.contains(name) ? "ERROR" : WARNINGS.contains(name) ? "WARN" : "INFO";
    }

    private static String time(long epochMillis) {
        return EcsJson.text(Instant.ofEpochMilli(epochMillis));
    }
}
