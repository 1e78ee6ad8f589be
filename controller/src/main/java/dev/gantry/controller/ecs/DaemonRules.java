package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.controller.ecs.document.Refusals;

/** What goes without saying for a service of the scheduling strategy DAEMON, and what it may not say. */
final class DaemonRules {

    private static final int MAXIMUM_PERCENT = 100;
    private static final String STRATEGY = "The daemon scheduling strategy does not support ";

    private DaemonRules() {}

    static boolean isDaemon(CreateServiceRequest document) {
        return "DAEMON".equals(document.schedulingStrategy());
    }

    /** Old tasks may all stop at once, and no node ever has two. */
    static DeploymentConfiguration.Builder defaults(DeploymentConfiguration.Builder base) {
        return base.maximumPercent(MAXIMUM_PERCENT).minimumHealthyPercent(0);
    }

    static void check(CreateServiceRequest document) {
        if (!isDaemon(document)) {
            return;
        }
        refuse(
                document.desiredCount() != null,
                STRATEGY + "a desired count for services. Remove the desired count value and try again");
        refuse(
                !document.placementStrategyOrEmpty().isEmpty(),
                STRATEGY + "placement strategies. Remove the placement strategy and try again");
        refuse(
                !document.capacityProviderStrategyOrEmpty().isEmpty(),
                "Specifying a capacity provider strategy is not supported when you create a service using the DAEMON"
                        + " scheduling strategy.");
        refuse(
                ServiceRules.isExternal(document),
                STRATEGY + "the EXTERNAL deployment controller. Change the deployment controller to ECS and try again");
        refuse(
                "FARGATE".equals(document.launchType()),
                STRATEGY + "the Fargate launch type. Change the launch type and try again");
        refuse(
                "ENABLED".equals(document.availabilityZoneRebalancing()),
                STRATEGY + "Availability Zone rebalancing. Remove availabilityZoneRebalancing and try again");
        DeploymentConfiguration deployment = document.deploymentConfiguration();
        String strategy = deployment == null ? null : deployment.strategy();
        refuse(
                strategy != null && !strategy.equals("ROLLING"),
                STRATEGY + "the deployment strategy " + strategy + ". Change the strategy to ROLLING and try again");
        Integer most = deployment == null ? null : deployment.maximumPercent();
        refuse(
                most != null && most > MAXIMUM_PERCENT,
                STRATEGY
                        + "values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent"
                        + " value to 100, and try again");
    }

    private static void refuse(boolean present, String message) {
        if (present) {
            throw Refusals.invalid(message);
        }
    }
}
