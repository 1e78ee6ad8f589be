package dev.gantry.controller.lifecycle;

import dev.gantry.controller.resource.Deployed;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.Workload;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** After how long the records of each kind go. */
public final class Expiries {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    private Expiries() {}

    /**
     * Every kind that has an end.
     *
     * @param stopped how long a stopped workload is described
     * @param deleted how long a deleted cluster, service or task definition is described
     */
    public static List<Expiry<?>> of(Duration stopped, Duration deleted) {
        return List.of(
                new Expiry<>(
                        Kinds.WORKLOAD,
                        workload -> afterStop(workload, stopped),
                        // A pod is shown until somebody deletes it.
                        (_, workload) -> Pods.shown(workload.value()).isPresent(),
                        granularity(stopped),
                        (_, _) -> List.of()),
                Expiry.of(Kinds.JOIN_TOKEN, MINUTE, token -> at(token.getExpiresAtMs(), Duration.ZERO)),
                Expiry.of(Kinds.EXEC_SESSION, MINUTE, session -> at(session.getExpiresAtMs(), Duration.ZERO)),
                Expiry.of(Kinds.IDEMPOTENCY, MINUTE, record -> at(record.getExpiresAtMs(), Duration.ZERO)),
                Expiry.of(
                        Kinds.KUBE_OBJECT,
                        MINUTE,
                        object -> object.getExpiresAtMs() == 0
                                ? Optional.empty()
                                : at(object.getExpiresAtMs(), Duration.ZERO)),
                Expiry.of(
                        Kinds.ECS_CAPACITY_PROVIDER,
                        granularity(deleted),
                        provider -> provider.getActive() ? Optional.empty() : at(provider.getDeletedAtMs(), deleted)),
                Expiry.of(Kinds.ECS_CLUSTER, granularity(deleted), cluster -> afterDelete(cluster, deleted)),
                new Expiry<>(
                        Kinds.ECS_SERVICE,
                        service -> afterDelete(service, deleted),
                        (_, _) -> false,
                        granularity(deleted),
                        Expiries::ofService),
                new Expiry<>(
                        Kinds.ECS_DAEMON,
                        daemon -> afterDelete(daemon, deleted),
                        (_, _) -> false,
                        granularity(deleted),
                        Expiries::ofService),
                new Expiry<>(
                        Kinds.ECS_TASK_DEFINITION,
                        definition -> afterDelete(definition, deleted),
                        (snapshot, definition) ->
                                isDeployed(snapshot, Kinds.ECS_SERVICE, ":task-definition/", definition.value()),
                        granularity(deleted),
                        (_, _) -> List.of()),
                new Expiry<>(
                        Kinds.ECS_DAEMON_TASK_DEFINITION,
                        definition -> afterDelete(definition, deleted),
                        (snapshot, definition) ->
                                isDeployed(snapshot, Kinds.ECS_DAEMON, ":daemon-task-definition/", definition.value()),
                        granularity(deleted),
                        (_, _) -> List.of()));
    }

    /** The defaults: seven days for what stopped, one day for what was deleted. */
    public static List<Expiry<?>> defaults() {
        return of(Duration.ofDays(7), Duration.ofDays(1));
    }

    private static Duration granularity(Duration kept) {
        Duration hundredth = kept.dividedBy(100);
        Duration most = hundredth.compareTo(TEN_MINUTES) < 0 ? hundredth : TEN_MINUTES;
        return most.toMillis() < 1 ? Duration.ofMillis(1) : most;
    }

    private static Optional<Instant> afterStop(Workload workload, Duration kept) {
        return Workloads.isStopped(workload) ? at(workload.getObserved().getStoppedAtMs(), kept) : Optional.empty();
    }

    private static Optional<Instant> afterDelete(EcsCluster cluster, Duration kept) {
        return cluster.getActive() ? Optional.empty() : at(cluster.getDeletedAtMs(), kept);
    }

    private static Optional<Instant> afterDelete(EcsService service, Duration kept) {
        return service.getStatus() == EcsService.Status.INACTIVE
                ? at(service.getDeletedAtMs(), kept)
                : Optional.empty();
    }

    private static Optional<Instant> afterDelete(EcsTaskDefinition definition, Duration kept) {
        return definition.getStatus() == EcsTaskDefinition.Status.DELETE_IN_PROGRESS
                ? at(definition.getDeleteRequestedAtMs(), kept)
                : Optional.empty();
    }

    private static boolean isDeployed(
            Snapshot snapshot, Kind<EcsService> kind, String resource, EcsTaskDefinition definition) {
        String end = resource + definition.getFamily() + ":" + definition.getRevision();
        return Deployed.isDeployed(snapshot, kind, arn -> arn.endsWith(end));
    }

    private static List<Versioned<?>> ofService(Snapshot snapshot, Versioned<EcsService> service) {
        String scope = service.key().scope() + "/" + service.key().name();
        List<Versioned<?>> all =
                new ArrayList<>(snapshot.list(Kinds.EVENT, service.key().path()));
        all.addAll(snapshot.list(Kinds.ECS_SERVICE_DEPLOYMENT, scope));
        all.addAll(snapshot.list(Kinds.ECS_SERVICE_REVISION, scope));
        return all;
    }

    private static Optional<Instant> at(long millis, Duration kept) {
        return Optional.of(Instant.ofEpochMilli(millis).plus(kept));
    }
}
