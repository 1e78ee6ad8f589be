package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.aws.ecs.PlacementStrategy;
import dev.gantry.controller.ecs.document.Refusals;
import java.util.List;
import java.util.Optional;

/** Which services can have their tasks balanced over availability zones (ECS developer guide). */
final class ZoneRules {

    private static final String ZONE = "attribute:ecs.availability-zone";
    private static final String ENABLED = "ENABLED";
    private static final int PERCENT_MIN = 100;

    private ZoneRules() {}

    /** What holds for a new service that says nothing of it. */
    static String defaultOf(CreateServiceRequest document) {
        return obstacle(document).isEmpty() ? ENABLED : "DISABLED";
    }

    /** A service that is changed so that it cannot have it, by somebody who does not speak of it, goes on without. */
    static CreateServiceRequest kept(CreateServiceRequest document) {
        return obstacle(document).isEmpty()
                ? document
                : document.toBuilder().availabilityZoneRebalancing("DISABLED").build();
    }

    static void check(CreateServiceRequest document) {
        if (ENABLED.equals(document.availabilityZoneRebalancing())) {
            obstacle(document).ifPresent(obstacle -> {
                throw Refusals.invalid("Availability Zone rebalancing does not support " + obstacle
                        + ". Change it, or set availabilityZoneRebalancing to DISABLED, and try again.");
            });
        }
    }

    private static Optional<String> obstacle(CreateServiceRequest document) {
        DeploymentConfiguration deployment = document.deploymentConfiguration();
        List<PlacementStrategy> strategies = document.placementStrategyOrEmpty();
        if (DaemonRules.isDaemon(document)) {
            return Optional.of("the DAEMON scheduling strategy");
        }
        if ("EXTERNAL".equals(document.launchType())) {
            return Optional.of("the EXTERNAL launch type");
        }
        if (deployment != null && deployment.maximumPercent() != null && deployment.maximumPercent() <= PERCENT_MIN) {
            return Optional.of("a maximumPercent of 100 or less");
        }
        if (!strategies.isEmpty() && !isOverZones(strategies.getFirst())) {
            return Optional.of("a first placement strategy other than spread over " + ZONE);
        }
        boolean chooses = document.placementConstraintsOrEmpty().stream()
                .anyMatch(one -> one.expression() != null && one.expression().contains(ZONE));
        return chooses ? Optional.of("a placement constraint on " + ZONE) : Optional.empty();
    }

    private static boolean isOverZones(PlacementStrategy strategy) {
        return "spread".equals(strategy.type()) && ZONE.equals(strategy.field());
    }
}
