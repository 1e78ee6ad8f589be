package dev.gantry.controller.ecs.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsDeployment.RolloutState;
import dev.gantry.proto.EcsService;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A service whose newest deployment has failed. It goes back to the last revision that was completed, as it is: tasks of that
 * one that still run are kept, and so it is there the sooner the less was exchanged.
 *
 * @param target the deployment that the service goes back to, as it was; empty when the service stalls
 */
public record Rollback(EcsService service, Optional<EcsDeployment> target) {

    private static final List<String> OF_REVISIONS = List.of(
            DaemonDocument.MEMBER,
            "launchType",
            "capacityProviderStrategy",
            "platformVersion",
            "networkConfiguration",
            "loadBalancers",
            "serviceRegistries",
            "serviceConnectConfiguration",
            "volumeConfigurations",
            "vpcLatticeConfigurations");

    static Rollback of(EcsService service, Failure failure, Instant now) {
        EcsDeployment newest = service.getDeployments(0);
        EcsService.Builder after = service.toBuilder();
        after.getDeploymentsBuilder(0)
                .setRolloutState(RolloutState.FAILED)
                .setRolloutStateReason(failure.reason())
                .setUpdatedAtMs(now.toEpochMilli());
        Optional<EcsDeployment> target = failure.rollback() ? target(service) : Optional.empty();
        target.ifPresent(good -> {
            ByteString document = taken(service.getDocumentJson(), good.getDocumentJson(), good);
            after.setDocumentJson(document)
                    .removeDeployments(service.getDeploymentsList().indexOf(good))
                    .addDeployments(0, back(newest, good, document, failure, now));
        });
        return new Rollback(after.build(), target);
    }

    /** The one to go back to. A rollback that fails as well stalls, because it would be tried for ever. */
    public static Optional<EcsDeployment> target(EcsService service) {
        return service.getDeploymentsCount() > 0
                        && service.getDeployments(0).getRollbackOf().isEmpty()
                ? service.getDeploymentsList().stream()
                        .skip(1)
                        .filter(Rollback::isGood)
                        .findFirst()
                : Optional.empty();
    }

    /** Whether a deployment was completed: one that was gone back to had been before. */
    static boolean isGood(EcsDeployment deployment) {
        return deployment.getRolloutState() == RolloutState.COMPLETED
                || (deployment.getRolloutState() == RolloutState.IN_PROGRESS
                        && !deployment.getRollbackOf().isEmpty());
    }

    private static EcsDeployment back(
            EcsDeployment failed, EcsDeployment good, ByteString document, Failure failure, Instant now) {
        return good.toBuilder()
                .setUpdatedAtMs(now.toEpochMilli())
                .setRolloutState(RolloutState.IN_PROGRESS)
                .setRolloutStateReason(failure.goingBackTo(good.getId()))
                .setDocumentJson(document)
                .setRollbackOf(failed.getId())
                .clearFailedTasks()
                .clearUnhealthyTasks()
                .clearSetbacks()
                .clearNotBeforeMs()
                .clearFailedAtMs()
                .build();
    }

    /**
     * The service's document with what belongs to a revision taken back. What does not, such as the desired count and the
     * limits, stays as it is.
     */
    private static ByteString taken(ByteString service, ByteString revision, EcsDeployment good) {
        ObjectNode document = EcsJson.members(service);
        if (!revision.isEmpty()) {
            ObjectNode old = EcsJson.members(revision);
            document.remove(OF_REVISIONS);
            OF_REVISIONS.stream().filter(old::has).forEach(name -> document.set(name, old.get(name)));
        }
        return EcsJson.bytes(document.put("taskDefinition", good.getTaskDefinitionArn()));
    }
}
