package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.KeyValuePair;
import dev.gantry.controller.ecs.compile.Fargate;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Tasks;
import dev.gantry.proto.EcsService;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;

/** What a cluster has of each launch type: looks at each of its tasks and services, and so is counted on request only. */
final class ClusterStatistics {

    private final Snapshot snapshot;
    private final String cluster;
    private final List<KeyValuePair> shown = new ArrayList<>();

    private ClusterStatistics(Snapshot snapshot, String cluster) {
        this.snapshot = snapshot;
        this.cluster = cluster;
    }

    /** Under the names that DescribeClusters answers with; its model writes some of them differently. */
    static List<KeyValuePair> of(Snapshot snapshot, String cluster) {
        ClusterStatistics statistics = new ClusterStatistics(snapshot, cluster);
        statistics.tasks("/running", "runningEC2TasksCount", "runningFargateTasksCount");
        statistics.tasks("/pending", "pendingEC2TasksCount", "pendingFargateTasksCount");
        statistics.services(EcsService.Status.ACTIVE, "activeEC2ServiceCount", "activeFargateServiceCount");
        statistics.services(EcsService.Status.DRAINING, "drainingEC2ServiceCount", "drainingFargateServiceCount");
        return statistics.shown;
    }

    private void tasks(String progress, String onInstances, String onFargate) {
        long all = snapshot.count(Kinds.WORKLOADS_BY_PROGRESS, cluster + progress);
        long fargate = snapshot.find(Kinds.WORKLOADS_BY_PROGRESS, cluster + progress).stream()
                .filter(workload -> Tasks.task(workload.value())
                        .filter(task -> task.getLaunchType().equals(Fargate.LAUNCH_TYPE))
                        .isPresent())
                .count();
        show(onInstances, all - fargate);
        show(onFargate, fargate);
    }

    private void services(EcsService.Status status, String onInstances, String onFargate) {
        List<EcsService> all = snapshot.list(Kinds.ECS_SERVICE, cluster).stream()
                .map(Versioned::value)
                .filter(service -> service.getStatus() == status)
                .toList();
        // Only what runs on Fargate has a platform version, and always has one.
        long fargate = all.stream()
                .filter(service -> EcsJson.read(service.getDocumentJson(), CreateServiceRequest.class)
                                .platformVersion()
                        != null)
                .count();
        show(onInstances, all.size() - fargate);
        show(onFargate, fargate);
    }

    private void show(String name, long value) {
        shown.add(KeyValuePair.builder().name(name).value(Long.toString(value)).build());
    }
}
