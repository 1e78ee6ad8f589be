package dev.gantry.controller.ecs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.aws.ecs.Attribute;
import dev.gantry.aws.ecs.RegisterContainerInstanceRequest;
import dev.gantry.aws.ecs.Resource;
import dev.gantry.controller.ecs.compile.Sizes;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Resources;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an agent that is not Gantry's says of its machine, in the words in which Gantry's own do. */
final class ForeignInstance {

    private static final int INFO_BYTES_MAX = 64 * 1024;
    private static final int ATTRIBUTES_MAX = 256;
    private static final int NAME_MAX = 255;
    private static final int PORT_MAX = 65_535;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What the identity document says that ECS makes attributes of. */
    private static final Map<String, String> OF_IDENTITY = Map.of(
            "availabilityZone", "ecs.availability-zone",
            "instanceType", "ecs.instance-type",
            "imageId", "ecs.ami-id");

    private ForeignInstance() {}

    static NodeInfo info(RegisterContainerInstanceRequest request, String cluster) {
        JsonNode identity = identity(request.instanceIdentityDocument());
        NodeInfo.Builder info = NodeInfo.newBuilder()
                .setCluster(cluster)
                .setName(identity.path("instanceId").asText())
                .setCapacity(capacity(request.totalResourcesOrEmpty()));
        OF_IDENTITY.forEach((member, attribute) -> {
            if (identity.hasNonNull(member)) {
                info.putAttributes(attribute, identity.path(member).asText());
            }
        });
        for (Attribute attribute : request.attributesOrEmpty()) {
            info.putAttributes(attribute.name(), attribute.value() == null ? "" : attribute.value());
        }
        if (request.versionInfo() != null) {
            info.setAgentVersion(text(request.versionInfo().agentVersion()))
                    .setEngineVersion(text(request.versionInfo().dockerVersion()));
        }
        require(
                info.getAttributesCount() <= ATTRIBUTES_MAX,
                "A container instance can have at most " + ATTRIBUTES_MAX + " attributes, has "
                        + info.getAttributesCount() + ".");
        require(
                info.getName().matches("[A-Za-z0-9.-]{0," + NAME_MAX + "}"),
                "instanceId of the instance identity document may have letters, digits, dots and hyphens, at most "
                        + NAME_MAX + ".");
        NodeInfo built = info.build();
        require(
                built.getSerializedSize() <= INFO_BYTES_MAX,
                "The description of a container instance can have at most " + INFO_BYTES_MAX + " bytes.");
        return built;
    }

    /** Who calls has proved that by a signature; the one of Amazon under the document is not looked at. */
    private static JsonNode identity(@Nullable String document) {
        if (document == null || document.isEmpty()) {
            return MAPPER.createObjectNode();
        }
        try {
            JsonNode identity = MAPPER.readTree(document);
            require(identity.isObject(), "The instance identity document is not a JSON object.");
            return identity;
        } catch (JsonProcessingException e) {
            throw Refusals.invalid("The instance identity document is not JSON: " + e.getOriginalMessage());
        }
    }

    private static Resources capacity(List<Resource> given) {
        Resources.Builder capacity = Resources.newBuilder();
        for (Resource resource : given) {
            switch (text(resource.name())) {
                case "CPU" -> capacity.setCpuUnits(count(resource));
                case "MEMORY" -> capacity.setMemoryBytes(count(resource) * Sizes.MIB_BYTES);
                case "PORTS" -> resource.stringSetValueOrEmpty().forEach(port -> capacity.addTcpPorts(port(port)));
                case "PORTS_UDP" -> resource.stringSetValueOrEmpty().forEach(port -> capacity.addUdpPorts(port(port)));
                case "GPU" ->
                    capacity.putDevices("GPU", resource.stringSetValueOrEmpty().size());
                default ->
                    throw Refusals.invalid("Unknown resource '" + resource.name()
                            + "'. Resources are CPU, MEMORY, PORTS, PORTS_UDP and GPU.");
            }
        }
        return capacity.build();
    }

    private static long count(Resource resource) {
        Integer value = resource.integerValue();
        if (value == null || value < 0) {
            throw Refusals.invalid("The resource " + resource.name() + " needs an integerValue that is not negative.");
        }
        return value;
    }

    private static int port(String text) {
        require(
                text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= PORT_MAX,
                "Reserved ports are numbers from 0 to " + PORT_MAX + ", was '" + text + "'.");
        return Integer.parseInt(text);
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
