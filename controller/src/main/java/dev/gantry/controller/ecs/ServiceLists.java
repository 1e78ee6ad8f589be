package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.DescribeServicesRequest;
import dev.gantry.aws.ecs.DescribeServicesResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.ListServicesRequest;
import dev.gantry.aws.ecs.ListServicesResponse;
import dev.gantry.aws.ecs.Service;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.view.ServiceView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsService;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Describes and lists services. */
final class ServiceLists {

    private static final int DESCRIBED_MAX = 10;
    private static final int PAGE_SIZE = 10;

    private final Writes store;
    private final EcsLookup lookup;
    private final Paging paging;
    private final ServiceView view;

    ServiceLists(EcsParts parts, Writes store) {
        this.store = store;
        this.lookup = new EcsLookup(parts.arns());
        this.paging = new Paging(parts.pages());
        this.view = new ServiceView(parts.arns());
    }

    DescribeServicesResponse describe(DescribeServicesRequest request) {
        if (request.services().isEmpty()) {
            throw Refusals.invalid("Services cannot be empty.");
        }
        if (request.services().size() > DESCRIBED_MAX) {
            throw Refusals.invalid("Services cannot have more than " + DESCRIBED_MAX + " elements.");
        }
        boolean tags = Includes.tags(request.includeOrEmpty());
        Snapshot snapshot = store.snapshot();
        String cluster = lookup.cluster(snapshot, request.cluster()).value().getName();
        List<Service> services = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String reference : request.services()) {
            if (!Arns.isArn(reference) && !EcsLookup.isName(reference)) {
                failures.add(Failures.missing(lookup.arns().service(cluster, reference)));
                continue;
            }
            String name = lookup.serviceName(cluster, reference);
            snapshot.get(Kinds.ECS_SERVICE.key(cluster, name))
                    .ifPresentOrElse(
                            service -> services.add(view.service(snapshot, service, tags)),
                            () -> failures.add(Failures.missing(lookup.arns().service(cluster, name))));
        }
        return DescribeServicesResponse.builder()
                .services(services)
                .failures(failures)
                .build();
    }

    ListServicesResponse list(ListServicesRequest request) {
        Snapshot snapshot = store.snapshot();
        String cluster = lookup.cluster(snapshot, request.cluster()).value().getName();
        List<Versioned<EcsService>> matching = snapshot.list(Kinds.ECS_SERVICE, cluster).stream()
                .filter(service -> service.value().getStatus() == EcsService.Status.ACTIVE)
                .filter(service -> isWanted(service.value(), request))
                .toList();
        String query = cluster + " " + request.launchType() + " " + request.schedulingStrategy();
        var page = paging.page(
                new Paging.Ask("ListServices", query, request.nextToken(), request.maxResults()),
                PAGE_SIZE,
                matching,
                service -> service.key().name(),
                Comparator.naturalOrder());
        return ListServicesResponse.builder()
                .serviceArns(page.items().stream()
                        .map(service ->
                                lookup.arns().service(cluster, service.key().name()))
                        .toList())
                .nextToken(page.next())
                .build();
    }

    private static boolean isWanted(EcsService service, ListServicesRequest request) {
        if (request.launchType() == null && request.schedulingStrategy() == null) {
            return true;
        }
        CreateServiceRequest document = EcsJson.read(service.getDocumentJson(), CreateServiceRequest.class);
        return (request.launchType() == null || request.launchType().equals(document.launchType()))
                && (request.schedulingStrategy() == null
                        || request.schedulingStrategy().equals(document.schedulingStrategy()));
    }
}
