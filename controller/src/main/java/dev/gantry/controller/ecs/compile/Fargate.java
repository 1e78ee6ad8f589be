package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.EphemeralStorage;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.TaskOverride;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.proto.EcsTask;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tasks on Fargate, which here are tasks on the nodes that offer it. */
public final class Fargate {

    public static final String LAUNCH_TYPE = "FARGATE";

    /** What Linux tasks run on, whichever version was asked for. */
    public static final String PLATFORM_FAMILY = "Linux";

    private static final String LATEST = "LATEST";
    private static final String NEWEST = "1.4.0";
    private static final Set<String> VERSIONS = Set.of(LATEST, NEWEST, "1.3.0");
    private static final int STORAGE_GIB = 20;

    private Fargate() {}

    /** Refuses to launch on Fargate what could not have been registered for it, and versions that there are not. */
    public static void check(RegisterTaskDefinitionRequest definition, @Nullable String platformVersion) {
        if (platformVersion != null && !VERSIONS.contains(platformVersion)) {
            throw new AwsException("PlatformUnknownException", "The specified platform version does not exist.");
        }
        try {
            FargateRules.check(definition.toBuilder()
                    .requiresCompatibilities(List.of(LAUNCH_TYPE))
                    .build());
        } catch (AwsException unfit) {
            throw definition.requiresCompatibilitiesOrEmpty().contains(LAUNCH_TYPE)
                    ? unfit
                    : Refusals.invalid("Task definition does not support launch_type FARGATE.");
        }
    }

    /** What such a task shows of its platform. */
    public static void describe(
            EcsTask.Builder origin,
            RegisterTaskDefinitionRequest definition,
            @Nullable TaskOverride override,
            @Nullable String platformVersion) {
        boolean newest = platformVersion == null || platformVersion.equals(LATEST);
        EphemeralStorage given = override == null || override.ephemeralStorage() == null
                ? definition.ephemeralStorage()
                : override.ephemeralStorage();
        origin.setLaunchType(LAUNCH_TYPE)
                .setPlatformVersion(newest ? NEWEST : platformVersion)
                .setEphemeralStorageGib(given == null ? STORAGE_GIB : given.sizeInGiB());
    }
}
