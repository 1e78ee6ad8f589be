package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.PlacementStrategy;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.RunTaskRequest;
import dev.gantry.aws.ecs.RunTaskResponse;
import dev.gantry.aws.ecs.StartTaskRequest;
import dev.gantry.aws.ecs.StartTaskResponse;
import dev.gantry.aws.ecs.Task;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.PlacementPreview.Obstacle;
import dev.gantry.controller.ecs.PlacementPreview.Verdict;
import dev.gantry.controller.ecs.compile.Overrides;
import dev.gantry.controller.ecs.compile.PlacementRules;
import dev.gantry.controller.ecs.compile.TaskCompiler;
import dev.gantry.controller.ecs.compile.TaskOrder;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.view.TaskView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** RunTask and StartTask: makes standalone tasks, for the scheduler to place. */
final class TaskLaunch {

    private static final int INSTANCES_MAX = 10;

    private final EcsParts parts;
    private final Writes writes;
    private final EcsLookup lookup;
    private final TaskCompiler compiler;
    private final TaskView view;

    TaskLaunch(EcsParts parts, Writes writes) {
        this.parts = parts;
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.compiler = new TaskCompiler(parts.arns());
        this.view = new TaskView(parts.arns());
    }

    RunTaskResponse run(RunTaskRequest request) throws InterruptedException {
        int count = LaunchRules.check(request);
        List<PlacementStrategy> strategies = PlacementRules.checkedStrategies(request.placementStrategyOrEmpty());
        return writes.decide(snapshot -> {
            Versioned<EcsCluster> cluster = lookup.cluster(snapshot, request.cluster());
            Instant now = parts.clock().instant();
            String name = cluster.value().getName();
            ClientTokens.Claim claim = ClientTokens.claim("ecs/RunTask/" + name, request.clientToken(), request);
            Optional<List<String>> before = claim.replayed(
                    snapshot,
                    now,
                    () -> new AwsException(
                            "ConflictException",
                            "The clientToken was used before, for a RunTask request with other parameters."));
            if (before.isPresent()) {
                return Decision.nothing(image -> response(image, name, before.get(), List.of()));
            }
            Versioned<EcsTaskDefinition> definition = active(snapshot, request.taskDefinition());
            checkExpressions(snapshot, request);
            Capacity capacity =
                    Capacity.of(cluster.value(), request.capacityProviderStrategyOrEmpty(), request.launchType());
            LaunchRules.checkNetwork(
                    document(definition).networkMode(), request.networkConfiguration(), capacity.isFargate());
            RegisterTaskDefinitionRequest document = Overrides.applied(document(definition), request.overrides());
            boolean placed = !request.placementConstraintsOrEmpty().isEmpty() || !strategies.isEmpty();
            capacity.check(document, request.platformVersion(), placed);
            EcsTask origin = LaunchRules.origin(request, definition.value(), document, capacity, parts.arns());
            List<Workload> made = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                TaskOrder order = new TaskOrder(
                        name,
                        parts.ids().get(),
                        "",
                        origin,
                        document,
                        request.placementConstraintsOrEmpty(),
                        strategies,
                        "",
                        false);
                made.add(compiler.compile(order, now));
            }
            List<Workload> wanted = capacity.meant(snapshot, made);
            if (wanted.stream().noneMatch(task -> Capacity.waits(snapshot, task))) {
                checkNodes(snapshot, name);
            }
            List<Failure> failures = new ArrayList<>();
            List<Workload> placeable = placeable(snapshot, name, wanted, failures);
            if (placeable.isEmpty()) {
                return Decision.nothing(image -> response(image, name, List.of(), failures));
            }
            return launch(snapshot, new Ground(cluster, definition), placeable, failures, claim, now);
        });
    }

    StartTaskResponse start(StartTaskRequest request) throws InterruptedException {
        Set<String> instances = new LinkedHashSet<>(request.containerInstances());
        if (instances.isEmpty()) {
            throw Refusals.invalid("Container instances cannot be empty.");
        }
        if (instances.size() > INSTANCES_MAX) {
            throw Refusals.invalid("Container instances cannot have more than " + INSTANCES_MAX + " elements.");
        }
        LaunchRules.check(request);
        RunTaskResponse started = writes.decide(snapshot -> {
            Versioned<EcsCluster> cluster = lookup.cluster(snapshot, request.cluster());
            Instant now = parts.clock().instant();
            String name = cluster.value().getName();
            Versioned<EcsTaskDefinition> definition = active(snapshot, request.taskDefinition());
            LaunchRules.checkNetwork(document(definition).networkMode(), request.networkConfiguration(), false);
            EcsTask origin = LaunchRules.origin(request, definition.value(), parts.arns());
            RegisterTaskDefinitionRequest document = Overrides.applied(document(definition), request.overrides());
            List<Failure> failures = new ArrayList<>();
            List<Workload> wanted = new ArrayList<>();
            for (String instance : instances) {
                String node = lookup.nodeId(name, instance);
                if (!isUsable(snapshot, name, node)) {
                    failures.add(Failures.missing(parts.arns().containerInstance(name, node)));
                    continue;
                }
                TaskOrder order =
                        new TaskOrder(name, parts.ids().get(), "", origin, document, List.of(), List.of(), node, false);
                wanted.add(compiler.compile(order, now));
            }
            List<Workload> placeable = placeable(snapshot, name, wanted, failures);
            if (placeable.isEmpty()) {
                return Decision.nothing(image -> response(image, name, List.of(), failures));
            }
            return launch(
                    snapshot,
                    new Ground(cluster, definition),
                    placeable,
                    failures,
                    ClientTokens.claim("", null, request),
                    now);
        });
        return StartTaskResponse.builder()
                .tasks(started.tasks())
                .failures(started.failures())
                .build();
    }

    /**
     * What a launch rests on. As guards they keep tasks out of a cluster that is deleted, and of a definition that is
     * deregistered at the same time.
     */
    private record Ground(Versioned<EcsCluster> cluster, Versioned<EcsTaskDefinition> definition) {}

    private Decision<RunTaskResponse> launch(
            Snapshot snapshot,
            Ground ground,
            List<Workload> workloads,
            List<Failure> failures,
            ClientTokens.Claim claim,
            Instant now) {
        Transaction.Builder write =
                Transaction.builder().guard(ground.cluster()).guard(ground.definition());
        workloads.forEach(workload -> write.create(key(workload), workload));
        List<String> ids = workloads.stream().map(Workload::getId).toList();
        claim.keep(write, snapshot, now, ids);
        String name = ground.cluster().value().getName();
        return new Decision<>(write.build(), image -> response(image, name, ids, failures));
    }

    private RunTaskResponse response(Snapshot image, String cluster, List<String> ids, List<Failure> failures) {
        List<Task> tasks = ids.stream()
                .flatMap(id -> image.get(Kinds.WORKLOAD.key(cluster, id)).stream())
                .map(workload -> view.task(image, workload, true))
                .toList();
        return RunTaskResponse.builder().tasks(tasks).failures(failures).build();
    }

    /**
     * Those that have a node now, and those whose capacity provider lets them wait; the others become failures, as ECS
     * answers at once.
     */
    private List<Workload> placeable(Snapshot snapshot, String cluster, List<Workload> wanted, List<Failure> failures) {
        List<Verdict> verdicts = wanted.isEmpty() ? List.of() : parts.preview().preview(snapshot, wanted);
        List<Workload> placeable = new ArrayList<>();
        Set<Failure> seen = new LinkedHashSet<>();
        int waiting = 0;
        for (int i = 0; i < wanted.size(); i++) {
            Workload task = wanted.get(i);
            switch (verdicts.get(i)) {
                case Verdict.Placed _ -> placeable.add(task);
                case Verdict.Unplaced _
                when Capacity.waits(snapshot, task) -> {
                    placeable.add(task);
                    waiting++;
                }
                case Verdict.Unplaced(List<Obstacle> obstacles) ->
                    Capacity.emptyProvider(snapshot, task)
                            .ifPresentOrElse(
                                    name -> seen.add(Failures.of(
                                            parts.arns().capacityProvider(name), "EMPTY CAPACITY PROVIDER", null)),
                                    () -> obstacles.forEach(obstacle -> seen.add(failure(cluster, obstacle))));
            }
        }
        Capacity.checkWaiting(snapshot, cluster, waiting);
        failures.addAll(seen);
        return placeable;
    }

    private Failure failure(String cluster, Obstacle obstacle) {
        String arn = obstacle.node().isEmpty() ? null : parts.arns().containerInstance(cluster, obstacle.node());
        return Failures.of(arn, obstacle.reason(), obstacle.detail().isEmpty() ? null : obstacle.detail());
    }

    private Versioned<EcsTaskDefinition> active(Snapshot snapshot, String reference) {
        Versioned<EcsTaskDefinition> definition =
                lookup.definition(snapshot, reference).orElseThrow(() -> Refusals.client("TaskDefinition not found."));
        if (definition.value().getStatus() != EcsTaskDefinition.Status.ACTIVE) {
            throw Refusals.client("TaskDefinition is inactive");
        }
        return definition;
    }

    private void checkExpressions(Snapshot snapshot, RunTaskRequest request) {
        request.placementConstraintsOrEmpty().stream()
                .filter(constraint -> "memberOf".equals(constraint.type()))
                .forEach(constraint -> parts.filter().parse(snapshot, String.valueOf(constraint.expression())));
    }

    private static void checkNodes(Snapshot snapshot, String cluster) {
        boolean any = snapshot.find(Kinds.NODES_BY_CLUSTER, cluster).stream()
                .anyMatch(node -> node.value().getAdministration() != Administration.DEREGISTERED);
        if (!any) {
            throw Refusals.invalid("No Container Instances were found in your cluster.");
        }
    }

    private static boolean isUsable(Snapshot snapshot, String cluster, String id) {
        Optional<Node> node = snapshot.get(Kinds.NODE.key("", id)).map(Versioned::value);
        return node.isPresent()
                && node.get().getInfo().getCluster().equals(cluster)
                && node.get().getAdministration() != Administration.DEREGISTERED;
    }

    private static RegisterTaskDefinitionRequest document(Versioned<EcsTaskDefinition> definition) {
        return EcsJson.read(definition.value().getDocumentJson(), RegisterTaskDefinitionRequest.class);
    }

    private static Key<Workload> key(Workload workload) {
        return Kinds.WORKLOAD.key(workload.getScope(), workload.getId());
    }
}
