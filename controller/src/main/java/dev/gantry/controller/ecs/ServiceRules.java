package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.DeploymentCircuitBreaker;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.aws.ecs.UpdateServiceRequest;
import dev.gantry.controller.ecs.capacity.StrategyRules;
import dev.gantry.controller.ecs.compile.PlacementRules;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import org.jspecify.annotations.Nullable;

/** What a service's document must keep, and what it says when nothing was said. */
final class ServiceRules {

    /** Fargate's and EC2's quota of tasks per service. */
    private static final int DESIRED_MAX = 5000;

    private static final int TOKEN_LENGTH_MAX = 36;
    private static final int PERCENT_MAX = 10_000;

    private ServiceRules() {}

    /** Checks a new service; returns its document with defaults and without what is stored beside it. */
    static CreateServiceRequest checked(CreateServiceRequest request) {
        require(
                EcsLookup.isName(request.serviceName()),
                "Invalid service name. Up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens"
                        + " are allowed.");
        String token = request.clientToken();
        require(
                token == null || token.length() <= TOKEN_LENGTH_MAX,
                "clientToken can be at most " + TOKEN_LENGTH_MAX + " characters long.");
        require(
                isExternal(request)
                        || request.taskDefinition() != null
                                && !request.taskDefinition().isEmpty(),
                "TaskDefinition can not be blank.");
        require(
                !isExternal(request) || request.taskDefinition() == null,
                "The task definition of a service with an EXTERNAL deployment controller is that of its task sets.");
        require(
                request.desiredCount() != null || DaemonRules.isDaemon(request),
                "desiredCount is required for services with the REPLICA scheduling strategy.");
        CreateServiceRequest document = request.toBuilder()
                .cluster(null)
                .clientToken(null)
                .tags(null)
                .schedulingStrategy(request.schedulingStrategy() == null ? "REPLICA" : request.schedulingStrategy())
                .propagateTags(request.propagateTags() == null ? "NONE" : request.propagateTags())
                .deploymentConfiguration(filled(request.deploymentConfiguration(), DaemonRules.isDaemon(request)))
                .placementConstraints(request.placementConstraintsOrEmpty())
                .placementStrategy(PlacementRules.checkedStrategies(request.placementStrategyOrEmpty()))
                .build();
        CreateServiceRequest filled = document.availabilityZoneRebalancing() == null
                ? document.toBuilder()
                        .availabilityZoneRebalancing(ZoneRules.defaultOf(document))
                        .build()
                : document;
        check(filled);
        return filled;
    }

    /** Whether somebody outside deploys the service, in task sets. */
    static boolean isExternal(CreateServiceRequest document) {
        return document.deploymentController() != null
                && document.deploymentController().type().equals("EXTERNAL");
    }

    private static void checkExternal(UpdateServiceRequest update) {
        refuseExternal(update.taskDefinition(), "task definition");
        refuseExternal(update.networkConfiguration(), "network configuration");
        refuseExternal(update.platformVersion(), "platform version");
        refuseExternal(Boolean.TRUE.equals(update.forceNewDeployment()) ? true : null, "deployment");
    }

    private static void refuseExternal(@Nullable Object given, String what) {
        require(
                given == null,
                "Unable to update " + what + " on services with an EXTERNAL deployment controller. Use task sets.");
    }

    /** The document of a service with an update merged in: members that the update has replace those of the document. */
    static CreateServiceRequest merged(CreateServiceRequest document, UpdateServiceRequest update) {
        CreateServiceRequest.Builder merged = document.toBuilder();
        if (isExternal(document)) {
            checkExternal(update);
        }
        require(
                update.deploymentController() == null
                        || update.deploymentController().type().equals(isExternal(document) ? "EXTERNAL" : "ECS"),
                "The deployment controller of a service cannot be changed.");
        if (update.desiredCount() != null) {
            merged.desiredCount(update.desiredCount());
        }
        if (update.taskDefinition() != null) {
            require(!update.taskDefinition().isEmpty(), "TaskDefinition can not be blank.");
            merged.taskDefinition(update.taskDefinition());
        }
        if (update.deploymentConfiguration() != null) {
            merged.deploymentConfiguration(
                    overlaid(document.deploymentConfiguration(), update.deploymentConfiguration()));
        }
        if (update.placementConstraints() != null) {
            merged.placementConstraints(update.placementConstraints());
        }
        if (update.placementStrategy() != null) {
            merged.placementStrategy(PlacementRules.checkedStrategies(update.placementStrategy()));
        }
        if (update.enableExecuteCommand() != null) {
            merged.enableExecuteCommand(update.enableExecuteCommand());
        }
        if (update.enableECSManagedTags() != null) {
            merged.enableECSManagedTags(update.enableECSManagedTags());
        }
        if (update.propagateTags() != null) {
            merged.propagateTags(update.propagateTags());
        }
        CreateServiceRequest result = withUnsupported(document, merged, update).build();
        if (update.availabilityZoneRebalancing() == null) {
            result = ZoneRules.kept(result);
        }
        check(result);
        return result;
    }

    /** Members that are refused when they say anything. */
    private static CreateServiceRequest.Builder withUnsupported(
            CreateServiceRequest before, CreateServiceRequest.Builder merged, UpdateServiceRequest update) {
        if (update.availabilityZoneRebalancing() != null) {
            merged.availabilityZoneRebalancing(update.availabilityZoneRebalancing());
        }
        if (update.deploymentController() != null) {
            merged.deploymentController(update.deploymentController());
        }
        if (update.capacityProviderStrategy() != null) {
            merged.capacityProviderStrategy(update.capacityProviderStrategy()).launchType(null);
        }
        return merged.networkConfiguration(
                        update.networkConfiguration() == null
                                ? before.networkConfiguration()
                                : update.networkConfiguration())
                .platformVersion(update.platformVersion() == null ? before.platformVersion() : update.platformVersion())
                .healthCheckGracePeriodSeconds(update.healthCheckGracePeriodSeconds())
                .loadBalancers(update.loadBalancers())
                .serviceRegistries(update.serviceRegistries())
                .serviceConnectConfiguration(update.serviceConnectConfiguration())
                .volumeConfigurations(update.volumeConfigurations())
                .vpcLatticeConfigurations(update.vpcLatticeConfigurations());
    }

    private static void check(CreateServiceRequest document) {
        DaemonRules.check(document);
        int desired = document.desiredCount() == null ? 0 : document.desiredCount();
        require(
                desired >= 0 && desired <= DESIRED_MAX,
                "desiredCount must be between 0 and " + DESIRED_MAX + ", was " + desired + ".");
        LaunchRules.checkLaunchType(document.launchType());
        StrategyRules.check(document.capacityProviderStrategyOrEmpty(), document.launchType());
        require(
                document.healthCheckGracePeriodSeconds() == null,
                "Health check grace period is only valid for services configured to use load balancers");
        require(document.role() == null, "role is only valid for services configured to use load balancers.");
        PlacementRules.checkConstraints(document.placementConstraintsOrEmpty());
        UnsupportedServices.check(document);
        checkPercents(document.deploymentConfiguration());
        ZoneRules.check(document);
        DeploymentStrategyRules.check(document.deploymentConfiguration());
    }

    private static void checkPercents(@Nullable DeploymentConfiguration configuration) {
        if (configuration == null) {
            return;
        }
        int min = configuration.minimumHealthyPercent() == null ? 100 : configuration.minimumHealthyPercent();
        int max = configuration.maximumPercent() == null ? 200 : configuration.maximumPercent();
        require(min >= 0 && min <= 100, "minimumHealthyPercent must be between 0 and 100, was " + min + ".");
        require(
                max >= 100 && max <= PERCENT_MAX,
                "maximumPercent must be between 100 and " + PERCENT_MAX + ", was " + max + ".");
        require(
                min != 100 || max != 100,
                "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.");
    }

    /** What a service goes by that says so much, of one scheduling strategy or the other. */
    static DeploymentConfiguration filled(@Nullable DeploymentConfiguration given, boolean daemon) {
        DeploymentConfiguration.Builder base = DeploymentConfiguration.builder()
                .deploymentCircuitBreaker(DeploymentCircuitBreaker.builder()
                        .enable(false)
                        .rollback(false)
                        .build())
                .maximumPercent(200)
                .minimumHealthyPercent(100)
                .strategy("ROLLING");
        DeploymentConfiguration defaults = daemon ? DaemonRules.defaults(base).build() : base.build();
        return given == null ? defaults : overlaid(defaults, given);
    }

    private static DeploymentConfiguration overlaid(
            @Nullable DeploymentConfiguration base, DeploymentConfiguration over) {
        if (base == null) {
            return over;
        }
        String strategy = first(over.strategy(), base.strategy());
        // What belongs to another strategy than the new one is not kept.
        boolean shifts = strategy != null && !strategy.equals("ROLLING");
        return over.toBuilder()
                .deploymentCircuitBreaker(first(over.deploymentCircuitBreaker(), base.deploymentCircuitBreaker()))
                .maximumPercent(first(over.maximumPercent(), base.maximumPercent()))
                .minimumHealthyPercent(first(over.minimumHealthyPercent(), base.minimumHealthyPercent()))
                .strategy(strategy)
                .alarms(first(over.alarms(), base.alarms()))
                .bakeTimeInMinutes(first(over.bakeTimeInMinutes(), base.bakeTimeInMinutes()))
                .lifecycleHooks(first(over.lifecycleHooks(), shifts ? base.lifecycleHooks() : null))
                .linearConfiguration(first(
                        over.linearConfiguration(), "LINEAR".equals(strategy) ? base.linearConfiguration() : null))
                .canaryConfiguration(first(
                        over.canaryConfiguration(), "CANARY".equals(strategy) ? base.canaryConfiguration() : null))
                .build();
    }

    private static <T> @Nullable T first(@Nullable T given, @Nullable T otherwise) {
        return given == null ? otherwise : given;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
