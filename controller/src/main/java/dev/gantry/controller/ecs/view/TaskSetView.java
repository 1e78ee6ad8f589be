package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.Scale;
import dev.gantry.aws.ecs.TaskSet;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.rollout.TaskSets;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskSet;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;

/** A task set as DescribeTaskSets shows it, with counts taken from the service's live tasks. */
public record TaskSetView(Arns arns) {

    /** @param tags whether the tags are shown */
    public TaskSet taskSet(Snapshot snapshot, Versioned<EcsService> service, EcsTaskSet set, boolean tags) {
        List<Workload> tasks = snapshot
                .find(Kinds.LIVE_WORKLOADS_BY_OWNER, service.key().path())
                .stream()
                .map(Versioned::value)
                .toList();
        return taskSet(service.value(), set, tasks).toBuilder()
                .tags(tags ? Tags.list(set.getTagsMap()) : null)
                .build();
    }

    List<TaskSet> all(EcsService service, List<Workload> tasks) {
        return service.getTaskSetsList().stream()
                .map(set -> taskSet(service, set, tasks))
                .toList();
    }

    private TaskSet taskSet(EcsService service, EcsTaskSet set, List<Workload> tasks) {
        EcsDeployment deployment = set.getDeployment();
        TaskCounts counts = TaskCounts.of(service, deployment.getId(), tasks);
        CreateServiceRequest document = EcsJson.read(deployment.getDocumentJson(), CreateServiceRequest.class);
        return TaskSet.builder()
                .id(deployment.getId())
                .taskSetArn(arns.taskSet(service.getCluster(), service.getName(), deployment.getId()))
                .serviceArn(arns.service(service.getCluster(), service.getName()))
                .clusterArn(arns.cluster(service.getCluster()))
                .externalId(Shown.text(set.getExternalId()))
                .status(set.getDraining() ? "DRAINING" : set.getPrimary() ? "PRIMARY" : "ACTIVE")
                .taskDefinition(deployment.getTaskDefinitionArn())
                .computedDesiredCount(TaskSets.desired(service, set))
                .pendingCount(counts.pending())
                .runningCount(counts.running())
                .createdAt(Shown.time(deployment.getCreatedAtMs()))
                .updatedAt(Shown.time(deployment.getUpdatedAtMs()))
                .launchType(document.launchType())
                .networkConfiguration(document.networkConfiguration())
                .loadBalancers(List.of())
                .serviceRegistries(List.of())
                .scale(Scale.builder()
                        .value(set.getScalePercent())
                        .unit("PERCENT")
                        .build())
                .stabilityStatus(set.getSteady() ? "STEADY_STATE" : "STABILIZING")
                .stabilityStatusAt(Shown.time(set.getSteadySinceMs()))
                .build();
    }
}
