package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.CapacityProvider;
import dev.gantry.aws.ecs.CreateCapacityProviderRequest;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.proto.EcsCapacityProvider;
import dev.gantry.proto.EcsCapacityProvider.UpdateStatus;
import java.util.List;

/** A capacity provider as DescribeCapacityProviders shows it. */
public record ProviderView(Arns arns) {

    /** @param tags whether the tags are shown */
    public CapacityProvider provider(EcsCapacityProvider record, boolean tags) {
        CreateCapacityProviderRequest document =
                EcsJson.read(record.getDocumentJson(), CreateCapacityProviderRequest.class);
        return CapacityProvider.builder()
                .capacityProviderArn(arns.capacityProvider(record.getName()))
                .name(record.getName())
                .status(record.getActive() ? "ACTIVE" : "INACTIVE")
                .autoScalingGroupProvider(document.autoScalingGroupProvider())
                .updateStatus(
                        record.getUpdateStatus() == UpdateStatus.NONE
                                ? null
                                : record.getUpdateStatus().name())
                .tags(tags ? Tags.list(record.getTagsMap()) : List.of())
                .type("EC2_AUTOSCALING")
                .build();
    }

    /** One of the two that are always there. */
    public CapacityProvider fargate(String name) {
        return CapacityProvider.builder()
                .capacityProviderArn(arns.capacityProvider(name))
                .name(name)
                .status("ACTIVE")
                .tags(List.of())
                .type(name)
                .build();
    }
}
