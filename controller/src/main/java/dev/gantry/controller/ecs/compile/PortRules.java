package dev.gantry.controller.ecs.compile;

import static dev.gantry.controller.ecs.compile.Rule.require;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.PortMapping;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Port mappings, alone and against the network mode. */
final class PortRules {

    private static final int PORT_MAX = 65_535;
    private static final int MAPPINGS_MAX = 100;
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

    private PortRules() {}

    static void check(RegisterTaskDefinitionRequest definition) {
        Set<String> names = new HashSet<>();
        Set<String> hostPorts = new HashSet<>();
        for (ContainerDefinition container : definition.containerDefinitions()) {
            String name = String.valueOf(container.name());
            require(
                    container.portMappingsOrEmpty().size() <= MAPPINGS_MAX,
                    name,
                    "A container can have at most " + MAPPINGS_MAX + " port mappings.");
            for (PortMapping port : container.portMappingsOrEmpty()) {
                if (port.containerPortRange() == null) {
                    checkSingle(definition, name, port);
                } else {
                    checkRange(definition, name, port);
                }
                checkNames(name, port, names);
                int host = port.hostPort() == null ? 0 : port.hostPort();
                require(
                        host == 0 || hostPorts.add(host + "/" + port.protocol()),
                        name,
                        "The host port " + host + " is used by several port mappings.");
            }
        }
    }

    private static void checkSingle(RegisterTaskDefinitionRequest definition, String name, PortMapping port) {
        int container = port.containerPort() == null ? -1 : port.containerPort();
        require(port.containerPort() != null, name, "A port mapping needs 'containerPort' or 'containerPortRange'.");
        require(
                container >= 1 && container <= PORT_MAX,
                name,
                "The containerPort value " + container + " must be between 1 and " + PORT_MAX + ".");
        Integer host = port.hostPort();
        require(
                host == null || (host >= 0 && host <= PORT_MAX),
                name,
                "The hostPort value " + host + " must be between 0 and " + PORT_MAX + ".");
        String mode = definition.networkMode();
        require(!"none".equals(mode), name, "Port mappings are not supported when networkMode=none.");
        if ("host".equals(mode) || "awsvpc".equals(mode)) {
            require(
                    host == null || host == container,
                    "When networkMode=" + mode + ", the host ports and container ports in port mappings must match.");
        }
    }

    private static void checkRange(RegisterTaskDefinitionRequest definition, String name, PortMapping port) {
        require(
                port.containerPort() == null && port.hostPort() == null,
                name,
                "'containerPortRange' cannot be combined with 'containerPort' or 'hostPort'.");
        Matcher range = RANGE.matcher(String.valueOf(port.containerPortRange()));
        require(
                range.matches(),
                name,
                "The containerPortRange '" + port.containerPortRange() + "' is not a range of ports.");
        int first = Integer.parseInt(range.group(1));
        int last = Integer.parseInt(range.group(2));
        require(
                first >= 1 && first < last && last <= PORT_MAX,
                name,
                "The containerPortRange '" + port.containerPortRange() + "' must grow, between 1 and " + PORT_MAX
                        + ".");
        require(
                "bridge".equals(definition.networkMode()) || "awsvpc".equals(definition.networkMode()),
                name,
                "'containerPortRange' is only supported when networkMode is bridge or awsvpc.");
    }

    private static void checkNames(String container, PortMapping port, Set<String> names) {
        String name = port.name();
        require(
                name == null || NAME.matcher(name).matches(),
                container,
                "The port mapping name '" + name
                        + "' may have lower case letters, digits, underscores and hyphens, at most 64.");
        require(name == null || names.add(name), container, "The port mapping name '" + name + "' is not unique.");
        require(
                port.appProtocol() == null || name != null,
                container,
                "A port mapping with an 'appProtocol' needs a 'name'.");
    }
}
