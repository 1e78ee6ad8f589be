package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.DeleteServiceRequest;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.Service;
import dev.gantry.aws.ecs.UpdateServiceRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.compile.Singleton;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.rollout.AlarmBoard;
import dev.gantry.controller.ecs.view.ServiceView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates, changes and deletes services: writes what is wanted, and leaves the rest to the service planner. */
final class ServiceOperations {

    /** An update is refused while so many deployments of the service are not finished. */
    private static final int DEPLOYMENTS_MAX = 20;

    private final EcsParts parts;
    private final Writes writes;
    private final EcsLookup lookup;
    private final DeployedDefinitions definitions;
    private final ServiceView view;

    ServiceOperations(EcsParts parts, Writes writes) {
        this.parts = parts;
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.definitions = new DeployedDefinitions(lookup);
        this.view = new ServiceView(parts.arns());
    }

    Service create(CreateServiceRequest request, Caller caller) throws InterruptedException {
        Map<String, String> tags = Tags.checked(request.tagsOrEmpty());
        CreateServiceRequest checked = ServiceRules.checked(Singleton.filled(request, tags));
        Singleton.check(checked, tags);
        return writes.decide(snapshot -> {
            Versioned<EcsCluster> cluster = lookup.cluster(snapshot, request.cluster());
            Instant now = parts.clock().instant();
            Key<EcsService> key = Kinds.ECS_SERVICE.key(cluster.value().getName(), request.serviceName());
            ClientTokens.Claim claim =
                    ClientTokens.claim("ecs/CreateService/" + key.scope(), request.clientToken(), request);
            Optional<Versioned<EcsService>> present = snapshot.get(key);
            boolean repeated = claim.replayed(snapshot, now, ServiceOperations::notIdempotent)
                    .isPresent();
            if (repeated && present.isPresent()) {
                return Decision.nothing(image -> view.service(image, present.get(), true));
            }
            Transaction.Builder write = Transaction.builder().guard(cluster);
            CreateServiceRequest document = deployed(snapshot, cluster.value(), checked, write);
            checkExpressions(snapshot, checked);
            DeploymentStrategyRules.checkAlarms(snapshot, checked.deploymentConfiguration(), AlarmBoard.none());
            if (present.isPresent() && present.get().value().getStatus() != EcsService.Status.INACTIVE) {
                return existing(present.get(), document);
            }
            EcsService service = EcsService.newBuilder()
                    .setName(request.serviceName())
                    .setCluster(key.scope())
                    .setUid(parts.ids().get())
                    .setCreatedAtMs(now.toEpochMilli())
                    .setCreatedBy(caller.principalArn())
                    .setDocumentJson(EcsJson.bytes(document))
                    .putAllTags(tags)
                    .setDesiredCount(document.desiredCount() == null ? 0 : document.desiredCount())
                    .setDaemon(DaemonRules.isDaemon(document))
                    .setExternal(ServiceRules.isExternal(document))
                    // Names of tasks and events go on where an earlier service of this name ended.
                    .setNextTask(present.map(old -> old.value().getNextTask()).orElse(0L))
                    .setNextEvent(present.map(old -> old.value().getNextEvent()).orElse(0L))
                    .build();
            if (!service.getExternal()) {
                service = begun(snapshot, service, document, now, write);
            }
            if (present.isPresent()) {
                write.update(present.get(), service);
            } else {
                write.create(key, service);
            }
            claim.keep(write, snapshot, now, List.of(key.name()));
            return shown(write, key);
        });
    }

    Service update(UpdateServiceRequest request) throws InterruptedException {
        return writes.decide(snapshot -> {
            Versioned<EcsService> service = find(snapshot, request.cluster(), request.service());
            if (service.value().getStatus() != EcsService.Status.ACTIVE) {
                throw new AwsException("ServiceNotActiveException", "Service was not ACTIVE.");
            }
            CreateServiceRequest before = EcsJson.read(service.value().getDocumentJson(), CreateServiceRequest.class);
            CreateServiceRequest merged = ServiceRules.merged(before, request);
            Singleton.check(merged, service.value().getTagsMap());
            checkExpressions(snapshot, merged);
            DeploymentStrategyRules.checkAlarms(snapshot, merged.deploymentConfiguration(), AlarmBoard.none());
            boolean force = Boolean.TRUE.equals(request.forceNewDeployment());
            Transaction.Builder write = Transaction.builder();
            String definition = String.valueOf(before.taskDefinition());
            if (request.taskDefinition() != null) {
                Versioned<EcsTaskDefinition> wanted = definitions.runnable(snapshot, request.taskDefinition());
                write.guard(wanted);
                definition = definitions.arn(wanted);
            }
            CreateServiceRequest document = merged;
            if (!service.value().getExternal()) {
                document = settled(
                        snapshot,
                        lookup.cluster(snapshot, request.cluster()).value(),
                        merged.toBuilder().taskDefinition(definition).build());
            }
            EcsService.Builder changed = service.value().toBuilder().setDocumentJson(EcsJson.bytes(document));
            // A DAEMON service's follows from the nodes.
            Optional.ofNullable(document.desiredCount()).ifPresent(changed::setDesiredCount);
            Instant now = parts.clock().instant();
            boolean isMoved = ServiceCapacity.isMoved(before, document, request);
            boolean isOther = !service.value().getExternal() && !definition.equals(before.taskDefinition());
            if (force || isMoved || isOther) {
                checkRoom(service.value());
                changed = begun(snapshot, changed.build(), document, now, write).toBuilder();
            } else if (changed.getDeploymentsCount() > 0) {
                // What does not start a deployment still holds for the next task that the running one makes.
                changed.getDeploymentsBuilder(0).setDocumentJson(EcsJson.bytes(document));
            }
            return shown(write.update(service, changed.build()), service.key());
        });
    }

    Service delete(DeleteServiceRequest request) throws InterruptedException {
        return writes.decide(snapshot -> {
            Versioned<EcsService> service = find(snapshot, request.cluster(), request.service());
            if (service.value().getStatus() == EcsService.Status.INACTIVE) {
                throw Refusals.serviceNotFound();
            }
            boolean isScaled =
                    service.value().getDesiredCount() > 0 && !service.value().getDaemon();
            if (isScaled && !Boolean.TRUE.equals(request.force())) {
                throw Refusals.invalid("The service cannot be stopped while it is scaled above 0.");
            }
            if (service.value().getTaskSetsCount() > 0 && !Boolean.TRUE.equals(request.force())) {
                throw Refusals.invalid("The service cannot be stopped while it has task sets.");
            }
            if (service.value().getStatus() == EcsService.Status.DRAINING) {
                return Decision.nothing(image -> view.service(image, service, false));
            }
            EcsService draining = service.value().toBuilder()
                    .setStatus(EcsService.Status.DRAINING)
                    .setDesiredCount(0)
                    .build();
            return shown(Transaction.builder().update(service, draining), service.key());
        });
    }

    private Decision<Service> shown(Transaction.Builder write, Key<EcsService> key) {
        return new Decision<>(
                write.build(),
                image -> view.service(image, image.get(key).orElseThrow(Refusals::serviceNotFound), true));
    }

    /** Creating a service that is there already is answered only when nothing would differ. */
    private Decision<Service> existing(Versioned<EcsService> present, CreateServiceRequest document) {
        if (present.value().getStatus() == EcsService.Status.DRAINING) {
            throw Refusals.invalid("Unable to Start a service that is still Draining.");
        }
        CreateServiceRequest known = EcsJson.read(present.value().getDocumentJson(), CreateServiceRequest.class);
        if (!known.equals(document)) {
            throw notIdempotent();
        }
        return Decision.nothing(image -> view.service(image, present, true));
    }

    private static AwsException notIdempotent() {
        return Refusals.invalid("Creation of service was not idempotent.");
    }

    /** The document with the task definition that it means, which must stay until it is written. */
    private CreateServiceRequest deployed(
            Snapshot snapshot, EcsCluster cluster, CreateServiceRequest document, Transaction.Builder write) {
        if (ServiceRules.isExternal(document)) {
            return document;
        }
        Versioned<EcsTaskDefinition> definition =
                definitions.runnable(snapshot, String.valueOf(document.taskDefinition()));
        write.guard(definition);
        return settled(
                snapshot,
                cluster,
                document.toBuilder().taskDefinition(definitions.arn(definition)).build());
    }

    /** The service with a new deployment of the document. */
    private EcsService begun(
            Snapshot snapshot,
            EcsService service,
            CreateServiceRequest document,
            Instant now,
            Transaction.Builder write) {
        EcsDeployment deployment = DeploymentRecords.inProgress(
                parts.deploymentIds().get(), String.valueOf(document.taskDefinition()), EcsJson.bytes(document), now);
        return DeploymentRecords.begun(
                snapshot, service.toBuilder().addDeployments(0, deployment).build(), write);
    }

    /** A service whose definition is gone can still be scaled in. */
    private CreateServiceRequest settled(Snapshot snapshot, EcsCluster cluster, CreateServiceRequest document) {
        return lookup.definition(snapshot, String.valueOf(document.taskDefinition()))
                .map(found -> EcsJson.read(found.value().getDocumentJson(), RegisterTaskDefinitionRequest.class))
                .map(definition -> ServiceCapacity.settled(cluster, document, definition))
                .orElse(document);
    }

    private void checkExpressions(Snapshot snapshot, CreateServiceRequest document) {
        document.placementConstraintsOrEmpty().stream()
                .filter(constraint -> "memberOf".equals(constraint.type()))
                .forEach(constraint -> parts.filter().parse(snapshot, String.valueOf(constraint.expression())));
    }

    private static void checkRoom(EcsService service) {
        if (service.getDeploymentsCount() >= DEPLOYMENTS_MAX) {
            throw Refusals.client("Too many deployments of service " + service.getName()
                    + " are in progress. Try again when some of them have ended.");
        }
    }

    private Versioned<EcsService> find(Snapshot snapshot, @Nullable String cluster, String reference) {
        String scope = lookup.cluster(snapshot, cluster).value().getName();
        return snapshot.get(Kinds.ECS_SERVICE.key(scope, lookup.serviceName(scope, reference)))
                .orElseThrow(Refusals::serviceNotFound);
    }
}
