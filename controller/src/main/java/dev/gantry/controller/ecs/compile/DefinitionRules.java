package dev.gantry.controller.ecs.compile;

import static dev.gantry.controller.ecs.compile.Rule.present;
import static dev.gantry.controller.ecs.compile.Rule.require;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.TaskDefinitionPlacementConstraint;
import dev.gantry.controller.ecs.document.EcsLookup;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What makes a task definition valid, beyond what the service's model says. Sees it with its defaults filled in. */
public final class DefinitionRules {

    private static final int CONTAINERS_MAX = 10;
    private static final int CONSTRAINTS_MAX = 10;
    private static final int EXPRESSION_LENGTH_MAX = 2000;

    private DefinitionRules() {}

    /** Refuses an invalid definition with a ClientException. */
    public static void check(RegisterTaskDefinitionRequest definition) {
        require(!definition.family().isEmpty(), "Family should not be null or empty.");
        require(EcsLookup.isName(definition.family()), "Family contains invalid characters.");
        checkContainers(definition);
        checkSizes(definition);
        checkConstraints(definition.placementConstraintsOrEmpty());
        VolumeRules.check(definition);
        PortRules.check(definition);
        DependencyRules.check(definition.containerDefinitions());
        definition.containerDefinitions().forEach(container -> ContainerRules.check(definition, container));
        FargateRules.check(definition);
        checkProxy(definition);
    }

    private static void checkContainers(RegisterTaskDefinitionRequest definition) {
        List<ContainerDefinition> containers = definition.containerDefinitions();
        require(!containers.isEmpty(), "Container list cannot be empty.");
        require(
                containers.size() <= CONTAINERS_MAX,
                "Too many containers. A task definition can have at most " + CONTAINERS_MAX + " containers.");
        Set<String> names = new HashSet<>();
        for (ContainerDefinition container : containers) {
            String name = present(container.name(), "Container.name should not be null or empty.");
            require(EcsLookup.isName(name), "Container.name contains invalid characters.");
            require(names.add(name), "Container.name must be unique. Duplicate container name: '" + name + "'.");
        }
        require(
                containers.stream().anyMatch(container -> !Boolean.FALSE.equals(container.essential())),
                "TaskDefinition must have at least one essential container.");
    }

    private static void checkSizes(RegisterTaskDefinitionRequest definition) {
        long cpu = Sizes.cpuUnits(definition.cpu());
        long memory = Sizes.memoryMib(definition.memory());
        long containerCpu = 0;
        long reserved = 0;
        for (ContainerDefinition container : definition.containerDefinitions()) {
            String name = String.valueOf(container.name());
            MemoryRules.check(name, container.memory(), container.memoryReservation(), memory);
            require(container.cpu() == null || container.cpu() >= 0, name, "The 'cpu' value must not be negative.");
            containerCpu += container.cpu() == null ? 0 : container.cpu();
            reserved += MemoryRules.reservedMib(container.memory(), container.memoryReservation());
        }
        require(
                cpu == 0 || containerCpu <= cpu,
                "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.");
        require(
                memory == 0 || reserved <= memory,
                "The sum of the containers' memory reservations (" + reserved
                        + " MiB) exceeds the task's 'memory' value (" + memory + " MiB).");
    }

    private static void checkConstraints(List<TaskDefinitionPlacementConstraint> constraints) {
        require(
                constraints.size() <= CONSTRAINTS_MAX,
                "Too many placement constraints. A task definition can have at most " + CONSTRAINTS_MAX + ".");
        for (TaskDefinitionPlacementConstraint constraint : constraints) {
            require("memberOf".equals(constraint.type()), "Placement constraint type must be 'memberOf'.");
            String expression =
                    present(constraint.expression(), "Placement constraint expression should not be null or empty.");
            require(
                    expression.length() <= EXPRESSION_LENGTH_MAX,
                    "Placement constraint expression can be at most " + EXPRESSION_LENGTH_MAX + " characters long.");
        }
    }

    private static void checkProxy(RegisterTaskDefinitionRequest definition) {
        if (definition.proxyConfiguration() == null) {
            return;
        }
        String proxy = definition.proxyConfiguration().containerName();
        require(
                "awsvpc".equals(definition.networkMode()),
                "Proxy configuration is only supported when networkMode=awsvpc.");
        require(
                definition.containerDefinitions().stream().anyMatch(container -> proxy.equals(container.name())),
                "Proxy configuration refers to the unknown container '" + proxy + "'.");
    }
}
