package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.DaemonDeployment;
import dev.gantry.aws.ecs.DaemonRevision;
import dev.gantry.aws.ecs.DescribeDaemonDeploymentsRequest;
import dev.gantry.aws.ecs.DescribeDaemonDeploymentsResponse;
import dev.gantry.aws.ecs.DescribeDaemonRevisionsRequest;
import dev.gantry.aws.ecs.DescribeDaemonRevisionsResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.ListDaemonDeploymentsRequest;
import dev.gantry.aws.ecs.ListDaemonDeploymentsResponse;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.controller.ecs.document.DaemonDocument;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.EcsName.DaemonDeploymentName;
import dev.gantry.controller.ecs.document.EcsName.DaemonRevisionName;
import dev.gantry.controller.ecs.view.DaemonDeploymentView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.store.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Describes and lists the deployments of managed daemons, and describes their revisions. */
final class DaemonDeploymentLists {

    private final Writes store;
    private final EcsLookup lookup;
    private final Paging paging;
    private final DaemonOperations daemons;
    private final DaemonDeploymentView view;

    DaemonDeploymentLists(EcsParts parts, Writes store, DaemonOperations daemons) {
        this.store = store;
        this.lookup = new EcsLookup(parts.arns());
        this.paging = new Paging(parts.pages());
        this.daemons = daemons;
        this.view = new DaemonDeploymentView(parts.arns());
    }

    DescribeDaemonDeploymentsResponse describe(DescribeDaemonDeploymentsRequest request) {
        ServiceDeploymentLists.checkCount("daemonDeploymentArns", request.daemonDeploymentArns());
        Snapshot snapshot = store.snapshot();
        List<DaemonDeployment> found = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String arn : request.daemonDeploymentArns()) {
            if (!(lookup.arns().parse(arn).orElse(null) instanceof DaemonDeploymentName name)) {
                throw ServiceDeploymentLists.otherKind(arn, "daemon deployment");
            }
            snapshot.get(Kinds.ECS_SERVICE_DEPLOYMENT.key(scope(name.cluster(), name.daemon()), name.id()))
                    .ifPresentOrElse(
                            record -> found.add(view.deployment(snapshot, record.value())),
                            () -> failures.add(Failures.missing(arn)));
        }
        return DescribeDaemonDeploymentsResponse.builder()
                .daemonDeployments(found)
                .failures(failures)
                .build();
    }

    DescribeDaemonRevisionsResponse describeRevisions(DescribeDaemonRevisionsRequest request) {
        ServiceDeploymentLists.checkCount("daemonRevisionArns", request.daemonRevisionArns());
        Snapshot snapshot = store.snapshot();
        List<DaemonRevision> found = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String arn : request.daemonRevisionArns()) {
            if (!(lookup.arns().parse(arn).orElse(null) instanceof DaemonRevisionName name)) {
                throw ServiceDeploymentLists.otherKind(arn, "daemon revision");
            }
            snapshot.get(Kinds.ECS_SERVICE_REVISION.key(scope(name.cluster(), name.daemon()), name.id()))
                    .ifPresentOrElse(
                            record -> found.add(view.revision(snapshot, record.value())),
                            () -> failures.add(Failures.missing(arn)));
        }
        return DescribeDaemonRevisionsResponse.builder()
                .daemonRevisions(found)
                .failures(failures)
                .build();
    }

    ListDaemonDeploymentsResponse list(ListDaemonDeploymentsRequest request) {
        Snapshot snapshot = store.snapshot();
        EcsService daemon = daemons.find(snapshot, request.daemonArn()).value();
        List<EcsServiceDeployment> matching = DeploymentRecords.newestFirst(snapshot, daemon).stream()
                .filter(record -> ServiceDeploymentLists.isWanted(record, request.statusOrEmpty(), request.createdAt()))
                .toList();
        String query = String.valueOf(
                request.toBuilder().nextToken(null).maxResults(null).build());
        var page = paging.page(
                new Paging.Ask("ListDaemonDeployments", query, request.nextToken(), request.maxResults()),
                Paging.SIZE_MAX,
                matching,
                ServiceDeploymentLists::position,
                Comparator.reverseOrder());
        return ListDaemonDeploymentsResponse.builder()
                .daemonDeployments(page.items().stream().map(view::summary).toList())
                .nextToken(page.next())
                .build();
    }

    private static String scope(String cluster, String daemon) {
        return DeploymentNames.scope(cluster, DaemonDocument.recordName(daemon));
    }
}
