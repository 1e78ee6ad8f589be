package dev.gantry.controller.ecs.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceDeployment.Status;
import dev.gantry.proto.EcsServiceRevision;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The records with which a service deployment begins, and those that make room for it. */
public final class DeploymentRecords {

    /** As many service deployments of a service are remembered, the newest ones. */
    static final int KEPT_MAX = 100;

    /** Of each kind; more go with the next deployment, so that a transaction stays below its limit. */
    private static final int FORGOTTEN_AT_ONCE_MAX = 6;

    private DeploymentRecords() {}

    /**
     * A deployment of a service's or daemon's document, as it begins.
     *
     * @param definition ARN of what its tasks are made from
     */
    public static EcsDeployment inProgress(String id, String definition, ByteString document, Instant now) {
        return EcsDeployment.newBuilder()
                .setId(id)
                .setTaskDefinitionArn(definition)
                .setCreatedAtMs(now.toEpochMilli())
                .setUpdatedAtMs(now.toEpochMilli())
                .setRolloutState(EcsDeployment.RolloutState.IN_PROGRESS)
                .setRolloutStateReason("ECS deployment " + id + " in progress.")
                .setDocumentJson(document)
                .build();
    }

    /** The revision that the service's newest deployment goes to. */
    public static EcsServiceRevision revision(EcsService service) {
        EcsDeployment newest = service.getDeployments(0);
        return EcsServiceRevision.newBuilder()
                .setId(DeploymentNames.revision(newest))
                .setCluster(service.getCluster())
                .setService(service.getName())
                .setServiceUid(service.getUid())
                .setCreatedAtMs(newest.getCreatedAtMs())
                .setTaskDefinitionArn(newest.getTaskDefinitionArn())
                .setDocumentJson(newest.getDocumentJson())
                .build();
    }

    /** The service deployment that goes to the service's newest deployment, as nobody has set about it. */
    public static EcsServiceDeployment deployment(EcsService service) {
        EcsDeployment newest = service.getDeployments(0);
        EcsServiceDeployment.Builder record = EcsServiceDeployment.newBuilder()
                .setId(DeploymentNames.serviceDeployment(service, newest))
                .setCluster(service.getCluster())
                .setService(service.getName())
                .setServiceUid(service.getUid())
                .setTarget(DeploymentNames.revision(newest))
                .setCreatedAtMs(newest.getCreatedAtMs())
                .setUpdatedAtMs(newest.getCreatedAtMs())
                .setConfigurationJson(configuration(newest.getDocumentJson()));
        service.getDeploymentsList().stream()
                .skip(1)
                // The one that keeps serving comes first.
                .sorted(Comparator.comparing(one -> one.getRolloutState() != EcsDeployment.RolloutState.COMPLETED))
                .map(DeploymentNames::revision)
                .forEach(record::addSources);
        return record.build();
    }

    /**
     * Adds the records with which the service's newest deployment begins, and answers the service that names it.
     *
     * @param snapshot what is remembered of deployments before
     */
    public static EcsService begun(Snapshot snapshot, EcsService service, Transaction.Builder writes) {
        EcsServiceDeployment record = deployment(service);
        String scope = DeploymentNames.scope(service.getCluster(), service.getName());
        writes.create(DeploymentNames.revisionKey(service, service.getDeployments(0)), revision(service));
        writes.create(Kinds.ECS_SERVICE_DEPLOYMENT.key(scope, record.getId()), record);
        forget(snapshot, scope, service, writes);
        return service.toBuilder().setServiceDeployment(record.getId()).build();
    }

    /** Whether nothing more becomes of a service deployment. */
    public static boolean isOver(Status status) {
        return switch (status) {
            case SUCCESSFUL, STOPPED, ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED -> true;
            case PENDING, IN_PROGRESS, STOP_REQUESTED, ROLLBACK_REQUESTED, ROLLBACK_IN_PROGRESS, UNRECOGNIZED -> false;
        };
    }

    /** Which service deployments of a service there are, newest first, without those of an earlier one of its name. */
    public static List<EcsServiceDeployment> newestFirst(Snapshot snapshot, EcsService service) {
        return snapshot
                .list(Kinds.ECS_SERVICE_DEPLOYMENT, DeploymentNames.scope(service.getCluster(), service.getName()))
                .stream()
                .map(Versioned::value)
                .filter(record -> record.getServiceUid().equals(service.getUid()))
                .sorted(Comparator.comparingLong(EcsServiceDeployment::getCreatedAtMs)
                        .thenComparing(EcsServiceDeployment::getId)
                        .reversed())
                .toList();
    }

    private static ByteString configuration(ByteString document) {
        JsonNode configuration = EcsJson.members(document).path("deploymentConfiguration");
        return configuration.isObject() ? EcsJson.bytes(configuration) : ByteString.EMPTY;
    }

    private static void forget(Snapshot snapshot, String scope, EcsService service, Transaction.Builder writes) {
        List<Versioned<EcsServiceDeployment>> records = snapshot.list(Kinds.ECS_SERVICE_DEPLOYMENT, scope).stream()
                .sorted(Comparator.comparingLong(record -> record.value().getCreatedAtMs()))
                .toList();
        // With the one that begins, there is one more.
        List<Versioned<EcsServiceDeployment>> surplus = records.stream()
                .limit(Math.clamp(records.size() + 1L - KEPT_MAX, 0, FORGOTTEN_AT_ONCE_MAX))
                .filter(record -> isOver(record.value().getStatus()))
                .toList();
        surplus.forEach(writes::delete);
        if (surplus.isEmpty()) {
            return;
        }
        Set<String> inUse = new HashSet<>();
        service.getDeploymentsList().forEach(one -> inUse.add(DeploymentNames.revision(one)));
        records.stream().filter(record -> !surplus.contains(record)).forEach(record -> {
            inUse.add(record.value().getTarget());
            inUse.add(record.value().getRollback().getRevision());
            inUse.addAll(record.value().getSourcesList());
        });
        snapshot.list(Kinds.ECS_SERVICE_REVISION, scope).stream()
                .filter(revision -> !inUse.contains(revision.value().getId()))
                .sorted(Comparator.comparingLong(revision -> revision.value().getCreatedAtMs()))
                .limit(FORGOTTEN_AT_ONCE_MAX)
                .forEach(writes::delete);
    }
}
