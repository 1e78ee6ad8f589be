package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.ListTaskDefinitionFamiliesRequest;
import dev.gantry.aws.ecs.ListTaskDefinitionFamiliesResponse;
import dev.gantry.aws.ecs.ListTaskDefinitionsRequest;
import dev.gantry.aws.ecs.ListTaskDefinitionsResponse;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.EcsTaskDefinition.Status;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists task definitions and their families. */
final class TaskDefinitionLists {

    private final Writes store;
    private final Paging paging;
    private final Arns arns;

    TaskDefinitionLists(EcsParts parts, Writes store) {
        this.store = store;
        this.paging = new Paging(parts.pages());
        this.arns = parts.arns();
    }

    /** Here, unlike in {@link #families}, the prefix is the whole name of a family. */
    ListTaskDefinitionsResponse list(ListTaskDefinitionsRequest request) {
        Snapshot snapshot = store.snapshot();
        Status status = request.status() == null ? Status.ACTIVE : Status.valueOf(request.status());
        boolean descending = "DESC".equals(request.sort());
        Comparator<String> order = descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
        String family = request.familyPrefix();
        List<Versioned<EcsTaskDefinition>> all = family == null
                ? snapshot.list(Kinds.ECS_TASK_DEFINITION)
                : snapshot.list(Kinds.ECS_TASK_DEFINITION, family);
        List<Versioned<EcsTaskDefinition>> matching = all.stream()
                .filter(definition -> definition.value().getStatus() == status)
                .sorted(Comparator.comparing(TaskDefinitionLists::position, order))
                .toList();
        String query = family + " " + status + " " + descending;
        var page = paging.page(
                new Paging.Ask("ListTaskDefinitions", query, request.nextToken(), request.maxResults()),
                Paging.SIZE_MAX,
                matching,
                TaskDefinitionLists::position,
                order);
        return ListTaskDefinitionsResponse.builder()
                .taskDefinitionArns(page.items().stream()
                        .map(definition -> arns.taskDefinition(
                                definition.value().getFamily(),
                                definition.value().getRevision()))
                        .toList())
                .nextToken(page.next())
                .build();
    }

    ListTaskDefinitionFamiliesResponse families(ListTaskDefinitionFamiliesRequest request) {
        Snapshot snapshot = store.snapshot();
        String prefix = request.familyPrefix() == null ? "" : request.familyPrefix();
        String status = request.status() == null ? "ALL" : request.status();
        List<String> families = snapshot.list(Kinds.ECS_FAMILY).stream()
                .map(family -> family.key().name())
                .filter(family -> family.startsWith(prefix) && isWanted(snapshot, family, status))
                .toList();
        var page = paging.page(
                new Paging.Ask(
                        "ListTaskDefinitionFamilies", prefix + " " + status, request.nextToken(), request.maxResults()),
                families,
                family -> family);
        return ListTaskDefinitionFamiliesResponse.builder()
                .families(page.items())
                .nextToken(page.next())
                .build();
    }

    /** A family is ACTIVE while it has one active revision. */
    private static boolean isWanted(Snapshot snapshot, String family, @Nullable String status) {
        List<Versioned<EcsTaskDefinition>> revisions = snapshot.list(Kinds.ECS_TASK_DEFINITION, family);
        boolean active =
                revisions.stream().anyMatch(revision -> revision.value().getStatus() == Status.ACTIVE);
        return switch (String.valueOf(status)) {
            case "ALL" -> !revisions.isEmpty();
            case "INACTIVE" -> !revisions.isEmpty() && !active;
            default -> active;
        };
    }

    private static String position(Versioned<EcsTaskDefinition> definition) {
        Key<EcsTaskDefinition> key = definition.key();
        return key.scope() + "/" + key.name();
    }
}
