package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.DeleteDaemonTaskDefinitionResponse;
import dev.gantry.aws.ecs.DescribeDaemonTaskDefinitionResponse;
import dev.gantry.aws.ecs.ListDaemonTaskDefinitionsRequest;
import dev.gantry.aws.ecs.ListDaemonTaskDefinitionsResponse;
import dev.gantry.aws.ecs.RegisterDaemonTaskDefinitionRequest;
import dev.gantry.aws.ecs.RegisterDaemonTaskDefinitionResponse;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.compile.DefinitionDefaults;
import dev.gantry.controller.ecs.compile.DefinitionRules;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Families;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.view.DaemonDefinitionView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.EcsTaskDefinition.Status;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Registers, describes, lists and deletes daemon task definitions. */
final class DaemonDefinitionOperations {

    private final Writes writes;
    private final EcsLookup lookup;
    private final InstantSource clock;
    private final Paging paging;
    private final DaemonDefinitionView view;

    DaemonDefinitionOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.clock = parts.clock();
        this.paging = new Paging(parts.pages());
        this.view = new DaemonDefinitionView(parts.arns());
    }

    RegisterDaemonTaskDefinitionResponse register(RegisterDaemonTaskDefinitionRequest request, Caller caller)
            throws InterruptedException {
        Map<String, String> tags = Tags.checked(request.tagsOrEmpty());
        // It has no member that a task definition does not have, so it is checked, stored and run as one.
        RegisterTaskDefinitionRequest document =
                DefinitionDefaults.filled(EcsJson.read(EcsJson.bytes(request), RegisterTaskDefinitionRequest.class));
        DefinitionRules.check(document);
        EcsTaskDefinition.Builder definition = TaskDefinitionOperations.record(document, tags, caller);
        return writes.decide(snapshot -> {
            Transaction.Builder write = Transaction.builder();
            EcsTaskDefinition registered = Families.OF_DAEMONS.add(
                    snapshot, definition.setRegisteredAtMs(clock.millis()).build(), write);
            return new Decision<>(
                    write.build(),
                    _ -> RegisterDaemonTaskDefinitionResponse.builder()
                            .daemonTaskDefinitionArn(view.arn(registered))
                            .build());
        });
    }

    DescribeDaemonTaskDefinitionResponse describe(String reference) {
        Snapshot snapshot = writes.snapshot();
        EcsTaskDefinition found = lookup.daemonDefinition(snapshot, reference)
                .orElseThrow(() -> Refusals.client("Unable to describe daemon task definition."))
                .value();
        return DescribeDaemonTaskDefinitionResponse.builder()
                .daemonTaskDefinition(view.definition(snapshot, found))
                .build();
    }

    DeleteDaemonTaskDefinitionResponse delete(String reference) throws InterruptedException {
        if (reference.indexOf(':') < 0) {
            throw Refusals.client(
                    "Invalid revision number. The specified daemon task definition must have a revision: " + reference);
        }
        return writes.decide(snapshot -> {
            Versioned<EcsTaskDefinition> definition = lookup.daemonDefinition(snapshot, reference)
                    .orElseThrow(() -> Refusals.client("The specified daemon task definition does not exist. Specify a"
                            + " valid account, family, revision and try again."));
            if (definition.value().getStatus() != Status.ACTIVE) {
                throw Refusals.client("The specified daemon task definition is not in ACTIVE status.");
            }
            EcsTaskDefinition deleting = definition.value().toBuilder()
                    .setStatus(Status.DELETE_IN_PROGRESS)
                    .setDeleteRequestedAtMs(clock.millis())
                    .build();
            return new Decision<>(
                    Transaction.builder().update(definition, deleting).build(),
                    _ -> DeleteDaemonTaskDefinitionResponse.builder()
                            .daemonTaskDefinitionArn(view.arn(deleting))
                            .build());
        });
    }

    ListDaemonTaskDefinitionsResponse list(ListDaemonTaskDefinitionsRequest request) {
        String status = request.status() == null ? Status.ACTIVE.name() : request.status();
        boolean descending = "DESC".equals(request.sort());
        Comparator<String> order = descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
        Snapshot snapshot = writes.snapshot();
        List<Versioned<EcsTaskDefinition>> matching = matching(snapshot, request, status).stream()
                .sorted(Comparator.comparing(DaemonDefinitionOperations::position, order))
                .toList();
        String query = request.family() + " " + request.familyPrefix() + " " + request.revision() + " " + status + " "
                + descending;
        var page = paging.page(
                new Paging.Ask("ListDaemonTaskDefinitions", query, request.nextToken(), request.maxResults()),
                Paging.SIZE_MAX,
                matching,
                DaemonDefinitionOperations::position,
                order);
        return ListDaemonTaskDefinitionsResponse.builder()
                .daemonTaskDefinitions(page.items().stream()
                        .map(definition -> view.summary(snapshot, definition.value()))
                        .toList())
                .nextToken(page.next())
                .build();
    }

    private List<Versioned<EcsTaskDefinition>> matching(
            Snapshot snapshot, ListDaemonTaskDefinitionsRequest request, String status) {
        String family = request.family();
        String prefix = request.familyPrefix() == null ? "" : request.familyPrefix();
        List<Versioned<EcsTaskDefinition>> all = family == null
                ? snapshot.list(Kinds.ECS_DAEMON_TASK_DEFINITION)
                : snapshot.list(Kinds.ECS_DAEMON_TASK_DEFINITION, family);
        List<Versioned<EcsTaskDefinition>> matching = all.stream()
                .filter(one -> one.key().scope().startsWith(prefix))
                .filter(one -> status.equals("ALL")
                        || view.status(snapshot, one.value()).equals(status))
                .toList();
        if (request.revision() == null) {
            return matching;
        }
        // By family, whose revisions are listed in their order: the last one stays.
        Map<String, Versioned<EcsTaskDefinition>> last = new LinkedHashMap<>();
        matching.forEach(one -> last.put(one.key().scope(), one));
        return List.copyOf(last.values());
    }

    private static String position(Versioned<EcsTaskDefinition> definition) {
        return definition.key().scope() + "/" + definition.key().name();
    }
}
