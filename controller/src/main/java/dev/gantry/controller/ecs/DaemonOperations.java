package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateDaemonRequest;
import dev.gantry.aws.ecs.CreateDaemonResponse;
import dev.gantry.aws.ecs.DeleteDaemonResponse;
import dev.gantry.aws.ecs.DescribeDaemonResponse;
import dev.gantry.aws.ecs.ListDaemonsRequest;
import dev.gantry.aws.ecs.ListDaemonsResponse;
import dev.gantry.aws.ecs.UpdateDaemonRequest;
import dev.gantry.aws.ecs.UpdateDaemonResponse;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.EcsName.DaemonName;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.view.DaemonView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Creates, shows, changes and deletes managed daemons: writes what is wanted, and leaves the rest to the planner. */
final class DaemonOperations {

    /** An update is refused while so many deployments of the daemon are not finished. */
    private static final int DEPLOYMENTS_MAX = 20;

    private final EcsParts parts;
    private final Writes writes;
    private final EcsLookup lookup;
    private final DaemonRequests requests;
    private final Paging paging;
    private final DaemonView view;

    DaemonOperations(EcsParts parts, Writes writes) {
        this.parts = parts;
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.requests = new DaemonRequests(lookup);
        this.paging = new Paging(parts.pages());
        this.view = new DaemonView(parts.arns());
    }

    CreateDaemonResponse create(CreateDaemonRequest request, Caller caller) throws InterruptedException {
        Map<String, String> tags = Tags.checked(request.tagsOrEmpty());
        if (!EcsLookup.isName(request.daemonName())) {
            throw Refusals.invalid("Invalid daemon name. Up to 255 letters (uppercase and lowercase), numbers,"
                    + " underscores, and hyphens are allowed.");
        }
        EcsService daemon = writes.decide(snapshot -> {
            Versioned<EcsCluster> cluster = lookup.cluster(snapshot, request.clusterArn());
            Key<EcsService> key = key(cluster.value().getName(), request.daemonName());
            Optional<Versioned<EcsService>> present = snapshot.get(key);
            Instant now = parts.clock().instant();
            ClientTokens.Claim claim =
                    ClientTokens.claim("ecs/CreateDaemon/" + key.scope(), request.clientToken(), request);
            boolean repeated = claim.replayed(snapshot, now, DaemonOperations::notIdempotent)
                    .isPresent();
            if (repeated && present.isPresent()) {
                return Decision.nothing(_ -> present.get().value());
            }
            Transaction.Builder write = Transaction.builder().guard(cluster);
            DaemonDocument document = requests.created(snapshot, cluster.value(), request, write);
            if (present.isPresent() && present.get().value().getStatus() != EcsService.Status.INACTIVE) {
                return existing(present.get().value(), document);
            }
            EcsService fresh = EcsService.newBuilder()
                    .setName(key.name())
                    .setCluster(key.scope())
                    .setUid(parts.ids().get())
                    .setDaemon(true)
                    .setCreatedAtMs(now.toEpochMilli())
                    .setCreatedBy(caller.principalArn())
                    .putAllTags(tags)
                    // Names of tasks and events go on where an earlier daemon of this name ended.
                    .setNextTask(present.map(old -> old.value().getNextTask()).orElse(0L))
                    .setNextEvent(present.map(old -> old.value().getNextEvent()).orElse(0L))
                    .build();
            EcsService begun = begun(snapshot, fresh, document, now, write);
            if (present.isPresent()) {
                write.update(present.get(), begun);
            } else {
                write.create(key, begun);
            }
            claim.keep(write, snapshot, now, List.of(key.name()));
            return new Decision<>(write.build(), _ -> begun);
        });
        return CreateDaemonResponse.builder()
                .daemonArn(view.arn(daemon))
                .status(DaemonView.status(daemon))
                .createdAt(DaemonView.createdAt(daemon))
                .deploymentArn(view.deploymentArn(daemon))
                .build();
    }

    DescribeDaemonResponse describe(String arn) {
        Snapshot snapshot = writes.snapshot();
        return DescribeDaemonResponse.builder()
                .daemon(view.daemon(snapshot, find(snapshot, arn).value()))
                .build();
    }

    ListDaemonsResponse list(ListDaemonsRequest request) {
        Snapshot snapshot = writes.snapshot();
        String cluster = request.clusterArn() == null
                ? ""
                : lookup.cluster(snapshot, request.clusterArn()).value().getName();
        List<String> providers = request.capacityProviderArnsOrEmpty().stream()
                .map(lookup::providerName)
                .toList();
        List<Versioned<EcsService>> all =
                cluster.isEmpty() ? snapshot.list(Kinds.ECS_DAEMON) : snapshot.list(Kinds.ECS_DAEMON, cluster);
        List<Versioned<EcsService>> matching = all.stream()
                .filter(daemon -> daemon.value().getStatus() != EcsService.Status.INACTIVE)
                .filter(daemon -> providers.isEmpty()
                        || DaemonDocument.of(daemon.value().getDocumentJson()).providers().stream()
                                .anyMatch(providers::contains))
                .toList();
        var page = paging.page(
                new Paging.Ask("ListDaemons", cluster + " " + providers, request.nextToken(), request.maxResults()),
                matching,
                daemon -> daemon.key().path());
        return ListDaemonsResponse.builder()
                .daemonSummariesList(page.items().stream()
                        .map(daemon -> view.summary(daemon.value()))
                        .toList())
                .nextToken(page.next())
                .build();
    }

    UpdateDaemonResponse update(UpdateDaemonRequest request) throws InterruptedException {
        EcsService daemon = writes.decide(snapshot -> {
            Versioned<EcsService> before = active(snapshot, request.daemonArn());
            if (before.value().getDeploymentsCount() >= DEPLOYMENTS_MAX) {
                throw Refusals.client("Too many deployments of daemon "
                        + DaemonDocument.name(before.value().getName())
                        + " are in progress. Try again when some of them have ended.");
            }
            Versioned<EcsCluster> cluster =
                    lookup.cluster(snapshot, before.value().getCluster());
            Transaction.Builder write = Transaction.builder().guard(cluster);
            DaemonDocument document = requests.updated(
                    snapshot, cluster.value(), DaemonDocument.of(before.value().getDocumentJson()), request, write);
            EcsService begun =
                    begun(snapshot, before.value(), document, parts.clock().instant(), write);
            return new Decision<>(write.update(before, begun).build(), _ -> begun);
        });
        return UpdateDaemonResponse.builder()
                .daemonArn(view.arn(daemon))
                .status(DaemonView.status(daemon))
                .createdAt(DaemonView.createdAt(daemon))
                .updatedAt(DaemonView.updatedAt(daemon))
                .deploymentArn(view.deploymentArn(daemon))
                .build();
    }

    DeleteDaemonResponse delete(String arn) throws InterruptedException {
        EcsService daemon = writes.decide(snapshot -> {
            Versioned<EcsService> before = active(snapshot, arn);
            EcsService draining = before.value().toBuilder()
                    .setStatus(EcsService.Status.DRAINING)
                    .setDesiredCount(0)
                    .build();
            return new Decision<>(Transaction.builder().update(before, draining).build(), _ -> draining);
        });
        return DeleteDaemonResponse.builder()
                .daemonArn(view.arn(daemon))
                .status(DaemonView.status(daemon))
                .createdAt(DaemonView.createdAt(daemon))
                .updatedAt(parts.clock().instant())
                .deploymentArn(view.deploymentArn(daemon))
                .build();
    }

    /** A daemon that was not deleted, or is about to go. */
    Versioned<EcsService> find(Snapshot snapshot, String arn) {
        if (!(lookup.arns().parse(arn).orElse(null) instanceof DaemonName name)) {
            throw ServiceDeploymentLists.otherKind(arn, "daemon");
        }
        var _ = lookup.cluster(snapshot, name.cluster());
        return snapshot.get(key(name.cluster(), name.name()))
                .filter(daemon -> daemon.value().getStatus() != EcsService.Status.INACTIVE)
                .orElseThrow(() -> new AwsException("DaemonNotFoundException", "Daemon not found."));
    }

    private Versioned<EcsService> active(Snapshot snapshot, String arn) {
        Versioned<EcsService> daemon = find(snapshot, arn);
        if (daemon.value().getStatus() != EcsService.Status.ACTIVE) {
            throw new AwsException("DaemonNotActiveException", "Daemon was not ACTIVE.");
        }
        return daemon;
    }

    /** Creating a daemon that is there already is answered only when nothing would differ. */
    private static Decision<EcsService> existing(EcsService present, DaemonDocument document) {
        if (present.getStatus() == EcsService.Status.DRAINING) {
            throw Refusals.invalid("Unable to create a daemon while one of the same name is being deleted.");
        }
        if (!present.getDocumentJson().equals(document.json())) {
            throw notIdempotent();
        }
        return Decision.nothing(_ -> present);
    }

    private static AwsException notIdempotent() {
        return Refusals.invalid("Creation of daemon was not idempotent.");
    }

    /** The daemon with a new deployment of the document. */
    private EcsService begun(
            Snapshot snapshot, EcsService daemon, DaemonDocument document, Instant now, Transaction.Builder write) {
        EcsDeployment deployment =
                DeploymentRecords.inProgress(parts.deploymentIds().get(), document.definition(), document.json(), now);
        return DeploymentRecords.begun(
                snapshot,
                daemon.toBuilder()
                        .setDocumentJson(document.json())
                        .addDeployments(0, deployment)
                        .build(),
                write);
    }

    private static Key<EcsService> key(String cluster, String daemon) {
        return Kinds.ECS_DAEMON.key(cluster, DaemonDocument.recordName(daemon));
    }
}
