package dev.gantry.controller.ecs.compile;

import static dev.gantry.controller.ecs.compile.Rule.require;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import java.util.Map;

/** What a definition must keep that says it is compatible with Fargate. */
final class FargateRules {

    /** CPU units to the least and most memory in MiB and the step between sizes, as the API's documentation says. */
    private static final Map<Long, Range> SIZES = Map.of(
            256L, new Range(512, 2048, 512),
            512L, new Range(1024, 4096, 1024),
            1024L, new Range(2048, 8192, 1024),
            2048L, new Range(4096, 16_384, 1024),
            4096L, new Range(8192, 30_720, 1024),
            8192L, new Range(16_384, 61_440, 4096),
            16_384L, new Range(32_768, 122_880, 8192));

    private record Range(long min, long max, long step) {
        boolean has(long mib) {
            return mib >= min && mib <= max && mib % step == 0;
        }
    }

    private FargateRules() {}

    static void check(RegisterTaskDefinitionRequest definition) {
        if (!definition.requiresCompatibilitiesOrEmpty().contains("FARGATE")) {
            require(
                    definition.ephemeralStorage() == null,
                    "Ephemeral storage is only supported for tasks with the FARGATE compatibility.");
            return;
        }
        require("awsvpc".equals(definition.networkMode()), "Fargate only supports network mode ‘awsvpc’.");
        require(definition.cpu() != null, "Fargate requires that 'cpu' be defined at the task level.");
        require(definition.memory() != null, "Fargate requires that 'memory' be defined at the task level.");
        long cpu = Sizes.cpuUnits(definition.cpu());
        long memory = Sizes.memoryMib(definition.memory());
        Range sizes = SIZES.get(cpu);
        // 256 CPU units go with 512, 1024 and 2048 MiB only.
        boolean sold = sizes != null && sizes.has(memory) && !(cpu == 256 && memory == 1536);
        require(
                sold,
                "No Fargate configuration exists for given values: " + cpu + " CPU, " + memory
                        + " memory. See the Amazon ECS documentation for the valid values.");
        require(
                definition.placementConstraintsOrEmpty().isEmpty(),
                "Task definition placement constraints are not supported on FARGATE.");
        require(
                !"host".equals(definition.pidMode()),
                "Tasks using the Fargate launch type do not support pidMode 'host'.");
        require(definition.ipcMode() == null, "Tasks using the Fargate launch type do not support ipcMode.");
        int storage = definition.ephemeralStorage() == null
                ? 21
                : definition.ephemeralStorage().sizeInGiB();
        require(storage >= 21 && storage <= 200, "The ephemeral storage size must be between 21 and 200 GiB.");
        definition.volumesOrEmpty().forEach(volume -> {
            require(
                    volume.host() == null || volume.host().sourcePath() == null,
                    "host.sourcePath should not be set for volumes in Fargate.");
            require(
                    volume.dockerVolumeConfiguration() == null,
                    "dockerVolumeConfiguration is not supported for volumes in Fargate.");
        });
        definition.containerDefinitions().forEach(FargateRules::checkContainer);
    }

    private static void checkContainer(ContainerDefinition container) {
        String name = String.valueOf(container.name());
        require(!Boolean.TRUE.equals(container.privileged()), name, "'privileged' is not supported in Fargate.");
        require(
                container.resourceRequirementsOrEmpty().stream()
                        .noneMatch(one -> one.type().equals("GPU")),
                "Tasks using the Fargate launch type do not support GPU resource requirements.");
        ContainerRules.within(container.startTimeout(), 2, 120, "startTimeout", name);
        ContainerRules.within(container.stopTimeout(), 2, 120, "stopTimeout", name);
    }
}
