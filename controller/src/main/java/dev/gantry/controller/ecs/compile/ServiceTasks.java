package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.AwsVpcConfiguration;
import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.NetworkConfiguration;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.capacity.ProviderTasks;
import dev.gantry.controller.ecs.capacity.StrategyRules;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Makes the tasks of services. */
public final class ServiceTasks {

    /** Services whose last task is remembered; when there are more, all are made anew. */
    private static final int MODELS_MAX = 1_000;

    private final EcsLookup lookup;
    private final TaskCompiler compiler;
    private final Map<Key<EcsService>, Model> models = new ConcurrentHashMap<>();

    /** The last task that was made for a service, and what it was made from: the next one differs in its names only. */
    private record Model(
            Versioned<EcsTaskDefinition> definition,
            EcsDeployment deployment,
            Map<String, String> tags,
            Workload task) {

        boolean fits(Versioned<EcsTaskDefinition> other, EcsDeployment next, EcsService service) {
            return definition.revision() == other.revision()
                    && definition.key().equals(other.key())
                    && deployment.getId().equals(next.getId())
                    && deployment.getTaskDefinitionArn().equals(next.getTaskDefinitionArn())
                    && deployment.getDocumentJson().equals(next.getDocumentJson())
                    && tags.equals(service.getTagsMap());
        }
    }

    public ServiceTasks(EcsLookup lookup, TaskCompiler compiler) {
        this.lookup = lookup;
        this.compiler = compiler;
    }

    /**
     * One task of a deployment, without a node.
     *
     * @return empty when the deployment's task definition is gone or cannot be run
     */
    public Optional<Workload> task(
            Snapshot snapshot, Versioned<EcsService> service, EcsDeployment deployment, String taskId, Instant now) {
        return lookup.definition(snapshot, deployment.getTaskDefinitionArn())
                .flatMap(definition -> task(service, deployment, definition, taskId, now));
    }

    private Optional<Workload> task(
            Versioned<EcsService> service,
            EcsDeployment deployment,
            Versioned<EcsTaskDefinition> definition,
            String taskId,
            Instant now) {
        Model model = models.get(service.key());
        if (model != null && model.fits(definition, deployment, service.value())) {
            return Optional.of(compiler.another(model.task(), taskId, now));
        }
        Optional<Workload> made = compiled(service, deployment, definition.value(), taskId, now);
        if (models.size() >= MODELS_MAX) {
            models.clear();
        }
        made.ifPresent(task -> models.put(
                service.key(), new Model(definition, deployment, service.value().getTagsMap(), task)));
        return made;
    }

    private Optional<Workload> compiled(
            Versioned<EcsService> service,
            EcsDeployment deployment,
            EcsTaskDefinition definition,
            String taskId,
            Instant now) {
        CreateServiceRequest document = EcsJson.read(deployment.getDocumentJson(), CreateServiceRequest.class);
        RegisterTaskDefinitionRequest shape =
                EcsJson.read(definition.getDocumentJson(), RegisterTaskDefinitionRequest.class);
        boolean hasProviders = !document.capacityProviderStrategyOrEmpty().isEmpty();
        boolean fargate = Fargate.LAUNCH_TYPE.equals(document.launchType())
                || StrategyRules.isFargate(document.capacityProviderStrategyOrEmpty());
        EcsTask.Builder origin = EcsTask.newBuilder()
                .setTaskDefinitionArn(deployment.getTaskDefinitionArn())
                .setFamily(definition.getFamily())
                .setRevision(definition.getRevision())
                .setGroup("service:" + service.value().getName())
                .setStartedBy(deployment.getId())
                .setLaunchType(document.launchType() == null ? "EC2" : document.launchType())
                .setDeploymentId(deployment.getId())
                .setServiceName(service.value().getName())
                .setEnableExecuteCommand(Boolean.TRUE.equals(document.enableExecuteCommand()))
                .addAllSubnets(subnets(document.networkConfiguration()))
                .putAllTags(tags(service.value(), definition, document));
        if (fargate) {
            Fargate.describe(origin, shape, null, document.platformVersion());
        }
        TaskOrder order = new TaskOrder(
                service.value().getCluster(),
                taskId,
                service.key().path(),
                origin.build(),
                shape,
                document.placementConstraintsOrEmpty(),
                document.placementStrategyOrEmpty(),
                "",
                Singleton.isAskedFor(service.value().getTagsMap()));
        try {
            Workload task = compiler.compile(order, now);
            return Optional.of(fargate && !hasProviders ? ProviderTasks.onFargate(task) : task);
        } catch (AwsException notRunnable) {
            // CreateService refuses such a definition; one that slipped through makes no tasks.
            return Optional.empty();
        }
    }

    /** Those that a task in the network mode awsvpc was asked to be in. */
    public static List<String> subnets(@Nullable NetworkConfiguration network) {
        AwsVpcConfiguration vpc = network == null ? null : network.awsvpcConfiguration();
        return vpc == null ? List.of() : vpc.subnets();
    }

    private static Map<String, String> tags(
            EcsService service, EcsTaskDefinition definition, CreateServiceRequest document) {
        Map<String, String> tags = new LinkedHashMap<>();
        if (Boolean.TRUE.equals(document.enableECSManagedTags())) {
            tags.put("aws:ecs:clusterName", service.getCluster());
            tags.put("aws:ecs:serviceName", service.getName());
        }
        switch (document.propagateTags() == null ? "NONE" : document.propagateTags()) {
            case "SERVICE" -> tags.putAll(service.getTagsMap());
            case "TASK_DEFINITION" -> tags.putAll(definition.getTagsMap());
            default -> {}
        }
        return tags;
    }
}
