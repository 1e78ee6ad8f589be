package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.Cluster;
import dev.gantry.aws.ecs.ClusterServiceConnectDefaults;
import dev.gantry.aws.ecs.CreateClusterRequest;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsService;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Set;

/** A cluster as DescribeClusters shows it. */
public record ClusterView(Arns arns) {

    /** Members that are shown on request. */
    public enum Include {
        ATTACHMENTS,
        CONFIGURATIONS,
        SETTINGS,
        STATISTICS,
        TAGS
    }

    public Cluster cluster(Snapshot snapshot, EcsCluster record, Set<Include> include) {
        CreateClusterRequest document = EcsJson.read(record.getDocumentJson(), CreateClusterRequest.class);
        String name = record.getName();
        int running = snapshot.count(Kinds.WORKLOADS_BY_PROGRESS, name + "/running");
        int pending = snapshot.count(Kinds.WORKLOADS_BY_PROGRESS, name + "/pending");
        Cluster.Builder cluster = Cluster.builder()
                .clusterArn(arns.cluster(name))
                .clusterName(name)
                .status(record.getActive() ? "ACTIVE" : "INACTIVE")
                .registeredContainerInstancesCount(registered(snapshot, name))
                .runningTasksCount(running)
                .pendingTasksCount(pending)
                .activeServicesCount(activeServices(snapshot, name))
                .statistics(include.contains(Include.STATISTICS) ? ClusterStatistics.of(snapshot, name) : List.of())
                .tags(include.contains(Include.TAGS) ? document.tagsOrEmpty() : List.of())
                .settings(include.contains(Include.SETTINGS) ? document.settingsOrEmpty() : List.of())
                .capacityProviders(document.capacityProvidersOrEmpty())
                .defaultCapacityProviderStrategy(document.defaultCapacityProviderStrategyOrEmpty());
        if (include.contains(Include.CONFIGURATIONS)) {
            cluster.configuration(document.configuration());
        }
        if (include.contains(Include.ATTACHMENTS)) {
            cluster.attachments(List.of());
        }
        var connect = document.serviceConnectDefaults();
        if (connect != null && !connect.namespace().isEmpty()) {
            cluster.serviceConnectDefaults(ClusterServiceConnectDefaults.builder()
                    .namespace(connect.namespace())
                    .build());
        }
        return cluster.build();
    }

    private static int registered(Snapshot snapshot, String cluster) {
        return (int) snapshot.find(Kinds.NODES_BY_CLUSTER, cluster).stream()
                .filter(node -> node.value().getAdministration() != Administration.DEREGISTERED)
                .count();
    }

    private static int activeServices(Snapshot snapshot, String cluster) {
        return (int) snapshot.list(Kinds.ECS_SERVICE, cluster).stream()
                .map(Versioned::value)
                .filter(service -> service.getStatus() == EcsService.Status.ACTIVE)
                .count();
    }
}
