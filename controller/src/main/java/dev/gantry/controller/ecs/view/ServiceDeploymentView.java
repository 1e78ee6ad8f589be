package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.DeploymentAlarms;
import dev.gantry.aws.ecs.DeploymentCircuitBreaker;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.aws.ecs.DeploymentLifecycleHookDetail;
import dev.gantry.aws.ecs.Rollback;
import dev.gantry.aws.ecs.ServiceDeployment;
import dev.gantry.aws.ecs.ServiceDeploymentAlarms;
import dev.gantry.aws.ecs.ServiceDeploymentBrief;
import dev.gantry.aws.ecs.ServiceDeploymentCircuitBreaker;
import dev.gantry.aws.ecs.ServiceRevisionSummary;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.rollout.CircuitBreaker;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceDeployment.Hook;
import dev.gantry.proto.EcsServiceDeployment.Stage;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A service deployment as DescribeServiceDeployments shows it, with counts taken from the service's live tasks. */
public record ServiceDeploymentView(Arns arns) {

    private static final double ALL = 100;

    /** The whole of it. */
    public ServiceDeployment deployment(Snapshot snapshot, EcsServiceDeployment record) {
        Key<EcsService> key = Kinds.ECS_SERVICE.key(record.getCluster(), record.getService());
        // Tasks of a later service of the same name are none of this one's.
        EcsService service = snapshot.get(key)
                .map(Versioned::value)
                .filter(found -> found.getUid().equals(record.getServiceUid()))
                .orElse(EcsService.getDefaultInstance());
        List<Workload> tasks = snapshot.find(Kinds.LIVE_WORKLOADS_BY_OWNER, key.path()).stream()
                .map(Versioned::value)
                .toList();
        DeploymentConfiguration configuration =
                EcsJson.read(record.getConfigurationJson(), DeploymentConfiguration.class);
        return ServiceDeployment.builder()
                .serviceDeploymentArn(arn(record))
                .serviceArn(arns.service(record.getCluster(), record.getService()))
                .clusterArn(arns.cluster(record.getCluster()))
                .createdAt(Shown.time(record.getCreatedAtMs()))
                .startedAt(Shown.time(record.getStartedAtMs()))
                .finishedAt(Shown.time(record.getFinishedAtMs()))
                .stoppedAt(Shown.time(record.getStoppedAtMs()))
                .updatedAt(Shown.time(record.getUpdatedAtMs()))
                .sourceServiceRevisions(record.getSourcesList().stream()
                        .map(source -> summary(record, service, tasks, source))
                        .toList())
                .targetServiceRevision(summary(record, service, tasks, record.getTarget()))
                .status(record.getStatus().name())
                .statusReason(Shown.text(record.getStatusReason()))
                .lifecycleStage(stage(record.getStage()))
                .lifecycleHookDetails(record.getHooksList().stream()
                        .map(ServiceDeploymentView::hook)
                        .toList())
                .deploymentConfiguration(configuration)
                .rollback(rollback(record))
                .deploymentCircuitBreaker(breaker(record, service, configuration.deploymentCircuitBreaker()))
                .alarms(alarms(record, configuration.alarms()))
                .build();
    }

    /** What a list shows of it. */
    public ServiceDeploymentBrief brief(EcsServiceDeployment record) {
        return ServiceDeploymentBrief.builder()
                .serviceDeploymentArn(arn(record))
                .serviceArn(arns.service(record.getCluster(), record.getService()))
                .clusterArn(arns.cluster(record.getCluster()))
                .startedAt(Shown.time(record.getStartedAtMs()))
                .createdAt(Shown.time(record.getCreatedAtMs()))
                .finishedAt(Shown.time(record.getFinishedAtMs()))
                .targetServiceRevisionArn(
                        arns.serviceRevision(record.getCluster(), record.getService(), record.getTarget()))
                .status(record.getStatus().name())
                .statusReason(Shown.text(record.getStatusReason()))
                .build();
    }

    private String arn(EcsServiceDeployment record) {
        return arns.serviceDeployment(record.getCluster(), record.getService(), record.getId());
    }

    private ServiceRevisionSummary summary(
            EcsServiceDeployment record, EcsService service, List<Workload> tasks, String revision) {
        TaskCounts counts = TaskCounts.of(service, DeploymentNames.deployment(revision), tasks);
        boolean shifts = record.getStage() != Stage.STAGE_NONE;
        boolean target = revision.equals(record.getTarget());
        // The one that keeps serving comes first.
        boolean source = !target && revision.equals(record.getSources(0));
        return ServiceRevisionSummary.builder()
                .arn(arns.serviceRevision(record.getCluster(), record.getService(), revision))
                .requestedTaskCount(counts.requested())
                .runningTaskCount(counts.running())
                .pendingTaskCount(counts.pending())
                .requestedTestTrafficWeight(shifts ? weight(target, source, record.getTestPercent()) : null)
                .requestedProductionTrafficWeight(shifts ? weight(target, source, record.getProductionPercent()) : null)
                .build();
    }

    private static double weight(boolean target, boolean source, double percent) {
        return target ? percent : source ? ALL - percent : 0;
    }

    /** The API has no word for the wait before the shift. */
    private static @Nullable String stage(Stage stage) {
        return switch (stage) {
            case STAGE_NONE, UNRECOGNIZED -> null;
            case PRE_PRODUCTION_TRAFFIC_SHIFT -> Stage.POST_TEST_TRAFFIC_SHIFT.name();
            default -> stage.name();
        };
    }

    private static DeploymentLifecycleHookDetail hook(Hook hook) {
        return DeploymentLifecycleHookDetail.builder()
                .hookId(hook.getId())
                .targetType("PAUSE")
                .status(hook.getStatus().name())
                .expiresAt(Shown.time(hook.getExpiresAtMs()))
                .timeoutAction(hook.getContinuesOnTimeout() ? "CONTINUE" : "ROLLBACK")
                .build();
    }

    private @Nullable Rollback rollback(EcsServiceDeployment record) {
        if (!record.hasRollback()) {
            return null;
        }
        EcsServiceDeployment.Rollback rollback = record.getRollback();
        return Rollback.builder()
                .reason(rollback.getReason())
                .startedAt(Shown.time(rollback.getStartedAtMs()))
                .serviceRevisionArn(
                        arns.serviceRevision(record.getCluster(), record.getService(), rollback.getRevision()))
                .build();
    }

    static ServiceDeploymentCircuitBreaker breaker(
            EcsServiceDeployment record, EcsService service, @Nullable DeploymentCircuitBreaker asked) {
        if (asked == null || !asked.enable()) {
            return ServiceDeploymentCircuitBreaker.builder()
                    .status("DISABLED")
                    .failureCount(0)
                    .threshold(0)
                    .build();
        }
        boolean over = DeploymentRecords.isOver(record.getStatus()) || record.hasRollback();
        Optional<EcsDeployment> running = service.getDeploymentsList().stream()
                .filter(one -> DeploymentNames.revision(one).equals(record.getTarget()))
                .findFirst();
        return ServiceDeploymentCircuitBreaker.builder()
                .status(monitor(record, record.getBreakerTriggered()))
                .failureCount(
                        over
                                ? record.getFailures()
                                : running.map(CircuitBreaker::failures).orElse(0))
                .threshold(over ? record.getThreshold() : CircuitBreaker.threshold(service.getDesiredCount()))
                .build();
    }

    static @Nullable ServiceDeploymentAlarms alarms(EcsServiceDeployment record, @Nullable DeploymentAlarms asked) {
        if (asked == null || !asked.enable()) {
            return null;
        }
        return ServiceDeploymentAlarms.builder()
                .status(monitor(record, record.getTriggeredAlarmsCount() > 0))
                .alarmNames(asked.alarmNames())
                .triggeredAlarmNames(record.getTriggeredAlarmsList())
                .build();
    }

    private static String monitor(EcsServiceDeployment record, boolean triggered) {
        if (triggered) {
            return "TRIGGERED";
        }
        return DeploymentRecords.isOver(record.getStatus()) || record.hasRollback()
                ? "MONITORING_COMPLETE"
                : "MONITORING";
    }
}
