package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.UpdateServiceRequest;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.proto.EcsCluster;
import java.util.Objects;

/** What a service's document says of the nodes that its tasks may have. */
final class ServiceCapacity {

    private ServiceCapacity() {}

    /** The document with the launch type or the strategy that holds; refuses a definition that cannot run there. */
    static CreateServiceRequest settled(
            EcsCluster cluster, CreateServiceRequest document, RegisterTaskDefinitionRequest definition) {
        // The cluster's default strategy is not for daemons.
        String launchType =
                DaemonRules.isDaemon(document) && document.launchType() == null ? "EC2" : document.launchType();
        Capacity capacity = Capacity.of(cluster, document.capacityProviderStrategyOrEmpty(), launchType);
        boolean placed = !document.placementConstraintsOrEmpty().isEmpty()
                || !document.placementStrategyOrEmpty().isEmpty();
        capacity.check(definition, document.platformVersion(), placed);
        LaunchRules.checkNetwork(definition.networkMode(), document.networkConfiguration(), capacity.isFargate());
        return document.toBuilder()
                .launchType(capacity.launchType().isEmpty() ? null : capacity.launchType())
                .capacityProviderStrategy(capacity.strategy().isEmpty() ? null : capacity.strategy())
                .platformVersion(
                        capacity.isFargate() && document.platformVersion() == null
                                ? "LATEST"
                                : document.platformVersion())
                .build();
    }

    /** Whether running tasks are where new ones would not be, or on another platform. */
    static boolean isMoved(CreateServiceRequest before, CreateServiceRequest after, UpdateServiceRequest update) {
        boolean providers = !before.capacityProviderStrategyOrEmpty().equals(after.capacityProviderStrategyOrEmpty())
                || !Objects.equals(before.launchType(), after.launchType());
        if (providers && !Boolean.TRUE.equals(update.forceNewDeployment())) {
            throw Refusals.invalid(
                    "When switching from launch type to capacity provider strategy on an existing service, or making a"
                            + " change to a capacity provider strategy on a service that is already using one, you must"
                            + " force a new deployment.");
        }
        return providers
                || !Objects.equals(before.platformVersion(), after.platformVersion())
                || !Objects.equals(before.networkConfiguration(), after.networkConfiguration());
    }
}
