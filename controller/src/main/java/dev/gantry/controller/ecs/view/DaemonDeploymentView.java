package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.DaemonCircuitBreaker;
import dev.gantry.aws.ecs.DaemonContainerImage;
import dev.gantry.aws.ecs.DaemonDeployment;
import dev.gantry.aws.ecs.DaemonDeploymentAlarms;
import dev.gantry.aws.ecs.DaemonDeploymentCapacityProvider;
import dev.gantry.aws.ecs.DaemonDeploymentConfiguration;
import dev.gantry.aws.ecs.DaemonDeploymentRevisionDetail;
import dev.gantry.aws.ecs.DaemonDeploymentSummary;
import dev.gantry.aws.ecs.DaemonRevision;
import dev.gantry.aws.ecs.DaemonRollback;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceRevision;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deployments and revisions of managed daemons; an instance drains, in the API's words, while its old task goes. */
public record DaemonDeploymentView(Arns arns) {

    /** The whole of a deployment. */
    public DaemonDeployment deployment(Snapshot snapshot, EcsServiceDeployment record) {
        EcsService daemon = snapshot.get(Kinds.ECS_DAEMON.key(record.getCluster(), record.getService()))
                .map(Versioned::value)
                // Tasks of a later daemon of the same name are none of this one's.
                .filter(found -> found.getUid().equals(record.getServiceUid()))
                .orElse(EcsService.getDefaultInstance());
        DaemonNodes nodes = DaemonNodes.of(snapshot, daemon);
        DeploymentConfiguration ofService = EcsJson.read(record.getConfigurationJson(), DeploymentConfiguration.class);
        return DaemonDeployment.builder()
                .daemonDeploymentArn(arn(record))
                .clusterArn(arns.cluster(record.getCluster()))
                .status(record.getStatus().name())
                .statusReason(Shown.text(record.getStatusReason()))
                .targetDaemonRevision(revision(snapshot, record, record.getTarget(), nodes))
                .sourceDaemonRevisions(record.getSourcesList().stream()
                        .map(source -> revision(snapshot, record, source, nodes))
                        .toList())
                .circuitBreaker(breaker(record, daemon, ofService))
                .alarms(alarms(record, ofService))
                .rollback(rollback(record))
                .deploymentConfiguration(
                        EcsJson.read(record.getConfigurationJson(), DaemonDeploymentConfiguration.class))
                .createdAt(Shown.time(record.getCreatedAtMs()))
                .startedAt(Shown.time(record.getStartedAtMs()))
                .stoppedAt(Shown.time(record.getStoppedAtMs()))
                .finishedAt(Shown.time(record.getFinishedAtMs()))
                .build();
    }

    /** What a list shows of a deployment. */
    public DaemonDeploymentSummary summary(EcsServiceDeployment record) {
        return DaemonDeploymentSummary.builder()
                .daemonDeploymentArn(arn(record))
                .daemonArn(arns.daemon(record.getCluster(), DaemonDocument.name(record.getService())))
                .clusterArn(arns.cluster(record.getCluster()))
                .status(record.getStatus().name())
                .statusReason(Shown.text(record.getStatusReason()))
                .targetDaemonRevisionArn(revisionArn(record, record.getTarget()))
                .createdAt(Shown.time(record.getCreatedAtMs()))
                .startedAt(Shown.time(record.getStartedAtMs()))
                .stoppedAt(Shown.time(record.getStoppedAtMs()))
                .finishedAt(Shown.time(record.getFinishedAtMs()))
                .build();
    }

    /** A revision; its images without digests until its first task has told what their names led to. */
    public DaemonRevision revision(Snapshot snapshot, EcsServiceRevision record) {
        DaemonDocument document = DaemonDocument.of(record.getDocumentJson());
        String daemon = DaemonDocument.name(record.getService());
        return DaemonRevision.builder()
                .daemonRevisionArn(arns.daemonRevision(record.getCluster(), daemon, record.getId()))
                .clusterArn(arns.cluster(record.getCluster()))
                .daemonArn(arns.daemon(record.getCluster(), daemon))
                .daemonTaskDefinitionArn(record.getTaskDefinitionArn())
                .createdAt(Shown.time(record.getCreatedAtMs()))
                .containerImages(new ServiceRevisionView(arns)
                        .images(snapshot, record).stream()
                                .map(image -> DaemonContainerImage.builder()
                                        .containerName(image.containerName())
                                        .image(image.image())
                                        .imageDigest(image.imageDigest())
                                        .build())
                                .toList())
                .propagateTags(
                        document.request().propagateTags() == null
                                ? "NONE"
                                : document.request().propagateTags())
                .enableECSManagedTags(Boolean.TRUE.equals(document.request().enableECSManagedTags()))
                .enableExecuteCommand(Boolean.TRUE.equals(document.request().enableExecuteCommand()))
                .build();
    }

    private String arn(EcsServiceDeployment record) {
        return arns.daemonDeployment(record.getCluster(), DaemonDocument.name(record.getService()), record.getId());
    }

    private String revisionArn(EcsServiceDeployment record, String revision) {
        return arns.daemonRevision(record.getCluster(), DaemonDocument.name(record.getService()), revision);
    }

    private DaemonDeploymentRevisionDetail revision(
            Snapshot snapshot, EcsServiceDeployment record, String revision, DaemonNodes nodes) {
        String deployment = DeploymentNames.deployment(revision);
        List<Workload> running =
                nodes.tasks(deployment, task -> Workloads.isRunning(task) && !Workloads.isUnwanted(task));
        List<Workload> draining = nodes.tasks(deployment, Workloads::isUnwanted);
        List<String> providers = snapshot.get(Kinds.ECS_SERVICE_REVISION.key(
                        DeploymentNames.scope(record.getCluster(), record.getService()), revision))
                .map(found -> DaemonDocument.of(found.value().getDocumentJson()).providers())
                .orElse(List.of());
        return DaemonDeploymentRevisionDetail.builder()
                .arn(revisionArn(record, revision))
                .capacityProviders(providers.stream()
                        .map(provider -> DaemonDeploymentCapacityProvider.builder()
                                .arn(arns.capacityProvider(provider))
                                .runningInstanceCount(nodes.on(provider, providers, running))
                                .drainingInstanceCount(nodes.on(provider, providers, draining))
                                .build())
                        .toList())
                .totalRunningInstanceCount(running.size())
                .totalDrainingInstanceCount(draining.size())
                .build();
    }

    private static DaemonCircuitBreaker breaker(
            EcsServiceDeployment record, EcsService daemon, DeploymentConfiguration configuration) {
        var shown = ServiceDeploymentView.breaker(record, daemon, configuration.deploymentCircuitBreaker());
        return DaemonCircuitBreaker.builder()
                .failureCount(shown.failureCount())
                .status(shown.status())
                .threshold(shown.threshold())
                .build();
    }

    private static @Nullable DaemonDeploymentAlarms alarms(
            EcsServiceDeployment record, DeploymentConfiguration configuration) {
        var shown = ServiceDeploymentView.alarms(record, configuration.alarms());
        return shown == null
                ? null
                : DaemonDeploymentAlarms.builder()
                        .status(shown.status())
                        .alarmNames(shown.alarmNamesOrEmpty())
                        .triggeredAlarmNames(shown.triggeredAlarmNamesOrEmpty())
                        .build();
    }

    private @Nullable DaemonRollback rollback(EcsServiceDeployment record) {
        if (!record.hasRollback()) {
            return null;
        }
        return DaemonRollback.builder()
                .reason(record.getRollback().getReason())
                .startedAt(Shown.time(record.getRollback().getStartedAtMs()))
                .rollbackTargetDaemonRevisionArn(
                        revisionArn(record, record.getRollback().getRevision()))
                .build();
    }
}
