package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CapacityProviderStrategyItem;
import dev.gantry.aws.ecs.CreateClusterRequest;
import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.capacity.ProviderTasks;
import dev.gantry.controller.ecs.capacity.StrategyRules;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsCapacityProvider;
import dev.gantry.proto.EcsService;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The capacity providers of a cluster, as a request names them, and the strategy that holds where none is given. */
record ClusterProviders(List<String> names, List<CapacityProviderStrategyItem> strategy) {

    private static final int PROVIDERS_MAX = 20;

    /** By name or ARN. */
    static ClusterProviders of(EcsLookup lookup, List<String> references, List<CapacityProviderStrategyItem> strategy) {
        List<String> names =
                references.stream().map(lookup::providerName).distinct().toList();
        if (names.size() > PROVIDERS_MAX) {
            throw Refusals.invalid("A cluster can have at most " + PROVIDERS_MAX + " capacity providers.");
        }
        List<CapacityProviderStrategyItem> named = new ArrayList<>();
        strategy.forEach(item -> named.add(item.toBuilder()
                .capacityProvider(lookup.providerName(item.capacityProvider()))
                .build()));
        return new ClusterProviders(names, List.copyOf(named));
    }

    /** Refuses what the cluster of this name cannot have; what was looked at is guarded. */
    void check(Snapshot snapshot, String cluster, Transaction.Builder write) {
        for (String name : names) {
            if (Provider.find(snapshot, name).isEmpty()) {
                throw Refusals.invalid("The specified capacity provider '" + name
                        + "' was not found. Specify a valid name or ARN and try again.");
            }
            if (!Provider.isFargate(name)) {
                snapshot.get(Provider.key(name)).ifPresent(record -> {
                    checkSingle(snapshot, cluster, record);
                    write.guard(record);
                });
            }
        }
        StrategyRules.checkDefault(names, strategy);
    }

    /** The size of a group can follow the tasks of one cluster only. */
    private static void checkSingle(Snapshot snapshot, String cluster, Versioned<EcsCapacityProvider> provider) {
        String name = provider.value().getName();
        boolean elsewhere = Provider.isScaled(provider.value())
                && snapshot.list(Kinds.ECS_CLUSTER).stream()
                        .map(Versioned::value)
                        .anyMatch(other -> other.getActive()
                                && !other.getName().equals(cluster)
                                && Provider.ofCluster(other).contains(name));
        if (elsewhere) {
            throw Refusals.invalid("The capacity provider '" + name + "' uses managed scaling and is associated with"
                    + " another cluster. Disable managed scaling or use another capacity provider.");
        }
    }

    /** Refuses to take away what tasks or services of the cluster use. */
    void checkUse(Snapshot snapshot, String cluster, CreateClusterRequest before) {
        Set<String> gone = new HashSet<>(before.capacityProvidersOrEmpty());
        names.forEach(gone::remove);
        if (gone.isEmpty()) {
            return;
        }
        boolean services = snapshot.list(Kinds.ECS_SERVICE, cluster).stream()
                .map(Versioned::value)
                .filter(service -> service.getStatus() != EcsService.Status.INACTIVE)
                .flatMap(
                        service -> EcsJson.read(service.getDocumentJson(), CreateServiceRequest.class)
                                .capacityProviderStrategyOrEmpty()
                                .stream())
                .anyMatch(item -> gone.contains(item.capacityProvider()));
        boolean tasks = services
                || DaemonRequests.providersInUse(snapshot.list(Kinds.ECS_DAEMON, cluster))
                        .anyMatch(gone::contains)
                || snapshot.list(Kinds.WORKLOAD, cluster).stream()
                        .map(Versioned::value)
                        .anyMatch(task -> !Workloads.isStopped(task) && gone.contains(ProviderTasks.provider(task)));
        if (tasks) {
            throw new AwsException(
                    "ResourceInUseException",
                    "The specified capacity provider is in use and cannot be removed from the cluster.");
        }
    }
}
