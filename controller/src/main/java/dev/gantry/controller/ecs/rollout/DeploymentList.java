package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsDeployment.RolloutState;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceOrBuilder;
import dev.gantry.proto.EcsTaskSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Which deployments a service has: those that have tasks, or will be needed. */
final class DeploymentList {

    private DeploymentList() {}

    /** Every deployment that tasks can be of, those of task sets among them. */
    static List<EcsDeployment> all(EcsServiceOrBuilder service) {
        List<EcsDeployment> all = new ArrayList<>(service.getDeploymentsList());
        service.getTaskSetsList().forEach(set -> all.add(set.getDeployment()));
        return all;
    }

    /** Changes the deployment with this id, if it is there yet. */
    static void change(EcsService.Builder service, String id, UnaryOperator<EcsDeployment> change) {
        for (int i = 0; i < service.getDeploymentsCount(); i++) {
            if (service.getDeployments(i).getId().equals(id)) {
                service.setDeployments(i, change.apply(service.getDeployments(i)));
            }
        }
        for (EcsTaskSet.Builder set : service.getTaskSetsBuilderList()) {
            if (set.getDeployment().getId().equals(id)) {
                set.setDeployment(change.apply(set.getDeployment()));
            }
        }
    }

    /** Leaves the newest one alone, completed; answers its id unless it had been so before. */
    static Optional<String> complete(EcsService.Builder service, Instant now) {
        EcsDeployment newest = service.getDeployments(0);
        if (newest.getRolloutState() == RolloutState.COMPLETED && service.getDeploymentsCount() == 1) {
            return Optional.empty();
        }
        EcsDeployment completed = newest.toBuilder()
                .setRolloutState(RolloutState.COMPLETED)
                .setRolloutStateReason("ECS deployment " + newest.getId() + " completed.")
                .setUpdatedAtMs(now.toEpochMilli())
                .build();
        service.clearDeployments().addDeployments(completed);
        return Optional.of(newest.getId());
    }

    /**
     * A deployment that was superseded goes when its last task is gone, but the last good one stays
     * to go back to, and one that failed stays to be seen while it is taken back.
     *
     * @param inUse ids of deployments that have tasks
     */
    static void forgetEmpty(EcsService.Builder service, Set<String> inUse) {
        List<EcsDeployment> kept = new ArrayList<>();
        boolean goodKept = false;
        for (EcsDeployment deployment : service.getDeploymentsList()) {
            boolean good = Rollback.isGood(deployment);
            boolean takenBack =
                    deployment.getId().equals(service.getDeployments(0).getRollbackOf());
            if (kept.isEmpty() || inUse.contains(deployment.getId()) || takenBack || (good && !goodKept)) {
                kept.add(deployment);
                goodKept |= good;
            }
        }
        service.clearDeployments().addAllDeployments(kept);
    }
}
