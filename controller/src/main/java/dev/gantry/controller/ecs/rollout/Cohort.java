package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsDeployment.RolloutState;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceDeployment.Stage;
import dev.gantry.proto.EcsTaskSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tasks of a service that are planned for together: so many of them shall be of one deployment, and none of another.
 *
 * @param deployment the one that its tasks shall be of
 * @param mayStart whether more may be made
 */
record Cohort(EcsDeployment deployment, int desired, boolean mayStart, List<LiveTask> tasks) {

    /**
     * Into which cohorts a service's tasks fall. As a rule it is one, in which the newest deployment takes the place of others; while
     * a strategy keeps two revisions side by side, each has its own, and what is of neither goes.
     *
     * @param routed whether the requests go where they shall: before that, nothing goes that may get some
     */
    static List<Cohort> of(EcsService service, EcsServiceDeployment record, List<LiveTask> live, boolean routed) {
        if (service.getExternal() && service.getStatus() == EcsService.Status.ACTIVE) {
            return ofTaskSets(service, live);
        }
        if (service.getDeploymentsCount() == 0) {
            return List.of(new Cohort(EcsDeployment.getDefaultInstance(), 0, false, live));
        }
        EcsDeployment newest = service.getDeployments(0);
        boolean active = service.getStatus() == EcsService.Status.ACTIVE;
        boolean mayStart = active && newest.getRolloutState() != RolloutState.FAILED;
        int desired = active ? service.getDesiredCount() : 0;
        if (active && !routed && !newest.getRollbackOf().isEmpty()) {
            return goingBack(service, live);
        }
        if (!active || !isSideBySide(service, record)) {
            return List.of(new Cohort(newest, desired, mayStart, live));
        }
        int wanted = record.getStage().compareTo(Stage.SCALE_UP) < 0 ? 0 : desired;
        Optional<EcsDeployment> source = source(service);
        List<Cohort> cohorts = new ArrayList<>();
        cohorts.add(new Cohort(newest, wanted, mayStart, of(newest, live)));
        source.ifPresent(old -> cohorts.add(new Cohort(old, desired, true, of(old, live))));
        List<LiveTask> others = live.stream()
                .filter(task -> !task.deployment().equals(newest.getId()))
                .filter(task -> source.isEmpty()
                        || !task.deployment().equals(source.get().getId()))
                .toList();
        if (!others.isEmpty() && routed) {
            cohorts.add(new Cohort(newest, 0, false, others));
        }
        return cohorts;
    }

    /** The revision that the service goes back to, and the one that failed, which stays as it is. */
    private static List<Cohort> goingBack(EcsService service, List<LiveTask> live) {
        EcsDeployment good = service.getDeployments(0);
        List<Cohort> cohorts = new ArrayList<>();
        cohorts.add(new Cohort(good, service.getDesiredCount(), true, of(good, live)));
        service.getDeploymentsList().stream()
                .filter(one -> one.getId().equals(good.getRollbackOf()))
                .map(failed -> new Cohort(failed, service.getDesiredCount(), false, of(failed, live)))
                .forEach(cohorts::add);
        return cohorts;
    }

    /** One for each task set, and one of what belongs to none, which goes. */
    private static List<Cohort> ofTaskSets(EcsService service, List<LiveTask> live) {
        List<Cohort> cohorts = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (EcsTaskSet set : service.getTaskSetsList()) {
            EcsDeployment deployment = set.getDeployment();
            known.add(deployment.getId());
            cohorts.add(
                    new Cohort(deployment, TaskSets.desired(service, set), !set.getDraining(), of(deployment, live)));
        }
        cohorts.add(new Cohort(
                EcsDeployment.getDefaultInstance(),
                0,
                false,
                live.stream().filter(task -> !known.contains(task.deployment())).toList()));
        return cohorts;
    }

    /** The deployment that keeps serving while the newest one is made: the last good one, or the best that is there. */
    static Optional<EcsDeployment> source(EcsService service) {
        List<EcsDeployment> older = service.getDeploymentsList().subList(1, service.getDeploymentsCount());
        return older.stream()
                .filter(Rollback::isGood)
                .findFirst()
                .or(() -> older.stream().findFirst());
    }

    /** Whether the newest deployment is not to take the place of what was there before, not yet at least. */
    private static boolean isSideBySide(EcsService service, EcsServiceDeployment record) {
        boolean isCurrent = record.getTarget().equals(DeploymentNames.revision(service.getDeployments(0)));
        return isCurrent && record.getStage() != Stage.STAGE_NONE && record.getStage() != Stage.CLEAN_UP;
    }

    private static List<LiveTask> of(EcsDeployment deployment, List<LiveTask> live) {
        return live.stream()
                .filter(task -> task.deployment().equals(deployment.getId()))
                .toList();
    }
}
