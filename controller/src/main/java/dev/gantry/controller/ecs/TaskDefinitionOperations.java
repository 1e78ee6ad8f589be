package dev.gantry.controller.ecs;

import com.google.protobuf.ByteString;
import dev.gantry.aws.ecs.DeleteTaskDefinitionsRequest;
import dev.gantry.aws.ecs.DeleteTaskDefinitionsResponse;
import dev.gantry.aws.ecs.DeregisterTaskDefinitionResponse;
import dev.gantry.aws.ecs.DescribeTaskDefinitionRequest;
import dev.gantry.aws.ecs.DescribeTaskDefinitionResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.RegisterTaskDefinitionResponse;
import dev.gantry.aws.ecs.TaskDefinition;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.ecs.compile.DefinitionDefaults;
import dev.gantry.controller.ecs.compile.DefinitionRules;
import dev.gantry.controller.ecs.compile.RequiredAttributes;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Families;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.view.DefinitionView;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.EcsTaskDefinition.Status;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Registers, describes and retires task definitions. */
final class TaskDefinitionOperations {

    private static final int DELETED_MAX = 10;

    /** ECS's limit; also what keeps a transaction of ten tasks below the store's. */
    private static final int BYTES_MAX = 64 * 1024;

    private final Writes writes;
    private final EcsLookup lookup;
    private final InstantSource clock;
    private final DefinitionView view;
    private final NodeFilter filter;

    TaskDefinitionOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.clock = parts.clock();
        this.view = new DefinitionView(parts.arns());
        this.filter = parts.filter();
    }

    RegisterTaskDefinitionResponse register(RegisterTaskDefinitionRequest request, Caller caller)
            throws InterruptedException {
        Map<String, String> tags = Tags.checked(request.tagsOrEmpty());
        RegisterTaskDefinitionRequest document = DefinitionDefaults.filled(request);
        DefinitionRules.check(document);
        document.placementConstraintsOrEmpty()
                .forEach(constraint -> filter.parse(writes.snapshot(), String.valueOf(constraint.expression())));
        EcsTaskDefinition.Builder definition = record(document, tags, caller);
        return writes.decide(snapshot -> {
            Transaction.Builder write = Transaction.builder();
            EcsTaskDefinition registered = Families.OF_TASKS.add(
                    snapshot, definition.setRegisteredAtMs(clock.millis()).build(), write);
            return new Decision<>(
                    write.build(),
                    _ -> RegisterTaskDefinitionResponse.builder()
                            .taskDefinition(view.definition(registered))
                            .tags(Tags.list(tags))
                            .build());
        });
    }

    /** What is stored of a definition that was checked, but for its revision and time. */
    static EcsTaskDefinition.Builder record(
            RegisterTaskDefinitionRequest document, Map<String, String> tags, Caller caller) {
        ByteString stored = EcsJson.bytes(document);
        if (stored.size() > BYTES_MAX) {
            throw Refusals.client(
                    "Actual length: '" + stored.size() + "'. Max allowed length is '" + BYTES_MAX + "' bytes.");
        }
        return EcsTaskDefinition.newBuilder()
                .setFamily(document.family())
                .setDocumentJson(stored)
                .putAllTags(tags)
                .setRegisteredBy(caller.principalArn())
                .addAllRequiredAttributes(RequiredAttributes.of(document));
    }

    DescribeTaskDefinitionResponse describe(DescribeTaskDefinitionRequest request) {
        EcsTaskDefinition found = lookup.definition(writes.snapshot(), request.taskDefinition())
                .orElseThrow(() -> Refusals.client("Unable to describe task definition."))
                .value();
        boolean tags = Includes.tags(request.includeOrEmpty());
        return DescribeTaskDefinitionResponse.builder()
                .taskDefinition(view.definition(found))
                .tags(tags ? Tags.list(found.getTagsMap()) : List.of())
                .build();
    }

    DeregisterTaskDefinitionResponse deregister(String reference) throws InterruptedException {
        TaskDefinition retired = writes.decide(snapshot -> {
            Versioned<EcsTaskDefinition> definition = exact(snapshot, reference);
            if (definition.value().getStatus() != Status.ACTIVE) {
                return Decision.nothing(_ -> view.definition(definition.value()));
            }
            EcsTaskDefinition inactive = definition.value().toBuilder()
                    .setStatus(Status.INACTIVE)
                    .setDeregisteredAtMs(clock.millis())
                    .build();
            return new Decision<>(
                    Transaction.builder().update(definition, inactive).build(), _ -> view.definition(inactive));
        });
        return DeregisterTaskDefinitionResponse.builder()
                .taskDefinition(retired)
                .build();
    }

    DeleteTaskDefinitionsResponse delete(DeleteTaskDefinitionsRequest request) throws InterruptedException {
        if (request.taskDefinitions().isEmpty()) {
            throw Refusals.invalid("Task definitions cannot be empty.");
        }
        if (request.taskDefinitions().size() > DELETED_MAX) {
            throw Refusals.invalid("Task definitions cannot have more than " + DELETED_MAX + " elements.");
        }
        List<TaskDefinition> deleted = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String reference : request.taskDefinitions()) {
            try {
                deleted.add(deleteOne(reference));
            } catch (AwsException refused) {
                failures.add(Failures.of(reference, String.valueOf(refused.getMessage()), null));
            }
        }
        return DeleteTaskDefinitionsResponse.builder()
                .taskDefinitions(deleted)
                .failures(failures)
                .build();
    }

    private TaskDefinition deleteOne(String reference) throws InterruptedException {
        return writes.decide(snapshot -> {
            Versioned<EcsTaskDefinition> definition = exact(snapshot, reference);
            if (definition.value().getStatus() == Status.ACTIVE) {
                throw Refusals.client(
                        "The specified task definition is still in ACTIVE status. Please deregister the target and try"
                                + " again.");
            }
            if (definition.value().getStatus() == Status.DELETE_IN_PROGRESS) {
                return Decision.nothing(_ -> view.definition(definition.value()));
            }
            EcsTaskDefinition deleting = definition.value().toBuilder()
                    .setStatus(Status.DELETE_IN_PROGRESS)
                    .setDeleteRequestedAtMs(clock.millis())
                    .build();
            return new Decision<>(
                    Transaction.builder().update(definition, deleting).build(), _ -> view.definition(deleting));
        });
    }

    /** One revision, which must be named: these operations do not guess the newest. */
    private Versioned<EcsTaskDefinition> exact(Snapshot snapshot, String reference) {
        if (reference.indexOf(':') < 0) {
            throw Refusals.client(
                    "Invalid revision number. The specified task definition must have a revision: " + reference);
        }
        return lookup.definition(snapshot, reference)
                .orElseThrow(() ->
                        Refusals.client("The specified task definition does not exist. Specify a valid account, family,"
                                + " revision and try again."));
    }
}
