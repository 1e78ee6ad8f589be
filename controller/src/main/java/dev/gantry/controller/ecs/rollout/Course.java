package dev.gantry.controller.ecs.rollout;

import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceDeployment.Stage;
import dev.gantry.proto.EcsServiceDeployment.Status;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The newest service deployment of a service during one look at it: what its record says, and what it is going to say. */
final class Course {

    /** More go with the next look, so that a transaction stays below its limit. */
    private static final int SUPERSEDED_AT_ONCE_MAX = 4;

    private static final String ALARMS = "ECS deployment alarms";

    private final Snapshot snapshot;
    private final Surroundings surroundings;
    private final Instant now;
    private final boolean exists;
    private final Optional<Versioned<EcsServiceDeployment>> before;
    private final Strategy strategy;
    private List<Versioned<EcsServiceDeployment>> superseded = List.of();
    private EcsServiceDeployment record;
    private boolean routed;

    Course(Snapshot snapshot, EcsService service, Surroundings surroundings, Instant now) {
        this.snapshot = snapshot;
        this.surroundings = surroundings;
        this.now = now;
        this.exists = service.getDeploymentsCount() > 0;
        this.before = DeploymentNames.current(service)
                .flatMap(snapshot::get)
                .filter(found -> exists && isOf(found.value(), service.getDeployments(0)));
        this.record = before.map(Versioned::value)
                .orElseGet(() -> exists ? adopted(service) : EcsServiceDeployment.getDefaultInstance());
        this.strategy = Strategy.of(isOpen() ? record.getConfigurationJson() : ByteString.EMPTY);
    }

    EcsServiceDeployment record() {
        return record;
    }

    boolean isOpen() {
        return exists && !DeploymentRecords.isOver(record.getStatus());
    }

    /** Whether it is not yet time to do anything, because deployments before it have to end first. */
    boolean isWaiting() {
        return isOpen() && record.getStartedAtMs() == 0;
    }

    /** Sets about a deployment that nobody has set about, after those that it takes the place of have ended. */
    void begin(EcsService service) {
        if (!isOpen()) {
            return;
        }
        if (service.getStatus() != EcsService.Status.ACTIVE) {
            record = stopped(record, "The service was deleted.");
            return;
        }
        if (record.getStartedAtMs() > 0) {
            return;
        }
        List<Versioned<EcsServiceDeployment>> open = othersThatAreOpen();
        superseded = open.subList(0, Math.min(SUPERSEDED_AT_ONCE_MAX, open.size()));
        if (superseded.size() == open.size()) {
            start(service);
        }
    }

    /** Why the deployment ends now, if it does. */
    Optional<Failure> failure(EcsService service, CircuitBreaker breaker) {
        if (!isOpen()) {
            return Optional.empty();
        }
        record = StagePlanner.expired(record, now);
        return switch (record.getStatus()) {
            case STOP_REQUESTED -> Optional.of(new Failure("ECS deployment", "a user stopped it", false));
            case ROLLBACK_REQUESTED -> Optional.of(new Failure("ECS deployment", "a user took it back", true));
            case ROLLBACK_IN_PROGRESS ->
                breaker.failure(service).map(failure -> new Failure(failure.judge(), failure.cause(), false));
            default ->
                alarm().or(() -> StagePlanner.failure(record, now)
                                .map(cause -> new Failure("ECS deployment lifecycle", cause, true)))
                        .or(() -> breaker.failure(service));
        };
    }

    /** Takes note that the deployment ended so. */
    void fail(EcsService failed, Failure failure, Optional<EcsDeployment> target) {
        EcsDeployment newest = failed.getDeployments(0);
        EcsServiceDeployment.Builder next = counted(failed, newest).toBuilder()
                .setBreakerTriggered(failure.judge().equals(CircuitBreaker.JUDGE))
                .setStatusReason(failure.reason())
                .setUpdatedAtMs(now.toEpochMilli());
        if (target.isPresent()) {
            next.setStatus(Status.ROLLBACK_IN_PROGRESS)
                    .setProductionPercent(0)
                    .setTestPercent(0)
                    .setShiftedAtMs(0)
                    .setRollback(EcsServiceDeployment.Rollback.newBuilder()
                            .setReason(failure.reason())
                            .setStartedAtMs(now.toEpochMilli())
                            .setRevision(DeploymentNames.revision(target.get())));
        } else {
            boolean goingBack = record.hasRollback() || record.getStatus() == Status.ROLLBACK_REQUESTED;
            next.setStatus(goingBack ? Status.ROLLBACK_FAILED : Status.STOPPED)
                    .setStoppedAtMs(now.toEpochMilli())
                    .setFinishedAtMs(now.toEpochMilli());
        }
        record = next.build();
    }

    /** Whether the requests are divided as they shall be; adds what makes it so. */
    boolean isRouted(EcsService service, Transaction.Builder writes) {
        routed = !isOpen()
                || isWaiting()
                || record.getStage() == Stage.STAGE_NONE
                || surroundings.traffic().route(snapshot, service, division(service), writes);
        return routed;
    }

    /** Takes note of how far the tasks have come. */
    void advance(EcsService service, boolean reconciled, boolean settled) {
        if (record.getStatus() == Status.IN_PROGRESS && record.getStage() != Stage.STAGE_NONE) {
            boolean divides = surroundings.traffic().divides(snapshot, service);
            touch(StagePlanner.next(
                    record, strategy, new StagePlanner.Facts(reconciled && routed, settled, routed, divides, now)));
        }
    }

    /** Takes note that all tasks are of the revision that the service shall run. */
    void reach() {
        if (bakes() && record.getBakingSinceMs() == 0) {
            touch(record.toBuilder().setBakingSinceMs(now.toEpochMilli()).build());
        }
    }

    /** Whether the deployment is done once all tasks are of the revision that the service shall run. */
    boolean mayComplete() {
        return (record.getStage() == Stage.STAGE_NONE && !now.isBefore(baked()))
                || record.getStage() == Stage.CLEAN_UP
                || record.hasRollback()
                || !isOpen();
    }

    /** Whether the revision has to prove itself when it is everywhere: a service's has only where it stands beside another. */
    private boolean bakes() {
        return isOpen()
                && record.getStage() == Stage.STAGE_NONE
                && !record.hasRollback()
                && DaemonDocument.isRecordName(record.getService())
                && !strategy.bake().isZero();
    }

    private Instant baked() {
        return bakes() && record.getBakingSinceMs() > 0
                ? StagePlanner.since(record.getBakingSinceMs(), now).plus(strategy.bake())
                : Instant.EPOCH;
    }

    void complete(EcsService service) {
        if (!isOpen() || isWaiting()) {
            return;
        }
        boolean back = record.getStatus() == Status.ROLLBACK_IN_PROGRESS;
        record = (back ? record : counted(service, service.getDeployments(0)))
                .toBuilder()
                        .setStatus(back ? Status.ROLLBACK_SUCCESSFUL : Status.SUCCESSFUL)
                        .setStatusReason(back ? record.getStatusReason() : "")
                        .setFinishedAtMs(now.toEpochMilli())
                        .setUpdatedAtMs(now.toEpochMilli())
                        .build();
    }

    Optional<Instant> wake(EcsService service) {
        if (now.isBefore(baked())) {
            return Optional.of(baked());
        }
        return isOpen() && record.getStage() != Stage.STAGE_NONE && !record.hasRollback()
                ? StagePlanner.wake(record, strategy, surroundings.traffic().divides(snapshot, service), now)
                : Optional.empty();
    }

    /** Nobody may ask for a stop, and no hook may be continued, between this look and what it decides. */
    void guard(Transaction.Builder writes) {
        if (isOpen()) {
            before.ifPresent(writes::guard);
        }
    }

    void write(Transaction.Builder writes) {
        if (!exists) {
            return;
        }
        superseded.forEach(
                old -> writes.update(old, stopped(old.value(), "A newer deployment of the service took its place.")));
        if (before.isEmpty()) {
            writes.create(
                    Kinds.ECS_SERVICE_DEPLOYMENT.key(
                            DeploymentNames.scope(record.getCluster(), record.getService()), record.getId()),
                    record);
        } else if (!record.equals(before.get().value())) {
            writes.update(before.get(), record);
        } else {
            guard(writes);
        }
    }

    private void start(EcsService service) {
        EcsServiceDeployment.Builder started =
                record.toBuilder().setStartedAtMs(now.toEpochMilli()).setUpdatedAtMs(now.toEpochMilli());
        if (record.getStatus() == Status.PENDING) {
            started.setStatus(Status.IN_PROGRESS);
        }
        record = strategy.shifts()
                ? StagePlanner.begun(started.build(), strategy, service.getDeploymentsCount() > 2, now)
                : started.build();
    }

    private Optional<Failure> alarm() {
        List<String> firing = surroundings
                .alarms()
                .in(AlarmBoard.State.FIRING, snapshot, strategy.alarms().names());
        if (firing.isEmpty()) {
            return Optional.empty();
        }
        record = record.toBuilder()
                .clearTriggeredAlarms()
                .addAllTriggeredAlarms(firing)
                .build();
        return Optional.of(new Failure(
                ALARMS, String.join(", ", firing) + " fired", strategy.alarms().rollback()));
    }

    private TrafficRouter.Division division(EcsService service) {
        Optional<String> source = record.hasRollback()
                ? Optional.of(record.getRollback().getRevision())
                : Cohort.source(service).map(DeploymentNames::revision);
        return new TrafficRouter.Division(
                record.getTarget(), source, record.getProductionPercent(), record.getTestPercent());
    }

    private void touch(EcsServiceDeployment next) {
        record = next.equals(record)
                ? record
                : next.toBuilder().setUpdatedAtMs(now.toEpochMilli()).build();
    }

    private EcsServiceDeployment counted(EcsService service, EcsDeployment deployment) {
        return record.toBuilder()
                .setFailures(CircuitBreaker.failures(deployment))
                .setThreshold(CircuitBreaker.threshold(service.getDesiredCount()))
                .build();
    }

    private EcsServiceDeployment stopped(EcsServiceDeployment open, String reason) {
        return open.toBuilder()
                .setStatus(Status.STOPPED)
                .setStatusReason(reason)
                .setStoppedAtMs(now.toEpochMilli())
                .setFinishedAtMs(now.toEpochMilli())
                .setUpdatedAtMs(now.toEpochMilli())
                .build();
    }

    private List<Versioned<EcsServiceDeployment>> othersThatAreOpen() {
        String scope = DeploymentNames.scope(record.getCluster(), record.getService());
        return snapshot.list(Kinds.ECS_SERVICE_DEPLOYMENT, scope).stream()
                .filter(other -> !other.value().getId().equals(record.getId()))
                .filter(other -> !DeploymentRecords.isOver(other.value().getStatus()))
                .toList();
    }

    /** Whether a record is of the deployment, or of one that this takes back. */
    private static boolean isOf(EcsServiceDeployment record, EcsDeployment newest) {
        return record.getTarget().equals(DeploymentNames.revision(newest))
                || DeploymentNames.deployment(record.getTarget()).equals(newest.getRollbackOf());
    }

    /** For a deployment that was begun without a record, as they were before there were any. */
    private static EcsServiceDeployment adopted(EcsService service) {
        EcsDeployment newest = service.getDeployments(0);
        EcsServiceDeployment.Builder record = DeploymentRecords.deployment(service).toBuilder();
        return switch (newest.getRolloutState()) {
            case COMPLETED, FAILED ->
                record.setStatus(
                                newest.getRolloutState() == EcsDeployment.RolloutState.FAILED
                                        ? Status.STOPPED
                                        : Status.SUCCESSFUL)
                        .setStatusReason(newest.getRolloutStateReason())
                        .setStartedAtMs(newest.getCreatedAtMs())
                        .setFinishedAtMs(newest.getUpdatedAtMs())
                        .setUpdatedAtMs(newest.getUpdatedAtMs())
                        .build();
            case IN_PROGRESS, UNRECOGNIZED -> record.build();
        };
    }
}
