package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.DaemonTaskDefinition;
import dev.gantry.aws.ecs.DaemonTaskDefinitionSummary;
import dev.gantry.aws.ecs.RegisterDaemonTaskDefinitionRequest;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.resource.Deployed;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.store.Snapshot;

/** A daemon task definition as DescribeDaemonTaskDefinition shows it. */
public record DaemonDefinitionView(Arns arns) {

    public String arn(EcsTaskDefinition record) {
        return arns.daemonTaskDefinition(record.getFamily(), record.getRevision());
    }

    public DaemonTaskDefinition definition(Snapshot snapshot, EcsTaskDefinition record) {
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
                .status(status(snapshot, record))
                .registeredAt(Shown.time(record.getRegisteredAtMs()))
                .deleteRequestedAt(Shown.time(record.getDeleteRequestedAtMs()))
                .registeredBy(Shown.text(record.getRegisteredBy()))
                .build();
    }

    /** What a list shows of it. */
    public DaemonTaskDefinitionSummary summary(Snapshot snapshot, EcsTaskDefinition record) {
        return DaemonTaskDefinitionSummary.builder()
                .arn(arn(record))
                .registeredAt(Shown.time(record.getRegisteredAtMs()))
                .registeredBy(Shown.text(record.getRegisteredBy()))
                .deleteRequestedAt(Shown.time(record.getDeleteRequestedAtMs()))
                .status(status(snapshot, record))
                .build();
    }

    /** What was deleted is gone for its users when no daemon runs it any more, though it is described for a while. */
    public String status(Snapshot snapshot, EcsTaskDefinition record) {
        if (record.getStatus() != EcsTaskDefinition.Status.DELETE_IN_PROGRESS) {
            return record.getStatus().name();
        }
        String arn = arn(record);
        return Deployed.isDeployed(snapshot, Kinds.ECS_DAEMON, arn::equals)
                ? record.getStatus().name()
                : "DELETED";
    }
}
