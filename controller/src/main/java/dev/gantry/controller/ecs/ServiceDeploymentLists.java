package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreatedAt;
import dev.gantry.aws.ecs.DescribeServiceDeploymentsRequest;
import dev.gantry.aws.ecs.DescribeServiceDeploymentsResponse;
import dev.gantry.aws.ecs.DescribeServiceRevisionsRequest;
import dev.gantry.aws.ecs.DescribeServiceRevisionsResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.ListServiceDeploymentsRequest;
import dev.gantry.aws.ecs.ListServiceDeploymentsResponse;
import dev.gantry.aws.ecs.ServiceDeployment;
import dev.gantry.aws.ecs.ServiceRevision;
import dev.gantry.controller.ecs.deployment.DeploymentNames;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.EcsName;
import dev.gantry.controller.ecs.document.EcsName.ServiceDeploymentName;
import dev.gantry.controller.ecs.document.EcsName.ServiceRevisionName;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.view.ServiceDeploymentView;
import dev.gantry.controller.ecs.view.ServiceRevisionView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Describes and lists service deployments, and describes service revisions. */
final class ServiceDeploymentLists {

    private static final int DESCRIBED_MAX = 20;
    private static final int PAGE_SIZE = 20;

    private final Writes store;
    private final EcsLookup lookup;
    private final Paging paging;
    private final ServiceDeploymentView deployments;
    private final ServiceRevisionView revisions;

    ServiceDeploymentLists(EcsParts parts, Writes store) {
        this.store = store;
        this.lookup = new EcsLookup(parts.arns());
        this.paging = new Paging(parts.pages());
        this.deployments = new ServiceDeploymentView(parts.arns());
        this.revisions = new ServiceRevisionView(parts.arns());
    }

    DescribeServiceDeploymentsResponse describe(DescribeServiceDeploymentsRequest request) {
        checkCount("serviceDeploymentArns", request.serviceDeploymentArns());
        Snapshot snapshot = store.snapshot();
        List<ServiceDeployment> found = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String arn : request.serviceDeploymentArns()) {
            snapshot.get(deploymentKey(arn))
                    .ifPresentOrElse(
                            record -> found.add(deployments.deployment(snapshot, record.value())),
                            () -> failures.add(Failures.missing(arn)));
        }
        return DescribeServiceDeploymentsResponse.builder()
                .serviceDeployments(found)
                .failures(failures)
                .build();
    }

    DescribeServiceRevisionsResponse describeRevisions(DescribeServiceRevisionsRequest request) {
        checkCount("serviceRevisionArns", request.serviceRevisionArns());
        Snapshot snapshot = store.snapshot();
        List<ServiceRevision> found = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String arn : request.serviceRevisionArns()) {
            if (!(name(arn, "service revision") instanceof ServiceRevisionName(String cluster, String of, String id))) {
                throw otherKind(arn, "service revision");
            }
            snapshot.get(Kinds.ECS_SERVICE_REVISION.key(DeploymentNames.scope(cluster, of), id))
                    .ifPresentOrElse(
                            record -> found.add(revisions.revision(snapshot, record.value())),
                            () -> failures.add(Failures.missing(arn)));
        }
        return DescribeServiceRevisionsResponse.builder()
                .serviceRevisions(found)
                .failures(failures)
                .build();
    }

    ListServiceDeploymentsResponse list(ListServiceDeploymentsRequest request) {
        Snapshot snapshot = store.snapshot();
        String cluster = lookup.cluster(snapshot, request.cluster()).value().getName();
        String name = lookup.serviceName(cluster, request.service());
        EcsService service = snapshot.get(Kinds.ECS_SERVICE.key(cluster, name))
                .orElseThrow(Refusals::serviceNotFound)
                .value();
        List<EcsServiceDeployment> matching = DeploymentRecords.newestFirst(snapshot, service).stream()
                .filter(record -> isWanted(record, request.statusOrEmpty(), request.createdAt()))
                .toList();
        String query = cluster + " "
                + request.toBuilder()
                        .cluster(null)
                        .nextToken(null)
                        .maxResults(null)
                        .build();
        var page = paging.page(
                new Paging.Ask("ListServiceDeployments", query, request.nextToken(), request.maxResults()),
                PAGE_SIZE,
                matching,
                ServiceDeploymentLists::position,
                Comparator.reverseOrder());
        return ListServiceDeploymentsResponse.builder()
                .serviceDeployments(
                        page.items().stream().map(deployments::brief).toList())
                .nextToken(page.next())
                .build();
    }

    /** The record that an ARN names, which need not exist. */
    private Key<EcsServiceDeployment> deploymentKey(String arn) {
        return deploymentKey(lookup, arn);
    }

    static Key<EcsServiceDeployment> deploymentKey(EcsLookup lookup, String arn) {
        if (lookup.arns().parse(arn).orElse(null)
                instanceof ServiceDeploymentName(String cluster, String service, String id)) {
            return Kinds.ECS_SERVICE_DEPLOYMENT.key(DeploymentNames.scope(cluster, service), id);
        }
        throw otherKind(arn, "service deployment");
    }

    private EcsName name(String arn, String what) {
        return lookup.arns().parse(arn).orElseThrow(() -> otherKind(arn, what));
    }

    static RuntimeException otherKind(String arn, String what) {
        return Refusals.invalid(
                "Invalid identifier: " + arn + " is not the ARN of a " + what + " in this account and region.");
    }

    static void checkCount(String member, List<String> arns) {
        if (arns.isEmpty()) {
            throw Refusals.invalid(member + " cannot be empty.");
        }
        if (arns.size() > DESCRIBED_MAX) {
            throw Refusals.invalid(member + " cannot have more than " + DESCRIBED_MAX + " elements.");
        }
    }

    static boolean isWanted(EcsServiceDeployment record, List<String> statuses, @Nullable CreatedAt created) {
        long at = record.getCreatedAtMs();
        return (statuses.isEmpty() || statuses.contains(record.getStatus().name()))
                && (created == null
                        || created.before() == null
                        || at < created.before().toEpochMilli())
                && (created == null
                        || created.after() == null
                        || at > created.after().toEpochMilli());
    }

    /** Sorts as the list does, so that a page can start after it. */
    static String position(EcsServiceDeployment record) {
        return String.format(Locale.ROOT, "%016d %s", record.getCreatedAtMs(), record.getId());
    }
}
