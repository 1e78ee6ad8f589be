package dev.gantry.controller.ecs.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.proto.PlacementStrategy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a service's document says about how it is rolled out and scaled in.
 *
 * @param minimumPercent of the desired count that must be healthy
 * @param maximumPercent of the desired count that may exist
 * @param drainPercent of the nodes on which a managed daemon is exchanged at the same time; empty for a service
 * @param strategies in order; empty for ECS's default
 * @param grace how long after the start of a task failures of its health checks are ignored
 * @param breaker ends deployments that fail
 * @param balancesZones whether tasks move to zones that have fewer
 */
record DeploymentRules(
        int minimumPercent,
        int maximumPercent,
        OptionalDouble drainPercent,
        List<PlacementStrategy> strategies,
        Duration grace,
        CircuitBreaker breaker,
        boolean balancesZones) {

    private static final int MINIMUM_PERCENT_DEFAULT = 100;
    private static final int MAXIMUM_PERCENT_DEFAULT = 200;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Reads a CreateService request. */
    static DeploymentRules of(ByteString document) {
        JsonNode service = document.isEmpty() ? MAPPER.createObjectNode() : parsed(document);
        JsonNode configuration = service.path("deploymentConfiguration");
        List<PlacementStrategy> strategies = new ArrayList<>();
        service.path("placementStrategy").forEach(strategy -> strategies.add(strategy(strategy)));
        return new DeploymentRules(
                configuration.path("minimumHealthyPercent").asInt(MINIMUM_PERCENT_DEFAULT),
                configuration.path("maximumPercent").asInt(MAXIMUM_PERCENT_DEFAULT),
                configuration.has(DaemonDocument.DRAIN_PERCENT)
                        ? OptionalDouble.of(
                                configuration.path(DaemonDocument.DRAIN_PERCENT).asDouble())
                        : OptionalDouble.empty(),
                List.copyOf(strategies),
                Duration.ofSeconds(service.path("healthCheckGracePeriodSeconds").asLong(0)),
                CircuitBreaker.of(configuration),
                service.path("availabilityZoneRebalancing").asText().equals("ENABLED"));
    }

    Limits limits(int desired) {
        return drainPercent.isPresent()
                ? Limits.draining(desired, drainPercent.getAsDouble())
                : Limits.of(desired, minimumPercent, maximumPercent);
    }

    private static JsonNode parsed(ByteString document) {
        try {
            return MAPPER.readTree(document.newInput());
        } catch (IOException e) {
            throw new IllegalStateException("a stored service document is not JSON", e);
        }
    }

    private static PlacementStrategy strategy(JsonNode strategy) {
        String type = strategy.path("type").asText().toUpperCase(Locale.ROOT);
        return PlacementStrategy.newBuilder()
                .setType(
                        switch (type) {
                            case "SPREAD" -> PlacementStrategy.Type.SPREAD;
                            case "BINPACK" -> PlacementStrategy.Type.BINPACK;
                            default -> PlacementStrategy.Type.RANDOM;
                        })
                .setField(strategy.path("field").asText())
                .build();
    }
}
