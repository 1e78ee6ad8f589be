package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.Attribute;
import dev.gantry.aws.ecs.ListAttributesRequest;
import dev.gantry.aws.ecs.ListAttributesResponse;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.view.NodeView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes that users put on container instances, for placement. */
final class AttributeOperations {

    private static final int ATTRIBUTES_MAX = 10;
    private static final int LENGTH_MAX = 128;

    private final Writes writes;
    private final EcsLookup lookup;
    private final Paging paging;

    AttributeOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.paging = new Paging(parts.pages());
    }

    List<Attribute> put(@Nullable String cluster, List<Attribute> attributes) throws InterruptedException {
        attributes.forEach(AttributeOperations::check);
        return change(cluster, attributes, (node, attribute) -> {
            node.putAttributes(attribute.name(), attribute.value() == null ? "" : attribute.value());
            if (node.getAttributesCount() > ATTRIBUTES_MAX) {
                throw new AwsException(
                        "AttributeLimitExceededException",
                        "You can apply up to " + ATTRIBUTES_MAX + " custom attributes for each resource.");
            }
        });
    }

    List<Attribute> delete(@Nullable String cluster, List<Attribute> attributes) throws InterruptedException {
        return change(cluster, attributes, (node, attribute) -> node.removeAttributes(attribute.name()));
    }

    ListAttributesResponse list(ListAttributesRequest request) {
        Snapshot snapshot = writes.snapshot();
        String cluster = lookup.cluster(snapshot, request.cluster()).value().getName();
        List<Attribute> matching = new ArrayList<>();
        for (Versioned<Node> node : snapshot.find(Kinds.NODES_BY_CLUSTER, cluster)) {
            if (node.value().getAdministration() == Administration.DEREGISTERED) {
                continue;
            }
            NodeView.attributes(node.value()).forEach((name, value) -> {
                boolean named = request.attributeName() == null
                        || request.attributeName().equals(name);
                boolean valued = request.attributeValue() == null
                        || request.attributeValue().equals(value);
                if (named && valued) {
                    matching.add(shown(cluster, node.value().getId(), name, value));
                }
            });
        }
        String query = cluster + " " + request.attributeName() + " " + request.attributeValue();
        var page = paging.page(
                new Paging.Ask("ListAttributes", query, request.nextToken(), request.maxResults()),
                matching,
                attribute -> attribute.targetId() + " " + attribute.name());
        return ListAttributesResponse.builder()
                .attributes(page.items())
                .nextToken(page.next())
                .build();
    }

    private interface Change {
        void apply(Node.Builder node, Attribute attribute);
    }

    private List<Attribute> change(@Nullable String cluster, List<Attribute> attributes, Change change)
            throws InterruptedException {
        if (attributes.isEmpty() || attributes.size() > ATTRIBUTES_MAX) {
            throw Refusals.invalid("attributes must have between 1 and " + ATTRIBUTES_MAX + " items.");
        }
        return writes.decide(snapshot -> {
            String scope = lookup.cluster(snapshot, cluster).value().getName();
            Map<String, Node.Builder> changed = new LinkedHashMap<>();
            List<Versioned<Node>> nodes = new ArrayList<>();
            List<Attribute> answer = new ArrayList<>();
            for (Attribute attribute : attributes) {
                Versioned<Node> node = target(snapshot, scope, attribute);
                Node.Builder builder = changed.computeIfAbsent(node.value().getId(), _ -> {
                    nodes.add(node);
                    return node.value().toBuilder();
                });
                change.apply(builder, attribute);
                String value = attribute.value() == null ? "" : attribute.value();
                answer.add(shown(scope, node.value().getId(), attribute.name(), value));
            }
            Transaction.Builder write = Transaction.builder();
            for (Versioned<Node> node : nodes) {
                Node.Builder builder = changed.get(node.value().getId());
                if (builder != null) {
                    write.update(
                            node, builder.setVersion(builder.getVersion() + 1).build());
                }
            }
            return new Decision<>(write.build(), _ -> answer);
        });
    }

    private Versioned<Node> target(Snapshot snapshot, String cluster, Attribute attribute) {
        if (attribute.targetId() == null) {
            throw Refusals.invalid("targetId is required for attribute " + attribute.name() + ".");
        }
        String id = lookup.nodeId(cluster, attribute.targetId());
        return ContainerInstanceOperations.find(snapshot, cluster, id)
                .filter(node -> node.value().getAdministration() != Administration.DEREGISTERED)
                .orElseThrow(() -> new AwsException(
                        "TargetNotFoundException", "The specified target " + attribute.targetId() + " was not found."));
    }

    private Attribute shown(String cluster, String node, String name, String value) {
        return Attribute.builder()
                .name(name)
                .value(value.isEmpty() ? null : value)
                .targetType("container-instance")
                .targetId(lookup.arns().containerInstance(cluster, node))
                .build();
    }

    private static void check(Attribute attribute) {
        String name = attribute.name();
        String value = attribute.value() == null ? "" : attribute.value();
        if (!name.matches("[A-Za-z0-9_./\\\\-]{1," + LENGTH_MAX + "}")) {
            throw Refusals.invalid("Attribute name '" + name + "' may have letters, digits and _ . / \\ -, at most "
                    + LENGTH_MAX + ".");
        }
        if (name.startsWith("ecs.") || name.startsWith("com.amazonaws.")) {
            throw Refusals.invalid("Attribute name '" + name + "' is reserved.");
        }
        if (value.length() > LENGTH_MAX || !value.equals(value.strip())) {
            throw Refusals.invalid("Attribute value of '" + name + "' can be at most " + LENGTH_MAX
                    + " characters long, without outer blanks.");
        }
    }
}
