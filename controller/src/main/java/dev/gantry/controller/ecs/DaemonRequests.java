package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateDaemonRequest;
import dev.gantry.aws.ecs.DaemonAlarmConfiguration;
import dev.gantry.aws.ecs.DaemonDeploymentConfiguration;
import dev.gantry.aws.ecs.DeploymentAlarms;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.UpdateDaemonRequest;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.compile.RunSupport;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.rollout.AlarmBoard;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes of a request for a managed daemon the document that is deployed, or refuses it. */
record DaemonRequests(EcsLookup lookup) {

    private static final double DRAIN_PERCENT_DEFAULT = 25;
    private static final double PERCENT_MAX = 100;
    private static final int MINUTES_MAX = 1440;
    private static final int PROVIDERS_MAX = 20;

    /** Names of the capacity providers that some of the daemons are for. */
    static Stream<String> providersInUse(List<Versioned<EcsService>> daemons) {
        return daemons.stream()
                .map(Versioned::value)
                .filter(daemon -> daemon.getStatus() != EcsService.Status.INACTIVE)
                .flatMap(daemon -> DaemonDocument.of(daemon.getDocumentJson()).providers().stream());
    }

    /** @param write guards what was looked at */
    DaemonDocument created(
            Snapshot snapshot, EcsCluster cluster, CreateDaemonRequest request, Transaction.Builder write) {
        return document(
                snapshot,
                cluster,
                request.toBuilder()
                        .clusterArn(null)
                        .tags(null)
                        .clientToken(null)
                        .build(),
                DaemonDeploymentConfiguration.builder()
                        .drainPercent(DRAIN_PERCENT_DEFAULT)
                        .bakeTimeInMinutes(0)
                        .build(),
                write);
    }

    /** What the request does not mention stays as it was. */
    DaemonDocument updated(
            Snapshot snapshot,
            EcsCluster cluster,
            DaemonDocument before,
            UpdateDaemonRequest request,
            Transaction.Builder write) {
        CreateDaemonRequest.Builder merged = before.request().toBuilder()
                .daemonTaskDefinitionArn(request.daemonTaskDefinitionArn())
                .capacityProviderArns(request.capacityProviderArns())
                .deploymentConfiguration(request.deploymentConfiguration());
        if (request.propagateTags() != null) {
            merged.propagateTags(request.propagateTags());
        }
        if (request.enableECSManagedTags() != null) {
            merged.enableECSManagedTags(request.enableECSManagedTags());
        }
        if (request.enableExecuteCommand() != null) {
            merged.enableExecuteCommand(request.enableExecuteCommand());
        }
        return document(snapshot, cluster, merged.build(), before.configuration(), write);
    }

    private DaemonDocument document(
            Snapshot snapshot,
            EcsCluster cluster,
            CreateDaemonRequest request,
            DaemonDeploymentConfiguration before,
            Transaction.Builder write) {
        Versioned<EcsTaskDefinition> definition = runnable(snapshot, request.daemonTaskDefinitionArn());
        write.guard(definition);
        String arn = lookup.arns()
                .daemonTaskDefinition(
                        definition.value().getFamily(), definition.value().getRevision());
        CreateDaemonRequest ofRevision = request.toBuilder()
                .daemonTaskDefinitionArn(arn)
                .capacityProviderArns(providers(snapshot, cluster, request.capacityProviderArns()))
                .deploymentConfiguration(null)
                .build();
        return new DaemonDocument(arn, ofRevision, configuration(snapshot, before, request.deploymentConfiguration()));
    }

    private Versioned<EcsTaskDefinition> runnable(Snapshot snapshot, String reference) {
        Versioned<EcsTaskDefinition> definition = lookup.daemonDefinition(snapshot, reference)
                .orElseThrow(() -> Refusals.client("The specified daemon task definition was not found."));
        if (definition.value().getStatus() != EcsTaskDefinition.Status.ACTIVE) {
            throw Refusals.client("The specified daemon task definition is not in ACTIVE status.");
        }
        RunSupport.check(EcsJson.read(definition.value().getDocumentJson(), RegisterTaskDefinitionRequest.class));
        return definition;
    }

    /** By name. */
    private List<String> providers(Snapshot snapshot, EcsCluster cluster, List<String> references) {
        require(!references.isEmpty(), "A daemon needs at least one capacity provider.");
        require(
                references.size() <= PROVIDERS_MAX,
                "A daemon can have at most " + PROVIDERS_MAX + " capacity providers.");
        List<String> ofCluster = Provider.ofCluster(cluster);
        return references.stream()
                .map(reference -> {
                    String name = lookup.providerName(reference);
                    require(
                            Provider.find(snapshot, name).isPresent(),
                            "The specified capacity provider '" + reference
                                    + "' was not found. Specify a valid name or ARN and try again.");
                    require(
                            ofCluster.contains(name),
                            "The specified capacity provider '" + reference
                                    + "' is not associated with the cluster. Associate the capacity provider with the"
                                    + " cluster and try again.");
                    return name;
                })
                .distinct()
                .toList();
    }

    private static DaemonDeploymentConfiguration configuration(
            Snapshot snapshot, DaemonDeploymentConfiguration before, @Nullable DaemonDeploymentConfiguration given) {
        if (given == null) {
            return before;
        }
        Double drain = given.drainPercent();
        require(
                drain == null || (drain >= 0 && drain <= PERCENT_MAX),
                "drainPercent must be between 0.0 and 100.0, was " + drain + ".");
        Integer bake = given.bakeTimeInMinutes();
        require(
                bake == null || (bake >= 0 && bake <= MINUTES_MAX),
                "bakeTimeInMinutes must be between 0 and " + MINUTES_MAX + ", was " + bake + ".");
        DaemonDeploymentConfiguration.Builder merged = before.toBuilder();
        if (drain != null) {
            merged.drainPercent(drain);
        }
        if (bake != null) {
            merged.bakeTimeInMinutes(bake);
        }
        if (given.alarms() != null) {
            checkAlarms(snapshot, given.alarms());
            merged.alarms(given.alarms());
        }
        return merged.build();
    }

    private static void checkAlarms(Snapshot snapshot, DaemonAlarmConfiguration alarms) {
        DeploymentStrategyRules.checkAlarms(
                snapshot,
                DeploymentConfiguration.builder()
                        .alarms(DeploymentAlarms.builder()
                                .alarmNames(alarms.alarmNamesOrEmpty())
                                .enable(Boolean.TRUE.equals(alarms.enable()))
                                .rollback(true)
                                .build())
                        .build(),
                AlarmBoard.none());
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
