package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CapacityProviderStrategyItem;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.capacity.ProviderTasks;
import dev.gantry.controller.ecs.capacity.Shares;
import dev.gantry.controller.ecs.capacity.StrategyRules;
import dev.gantry.controller.ecs.compile.Fargate;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes the tasks of a request may have: those of a launch type, or those of the capacity providers of a strategy.
 *
 * @param strategy empty for a launch type
 * @param launchType empty for a strategy
 */
record Capacity(List<CapacityProviderStrategyItem> strategy, String launchType) {

    /** ECS's quota of tasks that wait for capacity. */
    private static final int WAITING_MAX = 500;

    /** As the request says, or else the cluster's default, or else EC2. */
    static Capacity of(EcsCluster cluster, List<CapacityProviderStrategyItem> given, @Nullable String launchType) {
        List<CapacityProviderStrategyItem> strategy = StrategyRules.holding(cluster, given, launchType);
        return new Capacity(strategy, !strategy.isEmpty() ? "" : launchType == null ? "EC2" : launchType);
    }

    boolean isFargate() {
        return launchType.equals(Fargate.LAUNCH_TYPE) || StrategyRules.isFargate(strategy);
    }

    /**
     * Refuses what cannot run there.
     *
     * @param placed whether the request chooses nodes by placement constraints or strategies
     */
    void check(RegisterTaskDefinitionRequest definition, @Nullable String platformVersion, boolean placed) {
        if (!isFargate()) {
            require(
                    platformVersion == null || platformVersion.isEmpty(),
                    "The platform version must be null when specifying an EC2 launch type.");
            return;
        }
        require(!placed, "Placement constraints and strategies are not supported with FARGATE launch type.");
        Fargate.check(definition, platformVersion);
    }

    /** The tasks, each for the nodes that it may have. */
    List<Workload> meant(Snapshot snapshot, List<Workload> tasks) {
        Shares shares = new Shares(strategy, Map.of());
        return tasks.stream()
                .map(task -> shares.next()
                        .flatMap(name -> Provider.find(snapshot, name))
                        .map(provider -> ProviderTasks.meant(task, provider))
                        .orElseGet(() -> isFargate() ? ProviderTasks.onFargate(task) : task))
                .toList();
    }

    /** Whether a task that has no node stays, in PROVISIONING, until there is one or it has waited for too long. */
    static boolean waits(Snapshot snapshot, Workload task) {
        return provider(snapshot, task).filter(Provider::waits).isPresent();
    }

    /** The provider of a task that is refused, if it has no nodes at all. */
    static Optional<String> emptyProvider(Snapshot snapshot, Workload task) {
        return provider(snapshot, task)
                .filter(provider -> snapshot.find(Kinds.NODES_BY_CLUSTER, task.getScope()).stream()
                        .map(Versioned::value)
                        .noneMatch(node -> isOf(snapshot, node, provider)))
                .map(Provider::name);
    }

    private static boolean isOf(Snapshot snapshot, Node node, Provider provider) {
        return Provider.ofNode(snapshot, node)
                .filter(name -> name.equals(provider.name()))
                .isPresent();
    }

    private static Optional<Provider> provider(Snapshot snapshot, Workload task) {
        String name = ProviderTasks.provider(task);
        return name.isEmpty() ? Optional.empty() : Provider.find(snapshot, name);
    }

    /** Refuses more tasks that wait than a cluster may have. */
    static void checkWaiting(Snapshot snapshot, String cluster, long more) {
        if (more == 0) {
            return;
        }
        long waiting = snapshot.find(Kinds.WORKLOADS_BY_STAGE, Workloads.Stage.UNPLACED.name()).stream()
                .filter(task -> task.key().scope().equals(cluster))
                .count();
        if (waiting + more > WAITING_MAX) {
            throw Refusals.client("The cluster may have " + WAITING_MAX
                    + " tasks in the PROVISIONING state. Add capacity, or wait until some of them have started.");
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
