package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.PlacementConstraint;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes the tasks of managed daemons. */
public final class DaemonTasks {

    private final EcsLookup lookup;
    private final TaskCompiler compiler;

    public DaemonTasks(EcsLookup lookup, TaskCompiler compiler) {
        this.lookup = lookup;
        this.compiler = compiler;
    }

    /**
     * One task of a deployment, for whichever node of the daemon's capacity providers.
     *
     * @return empty when the definition or all capacity providers are gone, or the definition cannot be run
     */
    public Optional<Workload> task(
            Snapshot snapshot, Versioned<EcsService> daemon, EcsDeployment deployment, String taskId, Instant now) {
        DaemonDocument document = DaemonDocument.of(deployment.getDocumentJson());
        String nodes = document.providers().stream()
                .flatMap(name -> Provider.find(snapshot, name).stream())
                .map(provider -> "(" + provider.nodes() + ")")
                .collect(Collectors.joining(" or "));
        return nodes.isEmpty()
                ? Optional.empty()
                : lookup.daemonDefinition(snapshot, deployment.getTaskDefinitionArn())
                        .flatMap(definition -> compiled(
                                daemon,
                                origin(daemon.value(), deployment, document, definition.value()),
                                definition.value(),
                                taskId,
                                nodes,
                                now));
    }

    private Optional<Workload> compiled(
            Versioned<EcsService> daemon,
            EcsTask origin,
            EcsTaskDefinition definition,
            String taskId,
            String nodes,
            Instant now) {
        TaskOrder order = new TaskOrder(
                daemon.value().getCluster(),
                taskId,
                daemon.key().path(),
                origin,
                EcsJson.read(definition.getDocumentJson(), RegisterTaskDefinitionRequest.class),
                List.of(PlacementConstraint.builder()
                        .type("memberOf")
                        .expression(nodes)
                        .build()),
                List.of(),
                "",
                false);
        try {
            return Optional.of(compiler.compile(order, now));
        } catch (AwsException notRunnable) {
            // CreateDaemon refuses such a definition; one that slipped through makes no tasks.
            return Optional.empty();
        }
    }

    private static EcsTask origin(
            EcsService daemon, EcsDeployment deployment, DaemonDocument document, EcsTaskDefinition definition) {
        return EcsTask.newBuilder()
                .setTaskDefinitionArn(deployment.getTaskDefinitionArn())
                .setFamily(definition.getFamily())
                .setRevision(definition.getRevision())
                .setGroup(daemon.getName())
                .setStartedBy(deployment.getId())
                .setLaunchType("EC2")
                .setDeploymentId(deployment.getId())
                .setEnableExecuteCommand(Boolean.TRUE.equals(document.request().enableExecuteCommand()))
                .putAllTags(tags(daemon, document))
                .build();
    }

    private static Map<String, String> tags(EcsService daemon, DaemonDocument document) {
        Map<String, String> tags = new LinkedHashMap<>();
        if (Boolean.TRUE.equals(document.request().enableECSManagedTags())) {
            tags.put("aws:ecs:clusterName", daemon.getCluster());
            tags.put("aws:ecs:daemonName", DaemonDocument.name(daemon.getName()));
        }
        if ("DAEMON".equals(document.request().propagateTags())) {
            tags.putAll(daemon.getTagsMap());
        }
        return tags;
    }
}
