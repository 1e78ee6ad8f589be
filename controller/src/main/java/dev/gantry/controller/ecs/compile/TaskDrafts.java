package dev.gantry.controller.ecs.compile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.RunTaskRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.capacity.ProviderTasks;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles tasks that nobody has asked to run, to see where they would go. */
public final class TaskDrafts {

    private final EcsLookup lookup;
    private final TaskCompiler compiler;

    public TaskDrafts(EcsLookup lookup, TaskCompiler compiler) {
        this.lookup = lookup;
        this.compiler = compiler;
    }

    /**
     * The tasks that a RunTask request of this shape would make; its {@code taskDefinition} may also be a whole
     * definition that is not registered.
     *
     * @throws AwsException when RunTask or RegisterTaskDefinition would refuse it
     */
    public List<Workload> draft(Snapshot snapshot, JsonNode request, Instant now) {
        RegisterTaskDefinitionRequest definition = definition(snapshot, request.path("taskDefinition"));
        RunTaskRequest rest = read(withoutDefinition(request), RunTaskRequest.class);
        String cluster = lookup.cluster(snapshot, rest.cluster()).value().getName();
        String group = rest.group() == null ? "family:" + definition.family() : rest.group();
        boolean fargate = Fargate.LAUNCH_TYPE.equals(rest.launchType());
        EcsTask origin = EcsTask.newBuilder()
                .setFamily(definition.family())
                .setGroup(group)
                .setLaunchType(fargate ? Fargate.LAUNCH_TYPE : "EC2")
                .build();
        List<Workload> drafts = new ArrayList<>();
        int count = rest.count() == null ? 1 : rest.count();
        for (int number = 0; number < count; number++) {
            TaskOrder order = new TaskOrder(
                    cluster,
                    "draft" + number,
                    group.startsWith("service:") ? "draft" : "",
                    origin,
                    definition,
                    rest.placementConstraintsOrEmpty(),
                    PlacementRules.checkedStrategies(rest.placementStrategyOrEmpty()),
                    "",
                    false);
            Workload draft = compiler.compile(order, now);
            drafts.add(fargate ? ProviderTasks.onFargate(draft) : draft);
        }
        return drafts;
    }

    private RegisterTaskDefinitionRequest definition(Snapshot snapshot, JsonNode given) {
        if (given.isTextual()) {
            return lookup.definition(snapshot, given.asText())
                    .map(found -> EcsJson.read(found.value().getDocumentJson(), RegisterTaskDefinitionRequest.class))
                    .orElseThrow(() -> new AwsException("ClientException", "TaskDefinition not found."));
        }
        RegisterTaskDefinitionRequest document = read(given, RegisterTaskDefinitionRequest.class);
        DefinitionRules.check(document);
        return DefinitionDefaults.filled(document);
    }

    private static JsonNode withoutDefinition(JsonNode request) {
        com.fasterxml.jackson.databind.node.ObjectNode rest = request.deepCopy();
        rest.put("taskDefinition", "");
        return rest;
    }

    private static <T> T read(@Nullable JsonNode tree, Class<T> type) {
        try {
            if (tree == null || !tree.isObject()) {
                throw new AwsException("SerializationException", "an object is expected, was " + tree);
            }
            return EcsJson.read(tree, type);
        } catch (JsonProcessingException e) {
            throw new AwsException("SerializationException", e.getOriginalMessage());
        }
    }
}
