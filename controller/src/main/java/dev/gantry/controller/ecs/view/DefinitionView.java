package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.Attribute;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.TaskDefinition;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.proto.EcsTaskDefinition;
import java.util.List;

/** A task definition as DescribeTaskDefinition shows it. */
public record DefinitionView(Arns arns) {

    public TaskDefinition definition(EcsTaskDefinition record) {
        RegisterTaskDefinitionRequest document =
                EcsJson.read(record.getDocumentJson(), RegisterTaskDefinitionRequest.class);
        boolean fargate =
                "awsvpc".equals(document.networkMode()) && document.cpu() != null && document.memory() != null;
        boolean external = !"awsvpc".equals(document.networkMode());
        return TaskDefinition.builder()
                .taskDefinitionArn(arns.taskDefinition(record.getFamily(), record.getRevision()))
                .family(record.getFamily())
                .revision(record.getRevision())
                .status(record.getStatus().name())
                .containerDefinitions(document.containerDefinitions())
                .volumes(document.volumesOrEmpty())
                .networkMode(document.networkMode())
                .taskRoleArn(document.taskRoleArn())
                .executionRoleArn(document.executionRoleArn())
                .placementConstraints(document.placementConstraintsOrEmpty())
                .requiresCompatibilities(document.requiresCompatibilities())
                .compatibilities(
                        fargate ? List.of("EC2", "FARGATE") : external ? List.of("EXTERNAL", "EC2") : List.of("EC2"))
                .requiresAttributes(record.getRequiredAttributesList().stream()
                        .map(name -> Attribute.builder().name(name).build())
                        .toList())
                .runtimePlatform(document.runtimePlatform())
                .cpu(document.cpu())
                .memory(document.memory())
                .pidMode(document.pidMode())
                .ipcMode(document.ipcMode())
                .proxyConfiguration(document.proxyConfiguration())
                .inferenceAccelerators(document.inferenceAccelerators())
                .ephemeralStorage(document.ephemeralStorage())
                .enableFaultInjection(document.enableFaultInjection())
                .registeredAt(Shown.time(record.getRegisteredAtMs()))
                .deregisteredAt(Shown.time(record.getDeregisteredAtMs()))
                .deleteRequestedAt(Shown.time(record.getDeleteRequestedAtMs()))
                .registeredBy(Shown.text(record.getRegisteredBy()))
                .build();
    }
}
