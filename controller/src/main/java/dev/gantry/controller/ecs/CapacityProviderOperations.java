package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CapacityProvider;
import dev.gantry.aws.ecs.CapacityProviderStrategyItem;
import dev.gantry.aws.ecs.CreateCapacityProviderRequest;
import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.DeleteCapacityProviderRequest;
import dev.gantry.aws.ecs.DescribeCapacityProvidersRequest;
import dev.gantry.aws.ecs.DescribeCapacityProvidersResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.UpdateCapacityProviderRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.view.ProviderView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsCapacityProvider;
import dev.gantry.proto.EcsCapacityProvider.UpdateStatus;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsService;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Creates, describes, changes and deletes capacity providers. */
final class CapacityProviderOperations {

    private static final int PROVIDERS_MAX = 200;
    private static final int DESCRIBED_MAX = 100;
    private static final int PAGE_SIZE = 10;

    private final Writes writes;
    private final EcsLookup lookup;
    private final InstantSource clock;
    private final Paging paging;
    private final ProviderView view;

    CapacityProviderOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.clock = parts.clock();
        this.paging = new Paging(parts.pages());
        this.view = new ProviderView(parts.arns());
    }

    CapacityProvider create(CreateCapacityProviderRequest request) throws InterruptedException {
        Map<String, String> tags = Tags.checked(request.tagsOrEmpty());
        CreateCapacityProviderRequest document = ProviderRules.checked(request);
        return writes.decide(snapshot -> {
            Optional<Versioned<EcsCapacityProvider>> present = snapshot.get(Provider.key(request.name()));
            if (present.filter(one -> one.value().getActive()).isPresent()) {
                throw Refusals.invalid(
                        "The specified capacity provider already exists. To change the configuration of an"
                                + " existing capacity provider, update the capacity provider.");
            }
            checkGroup(snapshot, document);
            EcsCapacityProvider provider = EcsCapacityProvider.newBuilder()
                    .setName(request.name())
                    .setActive(true)
                    .setDocumentJson(EcsJson.bytes(document))
                    .putAllTags(tags)
                    .setCreatedAtMs(clock.millis())
                    .setUpdateStatus(UpdateStatus.CREATE_COMPLETE)
                    .build();
            Transaction.Builder write = Transaction.builder();
            present.ifPresentOrElse(
                    old -> write.update(old, provider), () -> write.create(Provider.key(request.name()), provider));
            return new Decision<>(write.build(), _ -> view.provider(provider, true));
        });
    }

    CapacityProvider update(UpdateCapacityProviderRequest request) throws InterruptedException {
        return writes.decide(snapshot -> {
            Versioned<EcsCapacityProvider> provider = find(snapshot, request.name());
            CreateCapacityProviderRequest document =
                    EcsJson.read(provider.value().getDocumentJson(), CreateCapacityProviderRequest.class);
            EcsCapacityProvider changed = provider.value().toBuilder()
                    .setDocumentJson(EcsJson.bytes(ProviderRules.merged(document, request)))
                    .setUpdateStatus(UpdateStatus.UPDATE_COMPLETE)
                    .build();
            return new Decision<>(
                    Transaction.builder().update(provider, changed).build(), _ -> view.provider(changed, true));
        });
    }

    CapacityProvider delete(DeleteCapacityProviderRequest request) throws InterruptedException {
        return writes.decide(snapshot -> {
            Versioned<EcsCapacityProvider> provider = find(snapshot, request.capacityProvider());
            String name = provider.value().getName();
            Transaction.Builder write = Transaction.builder();
            clusters(snapshot)
                    .filter(cluster -> Provider.ofCluster(cluster.value()).contains(name))
                    .findFirst()
                    .ifPresent(cluster -> {
                        throw Refusals.invalid("The capacity provider cannot be deleted because it is associated with"
                                + " cluster: " + cluster.value().getName()
                                + ". Remove the capacity provider from the cluster and try again.");
                    });
            if (isUsed(snapshot, name)
                    || DaemonRequests.providersInUse(snapshot.list(Kinds.ECS_DAEMON))
                            .anyMatch(name::equals)) {
                throw Refusals.invalid(
                        "The capacity provider cannot be deleted because a service uses it. Remove it from"
                                + " the capacity provider strategy of the service and try again.");
            }
            EcsCapacityProvider deleted = provider.value().toBuilder()
                    .setActive(false)
                    .setDeletedAtMs(clock.millis())
                    .setUpdateStatus(UpdateStatus.DELETE_COMPLETE)
                    .clearScaling()
                    .build();
            return new Decision<>(write.update(provider, deleted).build(), _ -> view.provider(deleted, true));
        });
    }

    DescribeCapacityProvidersResponse describe(DescribeCapacityProvidersRequest request) {
        List<String> references = request.capacityProvidersOrEmpty();
        if (references.size() > DESCRIBED_MAX) {
            throw Refusals.invalid("Capacity providers cannot have more than " + DESCRIBED_MAX + " elements.");
        }
        boolean tags = Includes.tags(request.includeOrEmpty());
        Snapshot snapshot = writes.snapshot();
        List<String> ofCluster = request.cluster() == null
                ? List.of()
                : Provider.ofCluster(lookup.cluster(snapshot, request.cluster()).value());
        List<CapacityProvider> found = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (CapacityProvider one :
                references.isEmpty() ? all(snapshot, tags) : named(snapshot, references, tags, failures)) {
            if (request.cluster() == null || ofCluster.contains(one.name())) {
                found.add(one);
            }
        }
        var page = paging.page(
                new Paging.Ask(
                        "DescribeCapacityProviders",
                        references + " " + request.cluster() + " " + tags,
                        request.nextToken(),
                        request.maxResults()),
                PAGE_SIZE,
                found,
                provider -> String.valueOf(provider.name()),
                java.util.Comparator.naturalOrder());
        return DescribeCapacityProvidersResponse.builder()
                .capacityProviders(page.items())
                .failures(failures)
                .nextToken(page.next())
                .build();
    }

    private List<CapacityProvider> all(Snapshot snapshot, boolean tags) {
        return Stream.concat(
                        Stream.of(view.fargate(Provider.FARGATE), view.fargate(Provider.FARGATE_SPOT)),
                        snapshot.list(Kinds.ECS_CAPACITY_PROVIDER).stream()
                                .filter(provider -> provider.value().getActive())
                                .map(provider -> view.provider(provider.value(), tags)))
                .toList();
    }

    private List<CapacityProvider> named(
            Snapshot snapshot, List<String> references, boolean tags, List<Failure> failures) {
        List<CapacityProvider> found = new ArrayList<>();
        for (String reference : references) {
            String name = lookup.providerName(reference);
            if (Provider.isFargate(name)) {
                found.add(view.fargate(name));
                continue;
            }
            Optional<Versioned<EcsCapacityProvider>> record =
                    name.isEmpty() ? Optional.empty() : snapshot.get(Provider.key(name));
            record.ifPresentOrElse(
                    provider -> found.add(view.provider(provider.value(), tags)),
                    () -> failures.add(Failures.missing(
                            Arns.isArn(reference) ? reference : lookup.arns().capacityProvider(reference))));
        }
        return found;
    }

    private Versioned<EcsCapacityProvider> find(Snapshot snapshot, String reference) {
        String name = lookup.providerName(reference);
        if (Provider.isFargate(name)) {
            throw Refusals.invalid("The capacity provider " + name
                    + " is reserved and cannot be changed or deleted. Take it out of a cluster with"
                    + " PutClusterCapacityProviders.");
        }
        return (name.isEmpty() ? Optional.<Versioned<EcsCapacityProvider>>empty() : snapshot.get(Provider.key(name)))
                .filter(provider -> provider.value().getActive())
                .orElseThrow(() -> Refusals.invalid(
                        "The specified capacity provider does not exist. Specify a valid name or ARN and try again."));
    }

    private static void checkGroup(Snapshot snapshot, CreateCapacityProviderRequest document) {
        List<EcsCapacityProvider> others = snapshot.list(Kinds.ECS_CAPACITY_PROVIDER).stream()
                .map(Versioned::value)
                .filter(EcsCapacityProvider::getActive)
                .toList();
        if (others.size() >= PROVIDERS_MAX) {
            throw new AwsException(
                    "LimitExceededException", "There can be at most " + PROVIDERS_MAX + " capacity providers.");
        }
        String pool = ProviderRules.pool(document);
        if (others.stream().anyMatch(other -> Provider.pool(other).equals(pool))) {
            throw Refusals.invalid("The specified Auto Scaling group ARN is already being used by another capacity"
                    + " provider. Specify a unique Auto Scaling group ARN and try again.");
        }
    }

    private static boolean isUsed(Snapshot snapshot, String name) {
        return snapshot.list(Kinds.ECS_SERVICE).stream()
                .map(Versioned::value)
                .filter(service -> service.getStatus() != EcsService.Status.INACTIVE)
                .flatMap(
                        service -> EcsJson.read(service.getDocumentJson(), CreateServiceRequest.class)
                                .capacityProviderStrategyOrEmpty()
                                .stream())
                .map(CapacityProviderStrategyItem::capacityProvider)
                .anyMatch(name::equals);
    }

    private static Stream<Versioned<EcsCluster>> clusters(Snapshot snapshot) {
        return snapshot.list(Kinds.ECS_CLUSTER).stream()
                .filter(cluster -> cluster.value().getActive());
    }
}
