package dev.gantry.controller.ecs;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.gantry.aws.ecs.CreateClusterRequest;
import dev.gantry.aws.ecs.Tag;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.compile.Singleton;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.EcsName;
import dev.gantry.controller.ecs.document.EcsName.ClusterName;
import dev.gantry.controller.ecs.document.EcsName.DaemonDefinitionName;
import dev.gantry.controller.ecs.document.EcsName.DaemonDeploymentName;
import dev.gantry.controller.ecs.document.EcsName.DaemonName;
import dev.gantry.controller.ecs.document.EcsName.DaemonRevisionName;
import dev.gantry.controller.ecs.document.EcsName.DefinitionName;
import dev.gantry.controller.ecs.document.EcsName.NodeName;
import dev.gantry.controller.ecs.document.EcsName.ProviderName;
import dev.gantry.controller.ecs.document.EcsName.ServiceDeploymentName;
import dev.gantry.controller.ecs.document.EcsName.ServiceName;
import dev.gantry.controller.ecs.document.EcsName.ServiceRevisionName;
import dev.gantry.controller.ecs.document.EcsName.TaskName;
import dev.gantry.controller.ecs.document.EcsName.TaskSetName;
import dev.gantry.controller.ecs.document.Families;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.view.TaskView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Tags of clusters, services, tasks, container instances, task definitions and capacity providers. */
final class TagOperations {

    private final Writes writes;
    private final EcsLookup lookup;

    TagOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
    }

    List<Tag> list(String arn) {
        return Tags.list(tagged(writes.snapshot(), arn).tags());
    }

    void tag(String arn, List<Tag> tags) throws InterruptedException {
        Map<String, String> checked = Tags.checked(tags);
        change(arn, present -> Tags.merged(present, checked));
    }

    void untag(String arn, List<String> keys) throws InterruptedException {
        change(arn, present -> {
            Map<String, String> left = new LinkedHashMap<>(present);
            keys.forEach(left::remove);
            return left;
        });
    }

    private void change(String arn, UnaryOperator<Map<String, String>> change) throws InterruptedException {
        writes.decide(snapshot -> {
            Tagged<?> tagged = tagged(snapshot, arn);
            return new Decision<>(tagged.with(change.apply(tagged.tags())), _ -> true);
        });
    }

    /** A record with tags, and how it looks with others. */
    private record Tagged<T extends Message>(
            Versioned<T> record, Map<String, String> tags, BiFunction<T, Map<String, String>, T> change) {

        Transaction with(Map<String, String> changed) {
            return Transaction.builder()
                    .update(record, change.apply(record.value(), changed))
                    .build();
        }
    }

    private Tagged<?> tagged(Snapshot snapshot, String arn) {
        EcsName name = lookup.arns().parse(arn).orElseThrow(() -> untaggable(arn));
        return switch (name) {
            case ClusterName(String cluster) ->
                of(
                        snapshot,
                        "cluster",
                        EcsLookup.clusterKey(cluster),
                        TagOperations::clusterTags,
                        TagOperations::retagged);
            case ServiceName(String cluster, String service) ->
                of(
                        snapshot,
                        "service",
                        Kinds.ECS_SERVICE.key(cluster, service),
                        value -> value.getTagsMap(),
                        TagOperations::retagged);
            case TaskName(String cluster, String id) ->
                of(
                        snapshot,
                        "task",
                        Kinds.WORKLOAD.key(cluster, id),
                        value -> TaskView.origin(value).getTagsMap(),
                        TagOperations::retagged);
            case DefinitionName(String family, int revision) ->
                of(
                        snapshot,
                        "task definition",
                        EcsLookup.definitionKey(family, revision),
                        value -> value.getTagsMap(),
                        (value, tags) ->
                                value.toBuilder().clearTags().putAllTags(tags).build());
            case DaemonName(String cluster, String daemon) ->
                of(
                        snapshot,
                        "daemon",
                        Kinds.ECS_DAEMON.key(cluster, DaemonDocument.recordName(daemon)),
                        value -> value.getTagsMap(),
                        (value, tags) ->
                                value.toBuilder().clearTags().putAllTags(tags).build());
            case DaemonDefinitionName(String family, int revision) ->
                of(
                        snapshot,
                        "daemon task definition",
                        Families.OF_DAEMONS.key(family, revision),
                        value -> value.getTagsMap(),
                        (value, tags) ->
                                value.toBuilder().clearTags().putAllTags(tags).build());
            case ProviderName(String provider) ->
                of(
                        snapshot,
                        "capacity provider",
                        Provider.key(provider),
                        value -> value.getTagsMap(),
                        (value, tags) ->
                                value.toBuilder().clearTags().putAllTags(tags).build());
            case ServiceDeploymentName _,
                    ServiceRevisionName _,
                    TaskSetName _,
                    DaemonDeploymentName _,
                    DaemonRevisionName _ -> throw untaggable(arn);
            case NodeName node ->
                of(
                        snapshot,
                        "container instance",
                        Kinds.NODE.key("", node.id()),
                        value -> value.getTagsMap(),
                        (value, tags) ->
                                value.toBuilder().clearTags().putAllTags(tags).build());
        };
    }

    private static RuntimeException untaggable(String arn) {
        return Refusals.invalid("Invalid resource ARN: '" + arn
                + "' names no cluster, service, task, task definition, capacity provider or container instance of"
                + " this account and region.");
    }

    private static <T extends Message> Tagged<T> of(
            Snapshot snapshot,
            String what,
            Key<T> key,
            Function<T, Map<String, String>> tags,
            BiFunction<T, Map<String, String>, T> change) {
        Versioned<T> record = snapshot.get(key)
                .orElseThrow(() -> Refusals.invalid(
                        "The specified " + what + " is not found. Specify a valid " + what + " and try again."));
        return new Tagged<>(record, tags.apply(record.value()), change);
    }

    private static Map<String, String> clusterTags(EcsCluster cluster) {
        return Tags.checked(EcsJson.read(cluster.getDocumentJson(), CreateClusterRequest.class)
                .tagsOrEmpty());
    }

    private static EcsService retagged(EcsService service, Map<String, String> tags) {
        Singleton.checkKept(service.getTagsMap(), tags);
        return service.toBuilder().clearTags().putAllTags(tags).build();
    }

    private static EcsCluster retagged(EcsCluster cluster, Map<String, String> tags) {
        CreateClusterRequest document = EcsJson.read(cluster.getDocumentJson(), CreateClusterRequest.class);
        return cluster.toBuilder()
                .setDocumentJson(
                        EcsJson.bytes(document.toBuilder().tags(Tags.list(tags)).build()))
                .build();
    }

    private static Workload retagged(Workload task, Map<String, String> tags) {
        return task.toBuilder()
                .setOrigin(Any.pack(TaskView.origin(task).toBuilder()
                        .clearTags()
                        .putAllTags(tags)
                        .build()))
                .setVersion(task.getVersion() + 1)
                .build();
    }
}
