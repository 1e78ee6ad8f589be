package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.Deployment;
import dev.gantry.aws.ecs.DeploymentController;
import dev.gantry.aws.ecs.Service;
import dev.gantry.aws.ecs.ServiceCurrentRevisionSummary;
import dev.gantry.aws.ecs.ServiceEvent;
import dev.gantry.controller.ecs.compile.Fargate;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Event;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service as DescribeServices shows it, with counts taken from its live tasks. */
public record ServiceView(Arns arns) {

    private static final int EVENTS_MAX = 100;

    /** @param tags whether the tags are shown */
    public Service service(Snapshot snapshot, Versioned<EcsService> record, boolean tags) {
        EcsService service = record.value();
        CreateServiceRequest document = EcsJson.read(service.getDocumentJson(), CreateServiceRequest.class);
        List<Workload> tasks = snapshot
                .find(Kinds.LIVE_WORKLOADS_BY_OWNER, record.key().path())
                .stream()
                .map(Versioned::value)
                .toList();
        return Service.builder()
                .serviceArn(arns.service(service.getCluster(), service.getName()))
                .serviceName(service.getName())
                .clusterArn(arns.cluster(service.getCluster()))
                .loadBalancers(document.loadBalancersOrEmpty())
                .serviceRegistries(document.serviceRegistriesOrEmpty())
                .status(service.getStatus().name())
                .desiredCount(service.getDesiredCount())
                .runningCount(TaskCounts.running(tasks))
                .pendingCount(TaskCounts.pending(tasks))
                .launchType(document.launchType())
                .capacityProviderStrategy(document.capacityProviderStrategy())
                .platformVersion(document.platformVersion())
                .platformFamily(platform(document))
                .taskDefinition(
                        service.getDeploymentsCount() == 0
                                ? document.taskDefinition()
                                : service.getDeployments(0).getTaskDefinitionArn())
                .deploymentConfiguration(document.deploymentConfiguration())
                .taskSets(service.getExternal() ? new TaskSetView(arns).all(service, tasks) : null)
                .deployments(deployments(service, tasks))
                .roleArn(document.role())
                .currentServiceDeployment(currentDeployment(service))
                .currentServiceRevisions(revisions(service, tasks))
                .events(events(snapshot, record))
                .createdAt(Shown.time(service.getCreatedAtMs()))
                .placementConstraints(document.placementConstraintsOrEmpty())
                .placementStrategy(document.placementStrategyOrEmpty())
                .networkConfiguration(document.networkConfiguration())
                .healthCheckGracePeriodSeconds(document.healthCheckGracePeriodSeconds())
                .schedulingStrategy(document.schedulingStrategy())
                .deploymentController(DeploymentController.builder()
                        .type(service.getExternal() ? "EXTERNAL" : "ECS")
                        .build())
                .tags(tags ? Tags.list(service.getTagsMap()) : null)
                .createdBy(Shown.text(service.getCreatedBy()))
                .enableECSManagedTags(Boolean.TRUE.equals(document.enableECSManagedTags()))
                .propagateTags(document.propagateTags())
                .enableExecuteCommand(Boolean.TRUE.equals(document.enableExecuteCommand()))
                .availabilityZoneRebalancing(document.availabilityZoneRebalancing())
                .build();
    }

    private @Nullable String currentDeployment(EcsService service) {
        return service.getServiceDeployment().isEmpty()
                ? null
                : arns.serviceDeployment(service.getCluster(), service.getName(), service.getServiceDeployment());
    }

    private List<ServiceCurrentRevisionSummary> revisions(EcsService service, List<Workload> tasks) {
        List<ServiceCurrentRevisionSummary> shown = new ArrayList<>();
        for (EcsDeployment deployment : service.getDeploymentsList()) {
            TaskCounts counts = TaskCounts.of(service, deployment.getId(), tasks);
            if (shown.isEmpty() || counts.live() > 0) {
                shown.add(ServiceCurrentRevisionSummary.builder()
                        .arn(arns.serviceRevision(
                                service.getCluster(), service.getName(), DeploymentNames.revision(deployment)))
                        .requestedTaskCount(counts.requested())
                        .runningTaskCount(counts.running())
                        .pendingTaskCount(counts.pending())
                        .build());
            }
        }
        return shown;
    }

    private static List<Deployment> deployments(EcsService service, List<Workload> tasks) {
        List<Deployment> shown = new ArrayList<>();
        for (EcsDeployment deployment : service.getDeploymentsList()) {
            boolean primary = shown.isEmpty();
            TaskCounts counts = TaskCounts.of(service, deployment.getId(), tasks);
            CreateServiceRequest document = EcsJson.read(deployment.getDocumentJson(), CreateServiceRequest.class);
            shown.add(Deployment.builder()
                    .id(deployment.getId())
                    .status(primary ? "PRIMARY" : "ACTIVE")
                    .taskDefinition(deployment.getTaskDefinitionArn())
                    .desiredCount(counts.requested())
                    .runningCount(counts.running())
                    .pendingCount(counts.pending())
                    .failedTasks(deployment.getFailedTasks() + deployment.getUnhealthyTasks())
                    .createdAt(Shown.time(deployment.getCreatedAtMs()))
                    .updatedAt(Shown.time(deployment.getUpdatedAtMs()))
                    .launchType(document.launchType())
                    .capacityProviderStrategy(document.capacityProviderStrategy())
                    .platformVersion(document.platformVersion())
                    .platformFamily(platform(document))
                    .networkConfiguration(document.networkConfiguration())
                    .rolloutState(deployment.getRolloutState().name())
                    .rolloutStateReason(Shown.text(deployment.getRolloutStateReason()))
                    .build());
        }
        return shown;
    }

    private static @Nullable String platform(CreateServiceRequest document) {
        return document.platformVersion() == null ? null : Fargate.PLATFORM_FAMILY;
    }

    private static List<ServiceEvent> events(Snapshot snapshot, Versioned<EcsService> service) {
        List<Event> newestFirst = snapshot.list(Kinds.EVENT, service.key().path()).reversed().stream()
                .map(Versioned::value)
                // What is older is an earlier service's of the same name.
                .filter(event -> event.getAtMs() >= service.value().getCreatedAtMs())
                .limit(EVENTS_MAX)
                .toList();
        return newestFirst.stream()
                .map(event -> ServiceEvent.builder()
                        .id(event.getId())
                        .createdAt(Shown.time(event.getAtMs()))
                        .message(event.getText())
                        .build())
                .toList();
    }
}
