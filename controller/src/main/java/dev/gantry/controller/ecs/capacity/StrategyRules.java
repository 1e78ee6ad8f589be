package dev.gantry.controller.ecs.capacity;

import dev.gantry.aws.ecs.CapacityProviderStrategyItem;
import dev.gantry.aws.ecs.CreateClusterRequest;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.proto.EcsCluster;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a capacity provider strategy may say, and which one holds. */
public final class StrategyRules {

    private static final int ITEMS_MAX = 20;

    private StrategyRules() {}

    /** What does not need to know the cluster. */
    public static void check(List<CapacityProviderStrategyItem> strategy, @Nullable String launchType) {
        require(
                strategy.isEmpty() || launchType == null,
                "Specify either a launch type or a capacity provider strategy, not both.");
        require(
                strategy.size() <= ITEMS_MAX,
                "A capacity provider strategy can have at most " + ITEMS_MAX + " capacity providers.");
        Set<String> names = new HashSet<>();
        strategy.forEach(item -> require(
                names.add(item.capacityProvider()),
                "A capacity provider strategy can name a capacity provider only once, '" + item.capacityProvider()
                        + "' is there twice."));
        require(
                strategy.stream()
                                .filter(item -> item.base() != null && item.base() > 0)
                                .count()
                        <= 1,
                "A capacity provider strategy can have a base for one capacity provider only. Remove the others and try"
                        + " again.");
    }

    /** That the strategy can be the default of a cluster with these providers. */
    public static void checkDefault(List<String> providers, List<CapacityProviderStrategyItem> strategy) {
        check(strategy, null);
        require(
                strategy.stream().allMatch(item -> providers.contains(item.capacityProvider())),
                "The specified capacity provider strategy cannot contain a capacity provider that is not associated"
                        + " with the cluster. Associate the capacity provider with the cluster and try again.");
        checkOneType(strategy);
    }

    /** The strategy that holds in the cluster for a request; empty when a launch type does. */
    public static List<CapacityProviderStrategyItem> holding(
            EcsCluster cluster, List<CapacityProviderStrategyItem> given, @Nullable String launchType) {
        check(given, launchType);
        if (launchType != null) {
            return List.of();
        }
        CreateClusterRequest document = EcsJson.read(cluster.getDocumentJson(), CreateClusterRequest.class);
        List<CapacityProviderStrategyItem> strategy =
                given.isEmpty() ? document.defaultCapacityProviderStrategyOrEmpty() : given;
        if (strategy.isEmpty()) {
            return strategy;
        }
        checkDefault(document.capacityProvidersOrEmpty(), strategy);
        String which = given.isEmpty() ? "default capacity provider strategy" : "capacity provider strategy";
        require(
                strategy.stream().anyMatch(item -> item.weight() != null && item.weight() > 0),
                "There are no capacity providers with a weight value greater than zero defined in the " + which
                        + ". At least one capacity provider must have a weight value greater than zero specified. "
                        + (given.isEmpty()
                                ? "Update the cluster's default capacity provider strategy or specify"
                                : "Specify")
                        + " a valid capacity provider strategy and try again.");
        return strategy;
    }

    /** Whether the strategy is one of Fargate. */
    public static boolean isFargate(List<CapacityProviderStrategyItem> strategy) {
        return strategy.stream()
                .map(CapacityProviderStrategyItem::capacityProvider)
                .anyMatch(Provider::isFargate);
    }

    private static void checkOneType(List<CapacityProviderStrategyItem> strategy) {
        Set<Boolean> types = strategy.stream()
                .map(item -> Provider.isFargate(item.capacityProvider()))
                .collect(Collectors.toSet());
        require(
                types.size() <= 1,
                "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and"
                        + " Fargate providers. Specify one or the other and try again.");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
