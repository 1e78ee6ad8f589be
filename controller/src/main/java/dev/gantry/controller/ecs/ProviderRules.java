package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.AutoScalingGroupProvider;
import dev.gantry.aws.ecs.AutoScalingGroupProviderUpdate;
import dev.gantry.aws.ecs.CreateCapacityProviderRequest;
import dev.gantry.aws.ecs.ManagedScaling;
import dev.gantry.aws.ecs.UpdateCapacityProviderRequest;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.document.EcsName.ProviderName;
import dev.gantry.controller.ecs.document.Refusals;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a capacity provider's document must keep, and what it says when nothing was said. */
final class ProviderRules {

    private static final String DISABLED = "DISABLED";
    private static final String ENABLED = "ENABLED";

    private ProviderRules() {}

    /** The document of a new one, with defaults and without what is stored beside it. */
    static CreateCapacityProviderRequest checked(CreateCapacityProviderRequest request) {
        String lower = request.name().toLowerCase(Locale.ROOT);
        require(
                ProviderName.isValid(request.name())
                        && Stream.of("aws", "ecs", "fargate").noneMatch(lower::startsWith),
                "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters"
                        + " (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with"
                        + " \"aws\", \"ecs\", or \"fargate\". Specify a valid name and try again.");
        if (request.managedInstancesProvider() != null) {
            throw Refusals.unsupported("Gantry does not support managedInstancesProvider: it starts no machines. Let"
                    + " machines join with the attribute " + Provider.POOL + " and use autoScalingGroupProvider.");
        }
        require(request.cluster() == null, "cluster can only be specified with managedInstancesProvider.");
        AutoScalingGroupProvider group = request.autoScalingGroupProvider();
        if (group == null) {
            throw Refusals.invalid("autoScalingGroupProvider must be specified.");
        }
        String pool = Provider.pool(group.autoScalingGroupArn());
        require(
                pool.matches("[^'\"]{1,128}") && pool.equals(pool.strip()),
                "The specified Auto Scaling group ARN is invalid: '" + group.autoScalingGroupArn()
                        + "'. Specify an ARN or a name of at most 128 characters without quotes and try again.");
        return request.toBuilder()
                .tags(null)
                .autoScalingGroupProvider(filled(group))
                .build();
    }

    static String pool(CreateCapacityProviderRequest document) {
        AutoScalingGroupProvider group = document.autoScalingGroupProvider();
        return group == null ? "" : Provider.pool(group.autoScalingGroupArn());
    }

    static CreateCapacityProviderRequest merged(
            CreateCapacityProviderRequest document, UpdateCapacityProviderRequest update) {
        AutoScalingGroupProvider group = document.autoScalingGroupProvider();
        AutoScalingGroupProviderUpdate change = update.autoScalingGroupProvider();
        if (group == null || change == null) {
            throw Refusals.invalid("autoScalingGroupProvider must be specified.");
        }
        AutoScalingGroupProvider.Builder merged = group.toBuilder();
        if (change.managedScaling() != null) {
            merged.managedScaling(overlaid(group.managedScaling(), change.managedScaling()));
        }
        if (change.managedTerminationProtection() != null) {
            merged.managedTerminationProtection(change.managedTerminationProtection());
        }
        if (change.managedDraining() != null) {
            merged.managedDraining(change.managedDraining());
        }
        return document.toBuilder()
                .autoScalingGroupProvider(filled(merged.build()))
                .build();
    }

    private static AutoScalingGroupProvider filled(AutoScalingGroupProvider group) {
        ManagedScaling scaling = overlaid(
                ManagedScaling.builder()
                        .status(group.managedScaling() == null ? DISABLED : ENABLED)
                        .targetCapacity(100)
                        .minimumScalingStepSize(1)
                        .maximumScalingStepSize(10_000)
                        .instanceWarmupPeriod(300)
                        .build(),
                group.managedScaling());
        int least = scaling.minimumScalingStepSize() == null ? 1 : scaling.minimumScalingStepSize();
        int most = scaling.maximumScalingStepSize() == null ? least : scaling.maximumScalingStepSize();
        require(
                least <= most,
                "minimumScalingStepSize " + least + " must not be larger than maximumScalingStepSize " + most + ".");
        String protection = or(group.managedTerminationProtection(), DISABLED);
        require(
                !protection.equals(ENABLED) || ENABLED.equals(scaling.status()),
                "The managed termination protection setting for the capacity provider is invalid. To enable managed"
                        + " termination protection for a capacity provider, managed scaling must be enabled.");
        return group.toBuilder()
                .managedScaling(scaling)
                .managedTerminationProtection(protection)
                .managedDraining(or(group.managedDraining(), ENABLED))
                .build();
    }

    private static ManagedScaling overlaid(@Nullable ManagedScaling base, @Nullable ManagedScaling over) {
        ManagedScaling under = base == null ? ManagedScaling.builder().build() : base;
        if (over == null) {
            return under;
        }
        return ManagedScaling.builder()
                .status(over.status() == null ? under.status() : over.status())
                .targetCapacity(or(over.targetCapacity(), under.targetCapacity()))
                .minimumScalingStepSize(or(over.minimumScalingStepSize(), under.minimumScalingStepSize()))
                .maximumScalingStepSize(or(over.maximumScalingStepSize(), under.maximumScalingStepSize()))
                .instanceWarmupPeriod(or(over.instanceWarmupPeriod(), under.instanceWarmupPeriod()))
                .build();
    }

    private static String or(@Nullable String given, String otherwise) {
        return given == null ? otherwise : given;
    }

    private static @Nullable Integer or(@Nullable Integer given, @Nullable Integer otherwise) {
        return given == null ? otherwise : given;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
