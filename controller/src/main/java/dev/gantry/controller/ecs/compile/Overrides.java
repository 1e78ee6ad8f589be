package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.ContainerOverride;
import dev.gantry.aws.ecs.KeyValuePair;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.ResourceRequirement;
import dev.gantry.aws.ecs.TaskOverride;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.Refusals;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the overrides of a call over a definition. */
public final class Overrides {

    private static final int LENGTH_MAX = 8192;

    private Overrides() {}

    /** The definition as this task shall run it; refuses overrides that do not fit it. */
    public static RegisterTaskDefinitionRequest applied(
            RegisterTaskDefinitionRequest definition, @Nullable TaskOverride override) {
        if (override == null) {
            return definition;
        }
        if (EcsJson.bytes(override).size() > LENGTH_MAX) {
            throw Refusals.invalid("Overrides length must be at most " + LENGTH_MAX);
        }
        if (!override.inferenceAcceleratorOverridesOrEmpty().isEmpty()) {
            throw Refusals.unsupported(
                    "This task cannot be run: Gantry does not support inferenceAcceleratorOverrides.");
        }
        Map<String, ContainerDefinition> containers = new LinkedHashMap<>();
        definition
                .containerDefinitions()
                .forEach(container -> containers.put(String.valueOf(container.name()), container));
        for (ContainerOverride one : override.containerOverridesOrEmpty()) {
            ContainerDefinition container = containers.get(String.valueOf(one.name()));
            if (container == null) {
                throw Refusals.invalid(
                        "Override for container named " + one.name() + " is not a container in the TaskDefinition.");
            }
            containers.put(String.valueOf(one.name()), overridden(container, one));
        }
        return sized(definition, override, List.copyOf(containers.values()));
    }

    private static RegisterTaskDefinitionRequest sized(
            RegisterTaskDefinitionRequest definition, TaskOverride override, List<ContainerDefinition> containers) {
        RegisterTaskDefinitionRequest applied = definition.toBuilder()
                .containerDefinitions(containers)
                .cpu(override.cpu() == null ? definition.cpu() : String.valueOf(Sizes.cpuUnits(override.cpu())))
                .memory(
                        override.memory() == null
                                ? definition.memory()
                                : String.valueOf(Sizes.memoryMib(override.memory())))
                .taskRoleArn(override.taskRoleArn() == null ? definition.taskRoleArn() : override.taskRoleArn())
                .executionRoleArn(
                        override.executionRoleArn() == null
                                ? definition.executionRoleArn()
                                : override.executionRoleArn())
                .build();
        long memory = Sizes.memoryMib(applied.memory());
        for (ContainerDefinition container : containers) {
            MemoryRules.check(
                    String.valueOf(container.name()), container.memory(), container.memoryReservation(), memory);
        }
        return applied;
    }

    private static ContainerDefinition overridden(ContainerDefinition container, ContainerOverride override) {
        ContainerDefinition.Builder result = container.toBuilder();
        if (override.command() != null) {
            result.command(override.command());
        }
        if (override.cpu() != null) {
            result.cpu(override.cpu());
        }
        if (override.memory() != null) {
            result.memory(override.memory());
        }
        if (override.memoryReservation() != null) {
            result.memoryReservation(override.memoryReservation());
        }
        if (override.environmentFiles() != null) {
            result.environmentFiles(override.environmentFiles());
        }
        List<ResourceRequirement> devices = override.resourceRequirements();
        if (devices != null) {
            result.resourceRequirements(devices);
        }
        return result.environment(environment(container.environmentOrEmpty(), override.environmentOrEmpty()))
                .build();
    }

    private static List<KeyValuePair> environment(List<KeyValuePair> defined, List<KeyValuePair> more) {
        Map<String, KeyValuePair> merged = new LinkedHashMap<>();
        defined.forEach(variable -> merged.put(String.valueOf(variable.name()), variable));
        more.forEach(variable -> merged.put(String.valueOf(variable.name()), variable));
        return new ArrayList<>(merged.values());
    }
}
