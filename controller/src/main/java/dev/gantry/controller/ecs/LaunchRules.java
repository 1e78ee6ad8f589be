package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.AwsVpcConfiguration;
import dev.gantry.aws.ecs.NetworkConfiguration;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.RunTaskRequest;
import dev.gantry.aws.ecs.StartTaskRequest;
import dev.gantry.aws.ecs.Tag;
import dev.gantry.aws.ecs.TaskOverride;
import dev.gantry.aws.ecs.TaskVolumeConfiguration;
import dev.gantry.controller.ecs.capacity.StrategyRules;
import dev.gantry.controller.ecs.compile.Fargate;
import dev.gantry.controller.ecs.compile.PlacementRules;
import dev.gantry.controller.ecs.compile.ServiceTasks;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.EcsTaskDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a call that starts standalone tasks may say, and the origin that follows from it. */
final class LaunchRules {

    private static final int COUNT_MAX = 10;
    private static final int SUBNETS_MAX = 16;
    private static final int TOKEN_LENGTH_MAX = 64;
    private static final int STARTED_BY_LENGTH_MAX = 128;
    private static final int GROUP_LENGTH_MAX = 255;

    private LaunchRules() {}

    /** @return how many tasks are wanted */
    static int check(RunTaskRequest request) {
        int count = request.count() == null ? 1 : request.count();
        require(count >= 1 && count <= COUNT_MAX, "count must be between 1 and " + COUNT_MAX + ", was " + count + ".");
        String token = request.clientToken();
        require(
                token == null || token.length() <= TOKEN_LENGTH_MAX,
                "clientToken can be at most " + TOKEN_LENGTH_MAX + " characters long.");
        StrategyRules.check(request.capacityProviderStrategyOrEmpty(), request.launchType());
        checkLaunchType(request.launchType());
        checkVolumes(request.volumeConfigurationsOrEmpty());
        PlacementRules.checkConstraints(request.placementConstraintsOrEmpty());
        checkNames(request.group(), request.startedBy(), request.propagateTags());
        return count;
    }

    static void check(StartTaskRequest request) {
        checkVolumes(request.volumeConfigurationsOrEmpty());
        checkNames(request.group(), request.startedBy(), request.propagateTags());
    }

    /** @param document of the definition */
    static EcsTask origin(
            RunTaskRequest request,
            EcsTaskDefinition definition,
            RegisterTaskDefinitionRequest document,
            Capacity capacity,
            Arns arns) {
        EcsTask.Builder origin = origin(definition, arns, request.group(), request.startedBy(), request.overrides())
                .addAllSubnets(ServiceTasks.subnets(request.networkConfiguration()))
                .setLaunchType(capacity.launchType().isEmpty() ? "EC2" : capacity.launchType())
                .setEnableExecuteCommand(Boolean.TRUE.equals(request.enableExecuteCommand()))
                .setReferenceId(request.referenceId() == null ? "" : request.referenceId());
        if (capacity.isFargate()) {
            Fargate.describe(origin, document, request.overrides(), request.platformVersion());
        }
        return origin.putAllTags(tags(definition, request.tagsOrEmpty(), request.propagateTags()))
                .build();
    }

    static EcsTask origin(StartTaskRequest request, EcsTaskDefinition definition, Arns arns) {
        EcsTask.Builder origin = origin(definition, arns, request.group(), request.startedBy(), request.overrides())
                .addAllSubnets(ServiceTasks.subnets(request.networkConfiguration()))
                .setLaunchType("EC2")
                .setEnableExecuteCommand(Boolean.TRUE.equals(request.enableExecuteCommand()))
                .setReferenceId(request.referenceId() == null ? "" : request.referenceId());
        return origin.putAllTags(tags(definition, request.tagsOrEmpty(), request.propagateTags()))
                .build();
    }

    private static EcsTask.Builder origin(
            EcsTaskDefinition definition,
            Arns arns,
            @Nullable String group,
            @Nullable String startedBy,
            @Nullable TaskOverride overrides) {
        EcsTask.Builder origin = EcsTask.newBuilder()
                .setTaskDefinitionArn(arns.taskDefinition(definition.getFamily(), definition.getRevision()))
                .setFamily(definition.getFamily())
                .setRevision(definition.getRevision())
                .setGroup(group == null || group.isEmpty() ? "family:" + definition.getFamily() : group)
                .setStartedBy(startedBy == null ? "" : startedBy);
        if (overrides != null) {
            origin.setOverridesJson(EcsJson.bytes(overrides));
        }
        return origin;
    }

    private static Map<String, String> tags(EcsTaskDefinition definition, List<Tag> given, @Nullable String propagate) {
        Map<String, String> tags = new LinkedHashMap<>();
        if ("TASK_DEFINITION".equals(propagate)) {
            tags.putAll(definition.getTagsMap());
        }
        return Tags.merged(tags, Tags.checked(given));
    }

    private static void checkNames(@Nullable String group, @Nullable String startedBy, @Nullable String propagate) {
        require(
                group == null || group.length() <= GROUP_LENGTH_MAX,
                "group can be at most " + GROUP_LENGTH_MAX + " characters long.");
        require(
                group == null || !group.startsWith("service:"),
                "Invalid namespace for group. The prefix 'service:' is reserved for the tasks of services.");
        require(
                startedBy == null || startedBy.length() <= STARTED_BY_LENGTH_MAX,
                "startedBy can be at most " + STARTED_BY_LENGTH_MAX + " characters long.");
        require(
                startedBy == null || startedBy.matches("[A-Za-z0-9_/:.@ -]*"),
                "startedBy contains invalid characters.");
        require(!"SERVICE".equals(propagate), "propagateTags SERVICE is only supported for the tasks of services.");
    }

    static void checkLaunchType(@Nullable String launchType) {
        if ("MANAGED_INSTANCES".equals(launchType)) {
            throw Refusals.unsupported(
                    "Gantry does not support the launch type " + launchType + ". Use EC2, FARGATE or EXTERNAL.");
        }
    }

    /**
     * @param mode of the definition
     * @param fargate where a public address may be asked for, which means nothing here: tasks reach what their node does
     */
    static void checkNetwork(@Nullable String mode, @Nullable NetworkConfiguration network, boolean fargate) {
        AwsVpcConfiguration vpc = network == null ? null : network.awsvpcConfiguration();
        if (!"awsvpc".equals(mode)) {
            require(
                    vpc == null,
                    "Network Configuration is not valid for the given networkMode of this task definition.");
            return;
        }
        if (vpc == null) {
            throw Refusals.invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
        }
        require(!vpc.subnets().isEmpty(), "subnets can not be empty.");
        require(vpc.subnets().size() <= SUBNETS_MAX, "subnets can have at most " + SUBNETS_MAX + " items.");
        require(
                fargate || !"ENABLED".equals(vpc.assignPublicIp()),
                "Assign public IP is not supported for this launch type.");
        if (!vpc.securityGroupsOrEmpty().isEmpty()) {
            throw Refusals.unsupported(
                    "Gantry does not support securityGroups: nothing would be kept out. Leave them out.");
        }
    }

    private static void checkVolumes(List<TaskVolumeConfiguration> volumes) {
        if (!volumes.isEmpty()) {
            throw Refusals.unsupported("Gantry does not support volumeConfigurations.");
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
