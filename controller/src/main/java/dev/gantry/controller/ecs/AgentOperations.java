package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.AttachmentStateChange;
import dev.gantry.aws.ecs.ContainerInstance;
import dev.gantry.aws.ecs.DiscoverPollEndpointRequest;
import dev.gantry.aws.ecs.DiscoverPollEndpointResponse;
import dev.gantry.aws.ecs.RegisterContainerInstanceRequest;
import dev.gantry.aws.ecs.SubmitAttachmentStateChangesRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.view.NodeView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Nodes;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an agent of ECS asks of the API, as far as one that is not Gantry's can join: its instance is known and shown, as one
 * that is not connected, and it is told where to poll. Gantry does not speak what it polls by, so it is given no tasks, and has
 * nothing to submit; Gantry's own agents report by their own stream, which nobody else may write into.
 */
final class AgentOperations {

    private final EcsParts parts;
    private final Writes writes;
    private final EcsLookup lookup;
    private final NodeView view;

    AgentOperations(EcsParts parts, Writes writes) {
        this.parts = parts;
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.view = new NodeView(parts.arns());
    }

    ContainerInstance register(RegisterContainerInstanceRequest request) throws InterruptedException {
        Map<String, String> tags = Tags.checked(request.tagsOrEmpty());
        return writes.decide(snapshot -> {
            String cluster = lookup.cluster(snapshot, request.cluster()).value().getName();
            NodeInfo info = ForeignInstance.info(request, cluster);
            Transaction.Builder write = Transaction.builder();
            Key<Node> key = request.containerInstanceArn() == null
                    ? joined(info, tags, write)
                    : again(known(snapshot, cluster, request.containerInstanceArn()), info, tags, write);
            return new Decision<>(
                    write.build(),
                    image -> view.instance(
                            image,
                            image.get(key).orElseThrow(() -> missing(key.name())),
                            Set.of(NodeView.Include.TAGS)));
        });
    }

    private Key<Node> joined(NodeInfo info, Map<String, String> tags, Transaction.Builder write) {
        Instant now = parts.clock().instant();
        Key<Node> key = Kinds.NODE.key("", parts.ids().get());
        write.create(
                key,
                Node.newBuilder()
                        .setId(key.name())
                        .setForeign(true)
                        .setInfo(named(info, key.name()))
                        .putAllTags(tags)
                        .setRegisteredAtMs(now.toEpochMilli())
                        .setReadiness(Readiness.LOST)
                        .setReadinessSinceMs(now.toEpochMilli())
                        .setVersion(1)
                        .build());
        return key;
    }

    /** Outside of a cloud a machine has no name for ECS but the one that it gets here. */
    private static NodeInfo named(NodeInfo info, String id) {
        return info.getName().isEmpty() ? info.toBuilder().setName(id).build() : info;
    }

    /** An agent that starts anew says so by the ARN that it was given. */
    private static Key<Node> again(
            Versioned<Node> node, NodeInfo info, Map<String, String> tags, Transaction.Builder write) {
        Node.Builder after =
                node.value().toBuilder().setInfo(named(info, node.key().name())).putAllTags(tags);
        boolean same = after.build().equals(node.value());
        // Written even if nothing changes: an image that is behind may only seem to have what is said.
        write.update(
                node,
                after.setVersion(node.value().getVersion() + (same ? 0 : 1)).build());
        return node.key();
    }

    private Versioned<Node> known(Snapshot snapshot, String cluster, String arn) {
        String id = lookup.nodeId(cluster, arn);
        Versioned<Node> node =
                ContainerInstanceOperations.find(snapshot, cluster, id).orElseThrow(() -> missing(id));
        if (Nodes.isDeregistered(node.value())) {
            throw Refusals.client("Container instance " + id + " was deregistered. Register it anew, without"
                    + " containerInstanceArn.");
        }
        if (!node.value().getForeign()) {
            throw Refusals.client(
                    "Container instance " + id + " is run by an agent of Gantry, which registers it by itself.");
        }
        return node;
    }

    /** Where the leader serves its API: agents are with the leader. */
    DiscoverPollEndpointResponse discover(DiscoverPollEndpointRequest request) {
        Snapshot snapshot = writes.snapshot();
        String cluster = lookup.cluster(snapshot, request.cluster()).value().getName();
        if (request.containerInstance() == null) {
            throw Refusals.invalid("Container instance cannot be empty.");
        }
        var _ = ContainerInstanceOperations.registered(
                snapshot, cluster, lookup.nodeId(cluster, request.containerInstance()));
        String api = snapshot.get(Kinds.LEADER_KEY)
                .map(Versioned::value)
                .map(Leader::getApiUrl)
                .orElseThrow(() ->
                        new AwsException("ServerException", 503, "No controller leads at the moment. Try again."));
        return DiscoverPollEndpointResponse.builder()
                .endpoint(api)
                .telemetryEndpoint(api)
                .build();
    }

    /** Why a change of a task, or of one of its containers, is not taken. */
    AwsException submitted(@Nullable String cluster, @Nullable String task) {
        Snapshot snapshot = writes.snapshot();
        String scope = lookup.cluster(snapshot, cluster).value().getName();
        if (task == null || task.isEmpty()) {
            return Refusals.invalid("Task cannot be empty.");
        }
        Optional<Workload> found = snapshot.get(Kinds.WORKLOAD.key(scope, lookup.taskId(scope, task)))
                .map(Versioned::value);
        if (found.isEmpty()) {
            return Refusals.invalid("The referenced task was not found.");
        }
        String node = found.get().getPlacement().getNode();
        return new AwsException(
                "AccessDeniedException",
                "The state of a task is told by the agent of its container instance only, and "
                        + (node.isEmpty() ? "this task has none yet." : node + " is run by an agent of Gantry."));
    }

    /** Why a change of attachments is not taken: what Gantry attaches, its own agents take care of. */
    AwsException submitted(SubmitAttachmentStateChangesRequest request) {
        var _ = lookup.cluster(writes.snapshot(), request.cluster());
        List<AttachmentStateChange> changes = request.attachments();
        if (changes.isEmpty()) {
            return Refusals.invalid("Attachments cannot be empty.");
        }
        return Refusals.invalid("The attachment " + changes.getFirst().attachmentArn() + " was not found.");
    }

    private static AwsException missing(String id) {
        return Refusals.invalid("Referenced container instance " + id + " not found.");
    }
}
