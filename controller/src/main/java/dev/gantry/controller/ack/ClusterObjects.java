package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.EcsDrafts;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.view.ClusterView;
import dev.gantry.controller.ecs.view.ClusterView.Include;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsCluster;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** Clusters of ECS as objects, as long as they are active. */
final class ClusterObjects extends EcsObjects<EcsCluster> {

    private static final List<String> UPDATED = List.of("settings", "configuration", "serviceConnectDefaults");
    private static final List<String> PROVIDERS = List.of("capacityProviders", "defaultCapacityProviderStrategy");

    private final ClusterView view;

    ClusterObjects(EcsDrafts drafts) {
        super(EcsKind.CLUSTER, drafts);
        this.view = new ClusterView(drafts.arns());
    }

    @Override
    Optional<Versioned<EcsCluster>> record(Snapshot snapshot, String objectName) {
        Optional<Versioned<EcsCluster>> found = ObjectNames.isPlain(objectName)
                ? snapshot.get(EcsLookup.clusterKey(objectName))
                : called(
                        snapshot.list(Kinds.ECS_CLUSTER).stream(),
                        objectName,
                        cluster -> cluster.value().getName());
        return found.filter(cluster -> cluster.value().getActive());
    }

    @Override
    Stream<Versioned<EcsCluster>> records(Snapshot snapshot) {
        return snapshot.list(Kinds.ECS_CLUSTER).stream();
    }

    @Override
    Optional<ObjectNode> draw(Snapshot snapshot, Versioned<EcsCluster> record) {
        EcsCluster cluster = record.value();
        if (!cluster.getActive()) {
            return Optional.empty();
        }
        JsonNode described =
                EcsJson.tree(view.cluster(snapshot, cluster, EnumSet.of(Include.STATISTICS, Include.TAGS)));
        ObjectNode object = object(ObjectNames.of(cluster.getName()), record.revision(), cluster.getKubeMetadataJson());
        object.withObject("/metadata")
                .put("uid", uid(cluster))
                .put("creationTimestamp", Times.text(cluster.getCreatedAtMs()));
        object.set("spec", spec(Json.object(cluster.getDocumentJson()), cluster.getName(), tags(described)));
        object.set("status", status(described));
        return Optional.of(object);
    }

    @Override
    Key<EcsCluster> make(Writing writing, String objectName, ObjectNode spec) {
        String name = nameOf(spec, objectName);
        checkName(objectName, ObjectNames.of(name), "the cluster " + name);
        writing.call("CreateCluster", request(spec).put("clusterName", name));
        return EcsLookup.clusterKey(name);
    }

    @Override
    void change(Writing writing, Versioned<EcsCluster> record, ObjectNode before, ObjectNode after) {
        checkKept(before, after, List.of("name"));
        String name = record.value().getName();
        retag(writing, drafts().arns().cluster(name), before, after);
        ObjectNode old = request(before);
        ObjectNode fresh = request(after);
        ObjectNode update = Json.object();
        for (String member : UPDATED) {
            if (!old.path(member).equals(fresh.path(member))) {
                JsonNode none = member.equals("settings") ? update.arrayNode() : update.objectNode();
                update.set(member, fresh.has(member) ? fresh.get(member) : none);
            }
        }
        if (!update.isEmpty()) {
            writing.call("UpdateCluster", update.put("cluster", name));
        }
        if (PROVIDERS.stream().anyMatch(member -> !old.path(member).equals(fresh.path(member)))) {
            ObjectNode put = Json.object().put("cluster", name);
            PROVIDERS.forEach(member -> put.set(member, fresh.has(member) ? fresh.get(member) : put.arrayNode()));
            writing.call("PutClusterCapacityProviders", put);
        }
    }

    @Override
    void remove(Writing writing, Versioned<EcsCluster> record) {
        writing.call(
                "DeleteCluster", Json.object().put("cluster", record.value().getName()));
    }

    @Override
    EcsCluster keeping(EcsCluster record, ByteString metadata) {
        return record.toBuilder().setKubeMetadataJson(metadata).build();
    }

    private String uid(EcsCluster cluster) {
        String text = drafts().arns().cluster(cluster.getName()) + " " + cluster.getCreatedAtMs();
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static Map<String, String> tags(JsonNode described) {
        Map<String, String> tags = new TreeMap<>();
        described
                .path("tags")
                .forEach(tag ->
                        tags.put(tag.path("key").asText(), tag.path("value").asText()));
        return tags;
    }
}
