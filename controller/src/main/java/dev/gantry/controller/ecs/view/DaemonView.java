package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.DaemonCapacityProvider;
import dev.gantry.aws.ecs.DaemonDetail;
import dev.gantry.aws.ecs.DaemonRevisionDetail;
import dev.gantry.aws.ecs.DaemonSummary;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A managed daemon as DescribeDaemon shows it. */
public record DaemonView(Arns arns) {

    public String arn(EcsService daemon) {
        return arns.daemon(daemon.getCluster(), DaemonDocument.name(daemon.getName()));
    }

    /** Of the newest deployment. */
    public String deploymentArn(EcsService daemon) {
        return arns.daemonDeployment(
                daemon.getCluster(), DaemonDocument.name(daemon.getName()), daemon.getServiceDeployment());
    }

    /** ACTIVE or DELETE_IN_PROGRESS. */
    public static String status(EcsService daemon) {
        return daemon.getStatus() == EcsService.Status.ACTIVE ? "ACTIVE" : "DELETE_IN_PROGRESS";
    }

    public static @Nullable Instant createdAt(EcsService daemon) {
        return Shown.time(daemon.getCreatedAtMs());
    }

    /** When it was asked to be what it is. */
    public static @Nullable Instant updatedAt(EcsService daemon) {
        return Shown.time(daemon.getDeploymentsList().stream()
                .mapToLong(EcsDeployment::getCreatedAtMs)
                .max()
                .orElse(daemon.getCreatedAtMs()));
    }

    public DaemonDetail daemon(Snapshot snapshot, EcsService daemon) {
        DaemonNodes nodes = DaemonNodes.of(snapshot, daemon);
        return DaemonDetail.builder()
                .daemonArn(arn(daemon))
                .clusterArn(arns.cluster(daemon.getCluster()))
                .status(status(daemon))
                .currentRevisions(daemon.getDeploymentsList().stream()
                        .map(deployment -> revision(daemon, deployment, nodes))
                        .toList())
                .deploymentArn(deploymentArn(daemon))
                .createdAt(createdAt(daemon))
                .updatedAt(updatedAt(daemon))
                .build();
    }

    /** What a list shows of it. */
    public DaemonSummary summary(EcsService daemon) {
        return DaemonSummary.builder()
                .daemonArn(arn(daemon))
                .status(status(daemon))
                .createdAt(createdAt(daemon))
                .updatedAt(updatedAt(daemon))
                .build();
    }

    private DaemonRevisionDetail revision(EcsService daemon, EcsDeployment deployment, DaemonNodes nodes) {
        List<Workload> running = nodes.tasks(deployment.getId(), Workloads::isRunning);
        List<String> providers = DaemonDocument.of(deployment.getDocumentJson()).providers();
        return DaemonRevisionDetail.builder()
                .arn(arns.daemonRevision(
                        daemon.getCluster(),
                        DaemonDocument.name(daemon.getName()),
                        DeploymentNames.revision(deployment)))
                .capacityProviders(providers.stream()
                        .map(provider -> DaemonCapacityProvider.builder()
                                .arn(arns.capacityProvider(provider))
                                .runningCount(nodes.on(provider, providers, running))
                                .build())
                        .toList())
                .totalRunningCount(running.size())
                .build();
    }
}
