package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.CreateTaskSetRequest;
import dev.gantry.aws.ecs.DeleteTaskSetRequest;
import dev.gantry.aws.ecs.DescribeTaskSetsRequest;
import dev.gantry.aws.ecs.DescribeTaskSetsResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.Scale;
import dev.gantry.aws.ecs.TaskSet;
import dev.gantry.aws.ecs.UpdateServicePrimaryTaskSetRequest;
import dev.gantry.aws.ecs.UpdateTaskSetRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.EcsName.TaskSetName;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.ecs.view.TaskSetView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.proto.EcsTaskSet;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Task sets of services that somebody outside deploys: writes what is wanted, and leaves the rest to the service planner. */
final class TaskSetOperations {

    /** Of one service at a time. */
    private static final int TASK_SETS_MAX = 10;

    private static final double SCALE_MAX = 100;
    private static final String NOT_FOUND = "The specified task set was not found.";

    private final EcsParts parts;
    private final Writes writes;
    private final EcsLookup lookup;
    private final DeployedDefinitions definitions;
    private final TaskSetView view;

    TaskSetOperations(EcsParts parts, Writes writes) {
        this.parts = parts;
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.definitions = new DeployedDefinitions(lookup);
        this.view = new TaskSetView(parts.arns());
    }

    TaskSet create(CreateTaskSetRequest request) throws InterruptedException {
        check(request);
        double scale = request.scale() == null ? SCALE_MAX : scale(request.scale());
        Map<String, String> tags = Tags.checked(request.tagsOrEmpty());
        return writes.decide(snapshot -> {
            Versioned<EcsService> service = external(snapshot, request.cluster(), request.service());
            Instant now = parts.clock().instant();
            ClientTokens.Claim claim =
                    ClientTokens.claim("ecs/CreateTaskSet/" + service.key().scope(), request.clientToken(), request);
            Optional<EcsTaskSet> made = claim.replayed(
                            snapshot, now, () -> Refusals.invalid("Creation of task set was not idempotent."))
                    .flatMap(ids -> find(service.value(), ids.getFirst()));
            if (made.isPresent()) {
                return Decision.nothing(image -> view.taskSet(image, service, made.get(), true));
            }
            if (service.value().getTaskSetsCount() >= TASK_SETS_MAX) {
                throw new AwsException(
                        "LimitExceededException",
                        "A service can have at most " + TASK_SETS_MAX + " task sets. Delete some of them first.");
            }
            Versioned<EcsTaskDefinition> definition = definitions.runnable(snapshot, request.taskDefinition());
            definitions.checkNetwork(
                    snapshot,
                    definitions.arn(definition),
                    request.networkConfiguration(),
                    "FARGATE".equals(request.launchType()));
            EcsTaskSet set = EcsTaskSet.newBuilder()
                    .setDeployment(deployment(service.value(), request, definitions.arn(definition), now))
                    .setExternalId(request.externalId() == null ? "" : request.externalId())
                    .setScalePercent(scale)
                    .setSteadySinceMs(now.toEpochMilli())
                    .putAllTags(tags)
                    .build();
            Transaction.Builder write = Transaction.builder().guard(definition);
            EcsService after = service.value().toBuilder().addTaskSets(set).build();
            claim.keep(write, snapshot, now, List.of(set.getDeployment().getId()));
            return shown(write.update(service, after), service, set);
        });
    }

    DescribeTaskSetsResponse describe(DescribeTaskSetsRequest request) {
        boolean tags = Includes.tags(request.includeOrEmpty());
        Snapshot snapshot = writes.snapshot();
        Versioned<EcsService> service = external(snapshot, request.cluster(), request.service());
        List<TaskSet> found = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        if (request.taskSetsOrEmpty().isEmpty()) {
            service.value().getTaskSetsList().forEach(set -> found.add(view.taskSet(snapshot, service, set, tags)));
        }
        for (String reference : request.taskSetsOrEmpty()) {
            String id = id(service.value(), reference);
            find(service.value(), id)
                    .ifPresentOrElse(
                            set -> found.add(view.taskSet(snapshot, service, set, tags)),
                            () -> failures.add(Failures.missing(lookup.arns()
                                    .taskSet(
                                            service.value().getCluster(),
                                            service.value().getName(),
                                            id))));
        }
        return DescribeTaskSetsResponse.builder()
                .taskSets(found)
                .failures(failures)
                .build();
    }

    TaskSet update(UpdateTaskSetRequest request) throws InterruptedException {
        double scale = scale(request.scale());
        return change(
                request.cluster(),
                request.service(),
                request.taskSet(),
                set -> set.toBuilder().setScalePercent(scale).build());
    }

    TaskSet delete(DeleteTaskSetRequest request) throws InterruptedException {
        return change(request.cluster(), request.service(), request.taskSet(), set -> {
            if (set.getScalePercent() > 0 && !Boolean.TRUE.equals(request.force())) {
                throw Refusals.invalid("The task set cannot be deleted while it is scaled above 0. Use force.");
            }
            return set.toBuilder().setDraining(true).setPrimary(false).build();
        });
    }

    TaskSet makePrimary(UpdateServicePrimaryTaskSetRequest request) throws InterruptedException {
        return writes.decide(snapshot -> {
            Versioned<EcsService> service = external(snapshot, request.cluster(), request.service());
            String id = id(service.value(), request.primaryTaskSet());
            EcsTaskSet chosen = find(service.value(), id).orElseThrow(TaskSetOperations::notFound);
            if (chosen.getDraining()) {
                throw Refusals.invalid("A task set that is being deleted cannot become the primary one.");
            }
            EcsService.Builder after = service.value().toBuilder();
            after.getTaskSetsBuilderList()
                    .forEach(set -> set.setPrimary(set.getDeployment().getId().equals(id)));
            return shown(
                    Transaction.builder().update(service, after.build()),
                    service,
                    chosen.toBuilder().setPrimary(true).build());
        });
    }

    private TaskSet change(@Nullable String cluster, String reference, String taskSet, UnaryOperator<EcsTaskSet> change)
            throws InterruptedException {
        return writes.decide(snapshot -> {
            Versioned<EcsService> service = external(snapshot, cluster, reference);
            String id = id(service.value(), taskSet);
            int index = IntStream.range(0, service.value().getTaskSetsCount())
                    .filter(i -> service.value()
                            .getTaskSets(i)
                            .getDeployment()
                            .getId()
                            .equals(id))
                    .findFirst()
                    .orElseThrow(TaskSetOperations::notFound);
            EcsTaskSet.Builder changed = change.apply(service.value().getTaskSets(index)).toBuilder();
            changed.getDeploymentBuilder()
                    .setUpdatedAtMs(parts.clock().instant().toEpochMilli());
            EcsService after =
                    service.value().toBuilder().setTaskSets(index, changed).build();
            return shown(Transaction.builder().update(service, after), service, changed.build());
        });
    }

    /** @param set as it is written: when that is read, it may have gone already */
    private Decision<TaskSet> shown(Transaction.Builder write, Versioned<EcsService> before, EcsTaskSet set) {
        return new Decision<>(write.build(), image -> {
            Versioned<EcsService> service = image.get(before.key()).orElse(before);
            EcsTaskSet found =
                    find(service.value(), set.getDeployment().getId()).orElse(set);
            return view.taskSet(image, service, found, true);
        });
    }

    private EcsDeployment deployment(EcsService service, CreateTaskSetRequest request, String definition, Instant now) {
        CreateServiceRequest document = EcsJson.read(service.getDocumentJson(), CreateServiceRequest.class).toBuilder()
                .taskDefinition(definition)
                .networkConfiguration(request.networkConfiguration())
                .launchType(request.launchType() == null ? "EC2" : request.launchType())
                .build();
        return EcsDeployment.newBuilder()
                .setId(parts.deploymentIds().get())
                .setTaskDefinitionArn(definition)
                .setCreatedAtMs(now.toEpochMilli())
                .setUpdatedAtMs(now.toEpochMilli())
                .setDocumentJson(EcsJson.bytes(document))
                .build();
    }

    private static void check(CreateTaskSetRequest request) {
        LaunchRules.checkLaunchType(request.launchType());
        refuse(!request.capacityProviderStrategyOrEmpty().isEmpty(), "capacityProviderStrategy");
        refuse(!request.loadBalancersOrEmpty().isEmpty(), "loadBalancers");
        refuse(!request.serviceRegistriesOrEmpty().isEmpty(), "serviceRegistries");
        if (request.platformVersion() != null) {
            throw Refusals.invalid("The platform version must be null when specifying an EC2 launch type.");
        }
    }

    private static void refuse(boolean present, String what) {
        if (present) {
            throw Refusals.unsupported("This task set cannot be run: Gantry does not support " + what + ".");
        }
    }

    private static double scale(Scale scale) {
        double percent = scale.value() == null ? 0 : scale.value();
        if (!(percent >= 0 && percent <= SCALE_MAX)) {
            throw Refusals.invalid("scale must be between 0 and 100 percent, was " + percent + ".");
        }
        return percent;
    }

    /** A service that somebody outside deploys, and that is not being deleted. */
    private Versioned<EcsService> external(Snapshot snapshot, @Nullable String cluster, String reference) {
        String scope = lookup.cluster(snapshot, cluster).value().getName();
        Versioned<EcsService> service = snapshot.get(Kinds.ECS_SERVICE.key(scope, lookup.serviceName(scope, reference)))
                .orElseThrow(Refusals::serviceNotFound);
        if (service.value().getStatus() != EcsService.Status.ACTIVE) {
            throw new AwsException("ServiceNotActiveException", "Service was not ACTIVE.");
        }
        if (!service.value().getExternal()) {
            throw Refusals.invalid("Task sets are only for services with an EXTERNAL deployment controller.");
        }
        return service;
    }

    private String id(EcsService service, String reference) {
        if (!Arns.isArn(reference)) {
            return reference;
        }
        return lookup.arns()
                .parse(reference)
                .filter(name -> name instanceof TaskSetName(String cluster, String of, String id)
                        && cluster.equals(service.getCluster())
                        && of.equals(service.getName()))
                .map(name -> ((TaskSetName) name).id())
                .orElseThrow(() -> Refusals.invalid("Invalid identifier: " + reference
                        + " is not the ARN of a task set of the service " + service.getName() + "."));
    }

    private static Optional<EcsTaskSet> find(EcsService service, String id) {
        return service.getTaskSetsList().stream()
                .filter(set -> set.getDeployment().getId().equals(id))
                .findFirst();
    }

    private static AwsException notFound() {
        return new AwsException("TaskSetNotFoundException", NOT_FOUND);
    }
}
