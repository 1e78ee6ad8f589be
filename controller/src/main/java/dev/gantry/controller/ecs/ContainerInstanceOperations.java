package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.ContainerInstance;
import dev.gantry.aws.ecs.DeregisterContainerInstanceRequest;
import dev.gantry.aws.ecs.DescribeContainerInstancesRequest;
import dev.gantry.aws.ecs.DescribeContainerInstancesResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.ListContainerInstancesRequest;
import dev.gantry.aws.ecs.ListContainerInstancesResponse;
import dev.gantry.aws.ecs.UpdateContainerAgentRequest;
import dev.gantry.aws.ecs.UpdateContainerInstancesStateRequest;
import dev.gantry.aws.ecs.UpdateContainerInstancesStateResponse;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.view.NodeView;
import dev.gantry.controller.ecs.view.NodeView.Include;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Describes, lists, drains and takes out container instances. */
final class ContainerInstanceOperations {

    private static final int DESCRIBED_MAX = 100;
    private static final int UPDATED_MAX = 10;
    private static final Set<String> STATES = Set.of("ACTIVE", "DRAINING");

    private final Writes writes;
    private final EcsLookup lookup;
    private final Paging paging;
    private final NodeFilter filter;
    private final NodeView view;

    ContainerInstanceOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.paging = new Paging(parts.pages());
        this.filter = parts.filter();
        this.view = new NodeView(parts.arns());
    }

    DescribeContainerInstancesResponse describe(DescribeContainerInstancesRequest request) {
        checkSize(request.containerInstances(), DESCRIBED_MAX);
        Set<Include> include = Includes.of(Include.class, request.includeOrEmpty());
        Snapshot snapshot = writes.snapshot();
        String cluster = cluster(snapshot, request.cluster());
        List<ContainerInstance> instances = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String reference : request.containerInstances()) {
            String id = lookup.nodeId(cluster, reference);
            find(snapshot, cluster, id)
                    .ifPresentOrElse(
                            node -> instances.add(view.instance(snapshot, node, include)),
                            () -> failures.add(missing(cluster, id)));
        }
        return DescribeContainerInstancesResponse.builder()
                .containerInstances(instances)
                .failures(failures)
                .build();
    }

    ListContainerInstancesResponse list(ListContainerInstancesRequest request) {
        Snapshot snapshot = writes.snapshot();
        String cluster = cluster(snapshot, request.cluster());
        String expression = request.filter();
        Predicate<Versioned<Node>> selected =
                expression == null || expression.isBlank() ? _ -> true : filter.parse(snapshot, expression);
        String status = request.status();
        List<Versioned<Node>> matching = snapshot.find(Kinds.NODES_BY_CLUSTER, cluster).stream()
                .filter(node -> isListed(NodeView.status(node.value()), status))
                .filter(selected)
                .toList();
        String query = cluster + " " + status + " " + expression;
        var page = paging.page(
                new Paging.Ask("ListContainerInstances", query, request.nextToken(), request.maxResults()),
                matching,
                node -> node.key().name());
        return ListContainerInstancesResponse.builder()
                .containerInstanceArns(page.items().stream()
                        .map(node -> lookup.arns()
                                .containerInstance(cluster, node.key().name()))
                        .toList())
                .nextToken(page.next())
                .build();
    }

    UpdateContainerInstancesStateResponse updateState(UpdateContainerInstancesStateRequest request)
            throws InterruptedException {
        checkSize(request.containerInstances(), UPDATED_MAX);
        if (!STATES.contains(request.status())) {
            throw Refusals.invalid(
                    "Container instances can be set to ACTIVE or DRAINING, not to " + request.status() + ".");
        }
        Administration wanted = Administration.valueOf(request.status());
        return writes.decide(snapshot -> {
            String cluster = cluster(snapshot, request.cluster());
            Transaction.Builder write = Transaction.builder();
            List<Failure> failures = new ArrayList<>();
            List<Versioned<Node>> found = new ArrayList<>();
            for (String reference : new LinkedHashSet<>(request.containerInstances())) {
                String id = lookup.nodeId(cluster, reference);
                Optional<Versioned<Node>> node = find(snapshot, cluster, id);
                if (node.isEmpty()) {
                    failures.add(missing(cluster, id));
                } else if (node.get().value().getAdministration() == Administration.DEREGISTERED) {
                    failures.add(Failures.of(lookup.arns().containerInstance(cluster, id), "INACTIVE", null));
                } else {
                    found.add(node.get());
                    change(write, node.get(), wanted);
                }
            }
            return new Decision<>(
                    write.build(),
                    image -> UpdateContainerInstancesStateResponse.builder()
                            .containerInstances(found.stream()
                                    .map(node -> view.instance(
                                            image, image.get(node.key()).orElse(node), Set.of()))
                                    .toList())
                            .failures(failures)
                            .build());
        });
    }

    /** Why an agent is not updated from here: whoever installed it on its machine updates it. */
    AwsException agentUpdate(UpdateContainerAgentRequest request) {
        Snapshot snapshot = writes.snapshot();
        String cluster = cluster(snapshot, request.cluster());
        var _ = registered(snapshot, cluster, lookup.nodeId(cluster, request.containerInstance()));
        return new AwsException("NoUpdateAvailableException", "There is no update available for this container agent.");
    }

    ContainerInstance deregister(DeregisterContainerInstanceRequest request) throws InterruptedException {
        return writes.decide(snapshot -> {
            String cluster = cluster(snapshot, request.cluster());
            String id = lookup.nodeId(cluster, request.containerInstance());
            Versioned<Node> node = registered(snapshot, cluster, id);
            boolean busy = snapshot.count(Kinds.LIVE_WORKLOADS_BY_NODE, id) > 0;
            if (busy && !Boolean.TRUE.equals(request.force())) {
                throw Refusals.invalid("Found running tasks on the instance.");
            }
            Transaction.Builder write = Transaction.builder();
            change(write, node, Administration.DEREGISTERED);
            return new Decision<>(
                    write.build(),
                    image -> view.instance(image, image.get(node.key()).orElse(node), Set.of()));
        });
    }

    static void change(Transaction.Builder write, Versioned<Node> node, Administration wanted) {
        // Written even if nothing changes: an image that is behind may only seem to have what is wanted.
        int news = node.value().getAdministration() == wanted ? 0 : 1;
        write.update(
                node,
                node.value().toBuilder()
                        .setAdministration(wanted)
                        .setVersion(node.value().getVersion() + news)
                        .build());
    }

    /** All but INACTIVE ones when no status is asked for. */
    private static boolean isListed(String status, @Nullable String wanted) {
        return wanted == null ? STATES.contains(status) : status.equals(wanted);
    }

    static Optional<Versioned<Node>> find(Snapshot snapshot, String cluster, String id) {
        return snapshot.get(Kinds.NODE.key("", id))
                .filter(node -> node.value().getInfo().getCluster().equals(cluster));
    }

    static Versioned<Node> registered(Snapshot snapshot, String cluster, String id) {
        return find(snapshot, cluster, id)
                .filter(one -> one.value().getAdministration() != Administration.DEREGISTERED)
                .orElseThrow(() -> Refusals.invalid("Referenced container instance " + id + " not found."));
    }

    private Failure missing(String cluster, String id) {
        return Failures.missing(lookup.arns().containerInstance(cluster, id));
    }

    private static void checkSize(List<String> references, int max) {
        if (references.isEmpty()) {
            throw Refusals.invalid("Container instances cannot be empty.");
        }
        if (references.size() > max) {
            throw Refusals.invalid("Container instances cannot have more than " + max + " elements.");
        }
    }

    private String cluster(Snapshot snapshot, @Nullable String reference) {
        return lookup.cluster(snapshot, reference).value().getName();
    }
}
