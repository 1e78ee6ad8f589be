package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.ecs.rollout.Action.Start;
import dev.gantry.controller.ecs.rollout.Action.StartIn;
import dev.gantry.controller.ecs.rollout.Action.StartOn;
import dev.gantry.controller.ecs.rollout.Action.Stop;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One look at one service: from what the planner wants to transactions. Made anew for each. */
final class ServicePass {

    /**
     * Tasks that one transaction starts, stops or counts: with events and the service, they stay
     * below its limit.
     */
    static final int MOVES_MAX = 96;

    /** Of one pass: looking at a service costs as much as it has tasks, so that many are started at each look. */
    private static final int TRANSACTIONS_MAX = 16;

    /** Of records that one transaction writes; the store takes some more. */
    private static final int BYTES_MAX = 1_000_000;

    private static final String STOP_CODE = "ServiceSchedulerInitiated";

    private final Snapshot snapshot;
    private final Versioned<EcsService> before;
    private final Surroundings surroundings;
    private final RolloutSettings settings;
    private final Instant now;
    private final EcsService.Builder service;
    private final List<Transaction> earlier = new ArrayList<>();
    private final ServiceEvents events;
    private final Announcements announcements;
    private final List<LiveTask> live;
    private final Course course;
    private final Set<String> steadyCohorts = new HashSet<>();

    /** By deployment; one for the whole pass, because it counts what it gives. */
    private final Map<String, ServiceShares> shares = new HashMap<>();

    private Transaction.Builder writes = Transaction.builder();
    private int moves;
    private int bytes;

    ServicePass(
            Snapshot snapshot,
            Versioned<EcsService> before,
            Surroundings surroundings,
            RolloutSettings settings,
            Instant now) {
        this.snapshot = snapshot;
        this.before = before;
        this.surroundings = surroundings;
        this.settings = settings;
        this.now = now;
        this.service = before.value().toBuilder();
        this.events = new ServiceEvents(snapshot, before.key());
        this.announcements = new Announcements(before.value().getName(), events.before(), settings, now);
        this.live = LiveTasks.of(snapshot, before.key());
        this.course = new Course(snapshot, before.value(), surroundings, now);
        this.bytes = before.value().getSerializedSize();
    }

    Outcome decide() {
        boolean allCounted = countFallen();
        Optional<Instant> wake = Optional.empty();
        if (allCounted) {
            course.begin(service.build());
            endIfFailed();
            Plan plan = plan();
            perform(plan.actions());
            progress(plan);
            tellUnplaced();
            wake = Stream.of(plan.wake(), announcements.retell(), course.wake(service.build()))
                    .flatMap(Optional::stream)
                    .min(Instant::compareTo);
        }
        RevisionImages.note(snapshot, service.build(), live, writes);
        if (service.getDeploymentsCount() > 0) {
            service.setServiceDeployment(course.record().getId());
        }
        course.write(writes);
        earlier.add(transaction());
        Outcome outcome = Outcome.write(earlier);
        return wake.map(outcome::orWakeAt).orElse(outcome);
    }

    /**
     * Takes note of tasks that stopped by themselves. False when there are more of them than fit.
     */
    private boolean countFallen() {
        List<Versioned<Workload>> all =
                snapshot.find(Kinds.FALLEN_WORKLOADS_BY_OWNER, before.key().path());
        List<Versioned<Workload>> fallen = all.subList(0, Math.min(MOVES_MAX, all.size()));
        for (Versioned<Workload> task : fallen) {
            writes.update(task, Workloads.noted(task.value()));
            moves++;
            bytes += task.value().getSerializedSize();
        }
        DeploymentList.all(service).forEach(deployment -> count(deployment, fallen));
        return fallen.size() == all.size();
    }

    private void count(EcsDeployment deployment, List<Versioned<Workload>> fallen) {
        EcsDeployment counted = Setbacks.counted(
                deployment,
                fallen.stream()
                        .map(Versioned::value)
                        .filter(task -> LiveTasks.deployment(task).equals(deployment.getId()))
                        .toList(),
                () -> live.stream()
                        .filter(task -> task.deployment().equals(deployment.getId()))
                        .map(task -> task.workload().value())
                        .toList(),
                settings,
                now);
        DeploymentList.change(service, deployment.getId(), _ -> counted);
        if (isNewest(counted.getId()) && Setbacks.isInconsistent(counted)) {
            announcements.inconsistent();
        }
    }

    private void endIfFailed() {
        EcsService current = service.build();
        CircuitBreaker breaker = DeploymentRules.of(service.getDocumentJson()).breaker();
        course.failure(current, breaker).ifPresent(failure -> {
            Rollback rollback = Rollback.of(current, failure, now);
            course.fail(current, failure, rollback.target());
            service.clear().mergeFrom(rollback.service());
            announcements.failed(current.getDeployments(0).getId(), failure.cause());
            rollback.target().ifPresent(good -> announcements.rollingBack(good.getId()));
        });
    }

    /** What each of the cohorts needs, as one plan. */
    private Plan plan() {
        if (course.isWaiting()) {
            return Plan.nothing();
        }
        DeploymentRules rules = DeploymentRules.of(service.getDocumentJson());
        if (service.getDaemon() && service.getDeploymentsCount() > 0) {
            return daemons(rules);
        }
        List<Plan> plans = new ArrayList<>();
        boolean routed = course.isRouted(service.build(), writes);
        List<Cohort> cohorts = Cohort.of(service.build(), course.record(), live, routed);
        for (Cohort cohort : cohorts) {
            Plan plan = plan(situation(cohort, rules), cohorts.size() == 1);
            plans.add(plan);
            if (plan.steady()) {
                steadyCohorts.add(cohort.deployment().getId());
            }
        }
        return Plan.all(plans);
    }

    /** @param alone whether it is about all tasks of the service */
    private Plan plan(Situation situation, boolean alone) {
        Optional<Plan> balancing = alone
                ? new Rebalance(snapshot, service, situation, announcements).plan(this::sample)
                : Optional.empty();
        return balancing.orElseGet(() -> ServicePlanner.plan(situation, new ScaleIn(snapshot)));
    }

    /** Nothing while the task definition cannot be used. */
    private Plan daemons(DeploymentRules rules) {
        Optional<List<DaemonSite>> sites = service.getStatus() == EcsService.Status.ACTIVE
                ? sample().map(task -> DaemonSites.of(snapshot, before.key().scope(), task))
                : Optional.of(List.of());
        sites.ifPresentOrElse(
                known -> service.setDesiredCount(DaemonPlanner.desired(known)),
                () -> announcements.unusable(service.getDeployments(0).getTaskDefinitionArn()));
        Cohort all = Cohort.of(service.build(), course.record(), live, course.isRouted(service.build(), writes))
                .getFirst();
        return sites.map(known -> DaemonPlanner.plan(situation(all, rules), known))
                .orElseGet(Plan::nothing);
    }

    /** One more task as it would be, which is not made. */
    private Optional<Workload> sample() {
        return surroundings
                .tasks()
                .task(snapshot, before, service.getDeployments(0), TaskNames.task(service.getUid(), -1), now);
    }

    private Situation situation(Cohort cohort, DeploymentRules rules) {
        return new Situation(
                rules.limits(cohort.desired()),
                rules,
                settings,
                cohort.deployment().getId(),
                Setbacks.notBefore(cohort.deployment(), settings, now),
                cohort.mayStart(),
                service.getStatus() == EcsService.Status.ACTIVE,
                cohort.tasks(),
                now);
    }

    private void perform(List<Action> actions) {
        List<String> started = new ArrayList<>();
        List<String> stopped = new ArrayList<>();
        for (Action action : actions) {
            switch (action) {
                case Start(String deployment, int count) -> start(Wanted.anywhere(deployment), count, started);
                case StartOn(String node) -> start(Wanted.on(newest(), node), 1, started);
                case StartIn(String zone) -> start(Wanted.in(newest(), zone), 1, started);
                case Stop(LiveTask task, String reason) -> {
                    if (hasRoom()) {
                        stop(task, reason);
                        stopped.add(task.id());
                        noteUnhealthy(task, reason);
                    }
                }
            }
        }
        if (!started.isEmpty()) {
            announcements.started(started);
        }
        if (!stopped.isEmpty()) {
            announcements.stopped(stopped);
        }
    }

    private void stop(LiveTask task, String reason) {
        Workload next = Workloads.stop(task.workload().value(), STOP_CODE, reason, now);
        writes.update(task.workload(), next);
        moves++;
        bytes += next.getSerializedSize();
    }

    private void noteUnhealthy(LiveTask task, String reason) {
        if (reason.equals(ServicePlanner.UNHEALTHY)) {
            DeploymentList.change(service, task.deployment(), failing -> Setbacks.unhealthy(failing, now));
        }
    }

    private String newest() {
        return service.getDeployments(0).getId();
    }

    private void start(Wanted wanted, int count, List<String> started) {
        EcsDeployment deployment = DeploymentList.all(service).stream()
                .filter(one -> one.getId().equals(wanted.deployment()))
                .findFirst()
                .orElseThrow();
        for (int i = 0; i < count; i++) {
            if (!hasRoom()) {
                if (earlier.size() + 1 >= TRANSACTIONS_MAX) {
                    return;
                }
                begun(started);
            }
            if (!startOne(wanted, deployment, started)) {
                return;
            }
        }
    }

    private boolean startOne(Wanted wanted, EcsDeployment deployment, List<String> started) {
        String id = TaskNames.task(service.getUid(), service.getNextTask());
        ServiceShares ofIt =
                shares.computeIfAbsent(deployment.getId(), _ -> new ServiceShares(snapshot, deployment, live));
        Optional<Workload> made =
                surroundings.tasks().task(snapshot, before, deployment, id, now).flatMap(ofIt::meant);
        if (made.isEmpty()) {
            announcements.unusable(deployment.getTaskDefinitionArn());
            return false;
        }
        Workload task = made.get().toBuilder()
                .setId(id)
                .setScope(before.key().scope())
                .setOwner(before.key().path())
                .setCreatedAtMs(now.toEpochMilli())
                .setSpec(TaskFactory.meant(made.get().getSpec(), wanted.where(), wanted.node(), service.getDaemon()))
                .build();
        if (!LiveTasks.deployment(task).equals(deployment.getId())) {
            throw new IllegalStateException("a task of " + deployment.getId() + " was made without saying so");
        }
        Key<Workload> key = Kinds.WORKLOAD.key(before.key().scope(), id);
        // Rewritten with every task, so that two passes that overlap cannot both make one.
        service.setNextTask(service.getNextTask() + 1);
        writes.create(key, task);
        moves++;
        bytes += task.getSerializedSize();
        started.add(id);
        return true;
    }

    /** Ends a transaction that is full; the next one writes the service again. */
    private void begun(List<String> started) {
        if (!started.isEmpty()) {
            announcements.started(started);
            started.clear();
        }
        course.guard(writes);
        earlier.add(transaction());
        writes = Transaction.builder();
        moves = 0;
        bytes = before.value().getSerializedSize();
    }

    private boolean hasRoom() {
        return moves < MOVES_MAX && bytes < BYTES_MAX;
    }

    /** What the state of the tasks means for deployments and the service itself. */
    private void progress(Plan plan) {
        if (plan.blocked()) {
            announcements.blocked();
        }
        plan.held().forEach(announcements::held);
        if (service.getStatus() == EcsService.Status.DRAINING) {
            service.setSteady(false);
            if (live.isEmpty()) {
                service.setStatus(EcsService.Status.INACTIVE).setDeletedAtMs(now.toEpochMilli());
            }
            return;
        }
        if (service.getTaskSetsCount() > 0) {
            TaskSets.note(service, steadyCohorts, inUse(), now);
        }
        if (service.getDeploymentsCount() == 0) {
            return;
        }
        boolean failed = service.getDeployments(0).getRolloutState() == EcsDeployment.RolloutState.FAILED;
        course.advance(service.build(), plan.reconciled(), plan.settled());
        if (plan.completed()) {
            course.reach();
        }
        if (plan.completed() && course.mayComplete() && !failed) {
            DeploymentList.complete(service, now).ifPresent(announcements::completed);
            course.complete(service.build());
        } else if (service.getDeploymentsCount() > 1) {
            DeploymentList.forgetEmpty(service, inUse());
        }
        boolean steady =
                plan.steady() && service.getDeployments(0).getRolloutState() == EcsDeployment.RolloutState.COMPLETED;
        if (steady && !service.getSteady()) {
            announcements.steady();
        }
        service.setSteady(steady);
    }

    /** The deployments that have tasks. */
    private Set<String> inUse() {
        return live.stream().map(LiveTask::deployment).collect(Collectors.toSet());
    }

    private boolean isNewest(String deployment) {
        return service.getDeploymentsCount() == 0
                || service.getDeployments(0).getId().equals(deployment);
    }

    private void tellUnplaced() {
        live.stream()
                .filter(task -> !task.isPlaced() && task.isAlive())
                .map(task -> task.workload().value().getPlacement().getUnplacedReason())
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .ifPresent(announcements::unplaced);
    }

    private Transaction transaction() {
        events.write(announcements.take(), service, writes, now);
        EcsService next = service.build();
        if (!next.equals(before.value())) {
            writes.update(before, next);
        } else if (!writes.isEmpty()) {
            writes.guard(before);
        }
        return writes.build();
    }
}
