package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;

/**
 * What to send when a member is taken out of a service's document: UpdateService keeps what it is not told. The desired
 * count is not among them, because leaving it out hands it to whoever scales the service.
 */
final class ServiceDefaults {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    static final Map<String, JsonNode> MEMBERS = Map.ofEntries(
            Map.entry(
                    "deploymentConfiguration",
                    JSON.objectNode().put("maximumPercent", 200).put("minimumHealthyPercent", 100)),
            Map.entry("placementConstraints", JSON.arrayNode()),
            Map.entry("placementStrategy", JSON.arrayNode()),
            Map.entry("loadBalancers", JSON.arrayNode()),
            Map.entry("serviceRegistries", JSON.arrayNode()),
            Map.entry("capacityProviderStrategy", JSON.arrayNode()),
            Map.entry("volumeConfigurations", JSON.arrayNode()),
            Map.entry("healthCheckGracePeriodSeconds", JSON.numberNode(0)),
            Map.entry("enableExecuteCommand", JSON.booleanNode(false)),
            Map.entry("enableECSManagedTags", JSON.booleanNode(false)),
            Map.entry("propagateTags", JSON.textNode("NONE")));

    private ServiceDefaults() {}
}
