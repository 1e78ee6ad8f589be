package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.ContinueServiceDeploymentRequest;
import dev.gantry.aws.ecs.ContinueServiceDeploymentResponse;
import dev.gantry.aws.ecs.StopServiceDeploymentRequest;
import dev.gantry.aws.ecs.StopServiceDeploymentResponse;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.rollout.Rollback;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceDeployment.Hook;
import dev.gantry.proto.EcsServiceDeployment.HookStatus;
import dev.gantry.proto.EcsServiceDeployment.Status;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.InstantSource;
import java.util.stream.IntStream;

/** Stops service deployments, takes them back, and lets them go on: writes what is wanted, and leaves the rest to the planner. */
final class ServiceDeploymentOperations {

    private final Writes writes;
    private final EcsLookup lookup;
    private final InstantSource clock;

    ServiceDeploymentOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.clock = parts.clock();
    }

    StopServiceDeploymentResponse stop(StopServiceDeploymentRequest request) throws InterruptedException {
        Status wanted = "ABORT".equals(request.stopType()) ? Status.STOP_REQUESTED : Status.ROLLBACK_REQUESTED;
        return writes.decide(snapshot -> {
            Versioned<EcsServiceDeployment> record = find(snapshot, request.serviceDeploymentArn());
            StopServiceDeploymentResponse answer = StopServiceDeploymentResponse.builder()
                    .serviceDeploymentArn(request.serviceDeploymentArn())
                    .build();
            Status status = record.value().getStatus();
            if (status == wanted) {
                return Decision.nothing(_ -> answer);
            }
            if (status != Status.PENDING && status != Status.IN_PROGRESS) {
                throw Refusals.conflict("The service deployment cannot be stopped because it is " + status + ".");
            }
            if (wanted == Status.ROLLBACK_REQUESTED && !canGoBack(snapshot, record.value())) {
                throw Refusals.conflict("The service deployment cannot be rolled back because the service has no"
                        + " completed service revision to go back to. Use the stop type ABORT.");
            }
            EcsServiceDeployment stopping = record.value().toBuilder()
                    .setStatus(wanted)
                    .setUpdatedAtMs(clock.millis())
                    .build();
            return new Decision<>(Transaction.builder().update(record, stopping).build(), _ -> answer);
        });
    }

    ContinueServiceDeploymentResponse proceed(ContinueServiceDeploymentRequest request) throws InterruptedException {
        HookStatus said = "ROLLBACK".equals(request.action()) ? HookStatus.FAILED : HookStatus.SUCCEEDED;
        return writes.decide(snapshot -> {
            Versioned<EcsServiceDeployment> record = find(snapshot, request.serviceDeploymentArn());
            EcsServiceDeployment before = record.value();
            ContinueServiceDeploymentResponse answer = ContinueServiceDeploymentResponse.builder()
                    .serviceDeploymentArn(request.serviceDeploymentArn())
                    .build();
            int index = IntStream.range(0, before.getHooksCount())
                    .filter(i -> before.getHooks(i).getId().equals(request.hookId()))
                    .findFirst()
                    .orElseThrow(() -> Refusals.invalid(
                            "The service deployment has no lifecycle hook with the ID " + request.hookId() + "."));
            Hook hook = before.getHooks(index);
            if (before.getStatus() == Status.IN_PROGRESS && hook.getStatus() == said) {
                return Decision.nothing(_ -> answer);
            }
            if (before.getStatus() != Status.IN_PROGRESS || hook.getStatus() != HookStatus.AWAITING_ACTION) {
                throw Refusals.invalid("The lifecycle hook " + request.hookId() + " does not await an action: it is "
                        + hook.getStatus() + ", and the service deployment is " + before.getStatus() + ".");
            }
            EcsServiceDeployment.Builder after = before.toBuilder().setUpdatedAtMs(clock.millis());
            after.getHooksBuilder(index).setStatus(said);
            return new Decision<>(
                    Transaction.builder().update(record, after.build()).build(), _ -> answer);
        });
    }

    private Versioned<EcsServiceDeployment> find(Snapshot snapshot, String arn) {
        return snapshot.get(ServiceDeploymentLists.deploymentKey(lookup, arn))
                .orElseThrow(Refusals::serviceDeploymentNotFound);
    }

    private static boolean canGoBack(Snapshot snapshot, EcsServiceDeployment record) {
        return snapshot.get(Kinds.ECS_SERVICE.key(record.getCluster(), record.getService()))
                .map(Versioned::value)
                .filter(service -> service.getStatus() == EcsService.Status.ACTIVE)
                .filter(service -> Rollback.target(service).isPresent())
                .isPresent();
    }
}
