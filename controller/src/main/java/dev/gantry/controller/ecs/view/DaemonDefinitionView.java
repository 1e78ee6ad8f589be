package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.DaemonTaskDefinition;
import dev.gantry.aws.ecs.DaemonTaskDefinitionSummary;
import dev.gantry.aws.ecs.RegisterDaemonTaskDefinitionRequest;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.proto.EcsTaskDefinition;

/** A daemon task definition as DescribeDaemonTaskDefinition shows it. */
public record DaemonDefinitionView(Arns arns) {

    public String arn(EcsTaskDefinition record) {
        return arns.daemonTaskDefinition(record.getFamily(), record.getRevision());
    }

    public DaemonTaskDefinition definition(EcsTaskDefinition record) {
        RegisterDaemonTaskDefinitionRequest document =
                EcsJson.read(record.getDocumentJson(), RegisterDaemonTaskDefinitionRequest.class);
        return DaemonTaskDefinition.builder()
                .daemonTaskDefinitionArn(arn(record))
                .family(record.getFamily())
                .revision(record.getRevision())
                .taskRoleArn(document.taskRoleArn())
                .executionRoleArn(document.executionRoleArn())
                .containerDefinitions(document.containerDefinitions())
                .volumes(document.volumesOrEmpty())
                .cpu(document.cpu())
                .memory(document.memory())
                .status(record.getStatus().name())
                .registeredAt(Shown.time(record.getRegisteredAtMs()))
                .deleteRequestedAt(Shown.time(record.getDeleteRequestedAtMs()))
                .registeredBy(Shown.text(record.getRegisteredBy()))
                .build();
    }

    /** What a list shows of it. */
    public DaemonTaskDefinitionSummary summary(EcsTaskDefinition record) {
        return DaemonTaskDefinitionSummary.builder()
                .arn(arn(record))
                .registeredAt(Shown.time(record.getRegisteredAtMs()))
                .registeredBy(Shown.text(record.getRegisteredBy()))
                .deleteRequestedAt(Shown.time(record.getDeleteRequestedAtMs()))
                .status(record.getStatus().name())
                .build();
    }
}
