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
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    private final TaskFactory factory;
    private final RolloutSettings settings;
    private final Instant now;
    private final EcsService.Builder service;
    private final List<Transaction> earlier = new ArrayList<>();
    private final ServiceEvents events;
    private final Announcements announcements;
    private final List<LiveTask> live;
    private Transaction.Builder writes = Transaction.builder();
    private @Nullable ServiceShares shares;
    private int moves;
    private int bytes;

    ServicePass(
            Snapshot snapshot,
            Versioned<EcsService> before,
            TaskFactory factory,
            RolloutSettings settings,
            Instant now) {
        this.snapshot = snapshot;
        this.before = before;
        this.factory = factory;
        this.settings = settings;
        this.now = now;
        this.service = before.value().toBuilder();
        this.events = new ServiceEvents(snapshot, before.key());
        this.announcements = new Announcements(before.value().getName(), events.before(), settings, now);
        this.live = LiveTasks.of(snapshot, before.key());
        this.bytes = before.value().getSerializedSize();
    }

    Outcome decide() {
        boolean allCounted = countFallen();
        Optional<Instant> wake = Optional.empty();
        if (allCounted) {
            breakCircuit();
            Optional<Plan> made = plan();
            made.ifPresent(plan -> {
                perform(plan.actions());
                progress(plan);
                tellUnplaced();
            });
            wake = Stream.of(made.flatMap(Plan::wake), announcements.retell())
                    .flatMap(Optional::stream)
                    .min(Instant::compareTo);
        }
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
        if (service.getDeploymentsCount() > 0) {
            EcsDeployment newest = service.getDeployments(0);
            EcsDeployment counted = Setbacks.counted(
                    newest,
                    fallen.stream()
                            .filter(task -> LiveTasks.deployment(task.value()).equals(newest.getId()))
                            .map(Versioned::value)
                            .toList(),
                    () -> live.stream()
                            .filter(task -> task.deployment().equals(newest.getId()))
                            .map(task -> task.workload().value())
                            .toList(),
                    settings,
                    now);
            service.setDeployments(0, counted);
            if (Setbacks.isInconsistent(counted)) {
                announcements.inconsistent();
            }
        }
        return fallen.size() == all.size();
    }

    private void breakCircuit() {
        DeploymentRules.of(service.getDocumentJson())
                .breaker()
                .trip(service.build(), now)
                .ifPresent(trip -> {
                    service.clear().mergeFrom(trip.service());
                    announcements.failed(trip.failed(), trip.cause());
                    trip.target().ifPresent(good -> announcements.rollingBack(good.getId()));
                });
    }

    /** Empty when nothing can be decided, because the task definition cannot be used. */
    private Optional<Plan> plan() {
        if (!service.getDaemon() || service.getDeploymentsCount() == 0) {
            Situation situation = situation();
            return Optional.of(new Rebalance(snapshot, service, situation, announcements)
                    .plan(this::sample)
                    .orElseGet(() -> ServicePlanner.plan(situation, new ScaleIn(snapshot))));
        }
        EcsDeployment newest = service.getDeployments(0);
        Optional<List<DaemonSite>> sites = service.getStatus() == EcsService.Status.ACTIVE
                ? sample().map(task -> DaemonSites.of(snapshot, before.key().scope(), task))
                : Optional.of(List.of());
        sites.ifPresentOrElse(
                known -> service.setDesiredCount(DaemonPlanner.desired(known)),
                () -> announcements.unusable(newest.getTaskDefinitionArn()));
        return sites.map(known -> DaemonPlanner.plan(situation(), known));
    }

    /** One more task as it would be, which is not made. */
    private Optional<Workload> sample() {
        return factory.task(snapshot, before, service.getDeployments(0), TaskNames.task(service.getUid(), -1), now);
    }

    private Situation situation() {
        boolean active = service.getStatus() == EcsService.Status.ACTIVE && service.getDeploymentsCount() > 0;
        EcsDeployment newest =
                service.getDeploymentsCount() > 0 ? service.getDeployments(0) : EcsDeployment.getDefaultInstance();
        DeploymentRules rules = DeploymentRules.of(service.getDocumentJson());
        int desired = active ? service.getDesiredCount() : 0;
        return new Situation(
                Limits.of(desired, rules.minimumPercent(), rules.maximumPercent()),
                rules,
                settings,
                newest.getId(),
                Setbacks.notBefore(newest, settings, now),
                active && newest.getRolloutState() != EcsDeployment.RolloutState.FAILED,
                active,
                live,
                now);
    }

    private void perform(List<Action> actions) {
        List<String> started = new ArrayList<>();
        List<String> stopped = new ArrayList<>();
        for (Action action : actions) {
            switch (action) {
                case Start(int count) -> start(count, PlacementConstraint.getDefaultInstance(), "", started);
                case StartOn(String node) -> start(1, PlacementConstraint.getDefaultInstance(), node, started);
                case StartIn(String zone) -> start(1, Zones.only(zone), "", started);
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
        EcsDeployment newest = service.getDeployments(0);
        if (reason.equals(ServicePlanner.UNHEALTHY) && task.deployment().equals(newest.getId())) {
            service.setDeployments(0, Setbacks.unhealthy(newest, now));
        }
    }

    /**
     * @param where beside what the service says of it; of no type for nothing
     * @param node that they go to; empty for any
     */
    private void start(int count, PlacementConstraint where, String node, List<String> started) {
        EcsDeployment newest = service.getDeployments(0);
        for (int i = 0; i < count; i++) {
            if (!hasRoom()) {
                if (earlier.size() + 1 >= TRANSACTIONS_MAX) {
                    return;
                }
                begun(started);
            }
            String id = TaskNames.task(service.getUid(), service.getNextTask());
            Optional<Workload> made =
                    factory.task(snapshot, before, newest, id, now).flatMap(shares(newest)::meant);
            if (made.isEmpty()) {
                announcements.unusable(newest.getTaskDefinitionArn());
                return;
            }
            Workload task = made.get().toBuilder()
                    .setId(id)
                    .setScope(before.key().scope())
                    .setOwner(before.key().path())
                    .setCreatedAtMs(now.toEpochMilli())
                    .setSpec(TaskFactory.meant(made.get().getSpec(), where, node, service.getDaemon()))
                    .build();
            if (!LiveTasks.deployment(task).equals(newest.getId())) {
                throw new IllegalStateException("a task of " + newest.getId() + " was made without saying so");
            }
            Key<Workload> key = Kinds.WORKLOAD.key(before.key().scope(), id);
            // Rewritten with every task, so that two passes that overlap cannot both make one.
            service.setNextTask(service.getNextTask() + 1);
            writes.create(key, task);
            moves++;
            bytes += task.getSerializedSize();
            started.add(id);
        }
    }

    /** One for the whole pass, because it counts what it gives. */
    private ServiceShares shares(EcsDeployment newest) {
        ServiceShares known = shares;
        ServiceShares used = known == null ? new ServiceShares(snapshot, newest, live) : known;
        shares = used;
        return used;
    }

    /** Ends a transaction that is full; the next one writes the service again. */
    private void begun(List<String> started) {
        if (!started.isEmpty()) {
            announcements.started(started);
            started.clear();
        }
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
        if (service.getDeploymentsCount() == 0) {
            return;
        }
        EcsDeployment newest = service.getDeployments(0);
        if (plan.completed() && newest.getRolloutState() != EcsDeployment.RolloutState.FAILED) {
            complete(newest);
        } else {
            forgetEmptyDeployments();
        }
        boolean steady =
                plan.steady() && service.getDeployments(0).getRolloutState() == EcsDeployment.RolloutState.COMPLETED;
        if (steady && !service.getSteady()) {
            announcements.steady();
        }
        service.setSteady(steady);
    }

    private void complete(EcsDeployment newest) {
        if (newest.getRolloutState() == EcsDeployment.RolloutState.COMPLETED && service.getDeploymentsCount() == 1) {
            return;
        }
        EcsDeployment completed = newest.toBuilder()
                .setRolloutState(EcsDeployment.RolloutState.COMPLETED)
                .setRolloutStateReason("ECS deployment " + newest.getId() + " completed.")
                .setUpdatedAtMs(now.toEpochMilli())
                .build();
        service.clearDeployments().addDeployments(completed);
        announcements.completed(newest.getId());
    }

    /**
     * A deployment that was superseded goes when its last task is gone, but the last good one stays
     * to go back to, and one that failed stays to be seen while it is taken back.
     */
    private void forgetEmptyDeployments() {
        if (service.getDeploymentsCount() == 1) {
            return;
        }
        Set<String> inUse = live.stream().map(LiveTask::deployment).collect(Collectors.toSet());
        List<EcsDeployment> kept = new ArrayList<>();
        boolean goodKept = false;
        for (EcsDeployment deployment : service.getDeploymentsList()) {
            boolean good = deployment.getRolloutState() == EcsDeployment.RolloutState.COMPLETED;
            boolean takenBack =
                    deployment.getId().equals(service.getDeployments(0).getRollbackOf());
            if (kept.isEmpty() || inUse.contains(deployment.getId()) || takenBack || (good && !goodKept)) {
                kept.add(deployment);
                goodKept |= good;
            }
        }
        service.clearDeployments().addAllDeployments(kept);
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
