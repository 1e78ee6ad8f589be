package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.Cluster;
import dev.gantry.aws.ecs.ClusterSetting;
import dev.gantry.aws.ecs.CreateClusterRequest;
import dev.gantry.aws.ecs.CreateClusterResponse;
import dev.gantry.aws.ecs.DeleteClusterRequest;
import dev.gantry.aws.ecs.DeleteClusterResponse;
import dev.gantry.aws.ecs.DescribeClustersRequest;
import dev.gantry.aws.ecs.DescribeClustersResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.ListClustersRequest;
import dev.gantry.aws.ecs.ListClustersResponse;
import dev.gantry.aws.ecs.PutClusterCapacityProvidersRequest;
import dev.gantry.aws.ecs.UpdateClusterRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.view.ClusterView;
import dev.gantry.controller.ecs.view.ClusterView.Include;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsService;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The cluster operations of the API. */
final class ClusterOperations {

    private static final int DESCRIBED_MAX = 100;
    private static final Set<Include> ALL = EnumSet.of(Include.SETTINGS, Include.CONFIGURATIONS, Include.TAGS);

    private final Writes writes;
    private final EcsLookup lookup;
    private final InstantSource clock;
    private final Paging paging;
    private final ClusterView view;

    ClusterOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.clock = parts.clock();
        this.paging = new Paging(parts.pages());
        this.view = new ClusterView(parts.arns());
    }

    CreateClusterResponse create(CreateClusterRequest request) throws InterruptedException {
        String name = request.clusterName() == null ? EcsLookup.DEFAULT_CLUSTER : request.clusterName();
        if (!EcsLookup.isName(name)) {
            throw Refusals.invalid(
                    "Invalid cluster name. Up to 255 letters (uppercase and lowercase), numbers, underscores, and"
                            + " hyphens are allowed.");
        }
        ClusterProviders providers = ClusterProviders.of(
                lookup, request.capacityProvidersOrEmpty(), request.defaultCapacityProviderStrategyOrEmpty());
        checkSettings(request.settingsOrEmpty());
        var tags = Tags.list(Tags.checked(request.tagsOrEmpty()));
        CreateClusterRequest document = request.toBuilder()
                .clusterName(name)
                .tags(tags)
                .capacityProviders(providers.names())
                .defaultCapacityProviderStrategy(providers.strategy())
                .settings(withDefaults(request.settingsOrEmpty()))
                .build();
        Cluster created = writes.decide(snapshot -> {
            Optional<Versioned<EcsCluster>> present = snapshot.get(EcsLookup.clusterKey(name));
            if (present.isPresent() && present.get().value().getActive()) {
                return Decision.nothing(
                        image -> view.cluster(image, present.get().value(), ALL));
            }
            EcsCluster cluster = EcsCluster.newBuilder()
                    .setName(name)
                    .setActive(true)
                    .setDocumentJson(EcsJson.bytes(document))
                    .setCreatedAtMs(clock.millis())
                    .build();
            Transaction.Builder write = Transaction.builder();
            providers.check(snapshot, name, write);
            if (present.isPresent()) {
                write.update(present.get(), cluster);
            } else {
                write.create(EcsLookup.clusterKey(name), cluster);
            }
            return new Decision<>(write.build(), image -> view.cluster(image, cluster, ALL));
        });
        return CreateClusterResponse.builder().cluster(created).build();
    }

    DescribeClustersResponse describe(DescribeClustersRequest request) {
        List<String> references =
                request.clustersOrEmpty().isEmpty() ? List.of(EcsLookup.DEFAULT_CLUSTER) : request.clustersOrEmpty();
        if (references.size() > DESCRIBED_MAX) {
            throw Refusals.invalid("Clusters cannot have more than " + DESCRIBED_MAX + " elements.");
        }
        Set<Include> include = Includes.of(Include.class, request.includeOrEmpty());
        Snapshot snapshot = writes.snapshot();
        List<Cluster> clusters = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String reference : references) {
            String name = lookup.clusterName(reference);
            Optional<Versioned<EcsCluster>> found =
                    name.isEmpty() ? Optional.empty() : snapshot.get(EcsLookup.clusterKey(name));
            found.ifPresentOrElse(
                    cluster -> clusters.add(view.cluster(snapshot, cluster.value(), include)),
                    () -> failures.add(Failures.missing(
                            Arns.isArn(reference) ? reference : lookup.arns().cluster(reference))));
        }
        return DescribeClustersResponse.builder()
                .clusters(clusters)
                .failures(failures)
                .build();
    }

    ListClustersResponse list(ListClustersRequest request) {
        List<EcsCluster> active = writes.snapshot().list(Kinds.ECS_CLUSTER).stream()
                .map(Versioned::value)
                .filter(EcsCluster::getActive)
                .toList();
        var page = paging.page(
                new Paging.Ask("ListClusters", "", request.nextToken(), request.maxResults()),
                active,
                EcsCluster::getName);
        return ListClustersResponse.builder()
                .clusterArns(page.items().stream()
                        .map(cluster -> lookup.arns().cluster(cluster.getName()))
                        .toList())
                .nextToken(page.next())
                .build();
    }

    Cluster update(UpdateClusterRequest request) throws InterruptedException {
        checkSettings(request.settingsOrEmpty());
        return change(request.cluster(), document -> {
            CreateClusterRequest.Builder changed = document.toBuilder();
            if (request.settings() != null) {
                changed.settings(withDefaults(request.settings()));
            }
            if (request.configuration() != null) {
                changed.configuration(request.configuration());
            }
            if (request.serviceConnectDefaults() != null) {
                changed.serviceConnectDefaults(request.serviceConnectDefaults());
            }
            return changed.build();
        });
    }

    Cluster updateSettings(String cluster, List<ClusterSetting> settings) throws InterruptedException {
        checkSettings(settings);
        return change(
                cluster,
                document ->
                        document.toBuilder().settings(withDefaults(settings)).build());
    }

    /** Takes the place of those that the cluster had. */
    Cluster putProviders(PutClusterCapacityProvidersRequest request) throws InterruptedException {
        ClusterProviders providers =
                ClusterProviders.of(lookup, request.capacityProviders(), request.defaultCapacityProviderStrategy());
        return writes.decide(snapshot -> {
            Versioned<EcsCluster> cluster = lookup.cluster(snapshot, request.cluster());
            CreateClusterRequest document = EcsJson.read(cluster.value().getDocumentJson(), CreateClusterRequest.class);
            Transaction.Builder write = Transaction.builder();
            providers.check(snapshot, cluster.value().getName(), write);
            providers.checkUse(snapshot, cluster.value().getName(), document);
            EcsCluster changed = cluster.value().toBuilder()
                    .setDocumentJson(EcsJson.bytes(document.toBuilder()
                            .capacityProviders(providers.names())
                            .defaultCapacityProviderStrategy(providers.strategy())
                            .build()))
                    .build();
            return new Decision<>(write.update(cluster, changed).build(), image -> view.cluster(image, changed, ALL));
        });
    }

    /**
     * A task or service may be made between the look and the write, under the cluster's record as it still was: such a
     * delete is taken back. After the write none can be made, because the record that guards them has changed.
     */
    DeleteClusterResponse delete(DeleteClusterRequest request) throws InterruptedException {
        Deletion deletion = writes.decide(snapshot -> {
            Versioned<EcsCluster> cluster = lookup.cluster(snapshot, request.cluster());
            occupant(snapshot, cluster.value().getName()).ifPresent(refusal -> {
                throw refusal;
            });
            EcsCluster inactive = cluster.value().toBuilder()
                    .setActive(false)
                    .setDeletedAtMs(clock.millis())
                    .build();
            return new Decision<>(
                    Transaction.builder().update(cluster, inactive).build(),
                    image -> new Deletion(inactive, view.cluster(image, inactive, ALL), image));
        });
        confirm(deletion.inactive(), deletion.image());
        return DeleteClusterResponse.builder().cluster(deletion.shown()).build();
    }

    private record Deletion(EcsCluster inactive, Cluster shown, Snapshot image) {}

    /**
     * Looks once more into a cluster that was deleted.
     *
     * @param image that holds the deletion
     */
    void confirm(EcsCluster deleted, Snapshot image) throws InterruptedException {
        Optional<AwsException> occupant = occupant(image, deleted.getName());
        if (occupant.isPresent()) {
            takeBack(deleted);
            throw occupant.get();
        }
    }

    private void takeBack(EcsCluster deleted) throws InterruptedException {
        writes.decide(snapshot -> {
            Optional<Versioned<EcsCluster>> found = snapshot.get(EcsLookup.clusterKey(deleted.getName()))
                    .filter(cluster -> cluster.value().equals(deleted));
            Transaction.Builder write = Transaction.builder();
            found.ifPresent(cluster -> write.update(
                    cluster,
                    deleted.toBuilder().setActive(true).clearDeletedAtMs().build()));
            return new Decision<>(write.build(), _ -> deleted);
        });
    }

    private Cluster change(@Nullable String reference, UnaryOperator<CreateClusterRequest> change)
            throws InterruptedException {
        return writes.decide(snapshot -> {
            Versioned<EcsCluster> cluster = lookup.cluster(snapshot, reference);
            CreateClusterRequest document = EcsJson.read(cluster.value().getDocumentJson(), CreateClusterRequest.class);
            EcsCluster changed = cluster.value().toBuilder()
                    .setDocumentJson(EcsJson.bytes(change.apply(document)))
                    .build();
            return new Decision<>(
                    Transaction.builder().update(cluster, changed).build(), image -> view.cluster(image, changed, ALL));
        });
    }

    /** Why a cluster cannot be deleted; empty when nothing is in it. */
    private static Optional<AwsException> occupant(Snapshot snapshot, String cluster) {
        boolean services = Stream.of(Kinds.ECS_SERVICE, Kinds.ECS_DAEMON)
                .flatMap(kind -> snapshot.list(kind, cluster).stream())
                .anyMatch(service -> service.value().getStatus() != EcsService.Status.INACTIVE);
        if (services) {
            return Optional.of(new AwsException(
                    "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."));
        }
        boolean nodes = snapshot.find(Kinds.NODES_BY_CLUSTER, cluster).stream()
                .anyMatch(node -> node.value().getAdministration() != Administration.DEREGISTERED);
        if (nodes) {
            return Optional.of(new AwsException(
                    "ClusterContainsContainerInstancesException",
                    "The Cluster cannot be deleted while Container Instances are active or draining."));
        }
        boolean tasks = snapshot.count(Kinds.WORKLOADS_BY_PROGRESS, cluster + "/running") > 0
                || snapshot.count(Kinds.WORKLOADS_BY_PROGRESS, cluster + "/pending") > 0;
        return tasks
                ? Optional.of(new AwsException(
                        "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."))
                : Optional.empty();
    }

    private static void checkSettings(List<ClusterSetting> settings) {
        for (ClusterSetting setting : settings) {
            if (!"containerInsights".equals(setting.name())) {
                throw Refusals.invalid("Invalid cluster setting name '" + setting.name() + "'.");
            }
            if (!Set.of("enabled", "enhanced", "disabled").contains(String.valueOf(setting.value()))) {
                throw Refusals.invalid(
                        "Invalid value for cluster setting containerInsights: '" + setting.value() + "'.");
            }
        }
    }

    /** Settings that nobody chose are told all the same. */
    static List<ClusterSetting> withDefaults(List<ClusterSetting> settings) {
        return settings.isEmpty()
                ? List.of(ClusterSetting.builder()
                        .name("containerInsights")
                        .value("disabled")
                        .build())
                : settings;
    }
}
