package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.DescribeTasksRequest;
import dev.gantry.aws.ecs.DescribeTasksResponse;
import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.ListTasksRequest;
import dev.gantry.aws.ecs.ListTasksResponse;
import dev.gantry.aws.ecs.StopTaskRequest;
import dev.gantry.aws.ecs.StopTaskResponse;
import dev.gantry.aws.ecs.Task;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.view.TaskView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Stops, describes and lists tasks. */
final class TaskOperations {

    private static final int DESCRIBED_MAX = 100;
    private static final int REASON_LENGTH_MAX = 1024;

    private final Writes writes;
    private final EcsLookup lookup;
    private final InstantSource clock;
    private final Paging paging;
    private final TaskView view;

    TaskOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.clock = parts.clock();
        this.paging = new Paging(parts.pages());
        this.view = new TaskView(parts.arns());
    }

    StopTaskResponse stop(StopTaskRequest request) throws InterruptedException {
        String reason = request.reason() == null ? "Task stopped by user" : request.reason();
        if (reason.length() > REASON_LENGTH_MAX) {
            throw Refusals.invalid("reason can be at most " + REASON_LENGTH_MAX + " characters long.");
        }
        Task stopped = writes.decide(snapshot -> {
            Versioned<Workload> task = find(snapshot, cluster(snapshot, request.cluster()), request.task())
                    .orElseThrow(() -> Refusals.invalid("The referenced task was not found."));
            Workload stopping = Workloads.stop(task.value(), "UserInitiated", reason, clock.instant());
            if (stopping.equals(task.value())) {
                return Decision.nothing(image -> view.task(image, task, false));
            }
            return new Decision<>(
                    Transaction.builder().update(task, stopping).build(),
                    image -> view.task(image, image.get(task.key()).orElse(task), false));
        });
        return StopTaskResponse.builder().task(stopped).build();
    }

    DescribeTasksResponse describe(DescribeTasksRequest request) {
        if (request.tasks().isEmpty()) {
            throw Refusals.invalid("Tasks cannot be empty.");
        }
        if (request.tasks().size() > DESCRIBED_MAX) {
            throw Refusals.invalid("Tasks cannot have more than " + DESCRIBED_MAX + " elements.");
        }
        boolean tags = Includes.tags(request.includeOrEmpty());
        Snapshot snapshot = writes.snapshot();
        String cluster = cluster(snapshot, request.cluster());
        List<Task> tasks = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (String reference : request.tasks()) {
            find(snapshot, cluster, reference)
                    .ifPresentOrElse(
                            task -> tasks.add(view.task(snapshot, task, tags)),
                            () -> failures.add(
                                    Failures.missing(lookup.arns().task(cluster, lookup.taskId(cluster, reference)))));
        }
        return DescribeTasksResponse.builder().tasks(tasks).failures(failures).build();
    }

    ListTasksResponse list(ListTasksRequest request) {
        Snapshot snapshot = writes.snapshot();
        String cluster = cluster(snapshot, request.cluster());
        String query = cluster + " "
                + request.toBuilder()
                        .cluster(null)
                        .nextToken(null)
                        .maxResults(null)
                        .build();
        List<Versioned<Workload>> matching = candidates(snapshot, cluster, request).stream()
                .filter(task -> task.key().scope().equals(cluster) && TaskView.isTask(task.value()))
                .filter(wanted(request))
                .toList();
        var page = paging.page(
                new Paging.Ask("ListTasks", query, request.nextToken(), request.maxResults()),
                matching,
                task -> task.key().name());
        return ListTasksResponse.builder()
                .taskArns(page.items().stream()
                        .map(task -> lookup.arns().task(cluster, task.key().name()))
                        .toList())
                .nextToken(page.next())
                .build();
    }

    /** The fewest records that an index can narrow the search to. */
    private List<Versioned<Workload>> candidates(Snapshot snapshot, String cluster, ListTasksRequest request) {
        boolean live = !"STOPPED".equals(request.desiredStatus());
        if (request.serviceName() != null) {
            String service = lookup.serviceName(cluster, request.serviceName());
            var key = Kinds.ECS_SERVICE.key(cluster, service);
            if (snapshot.get(key).isEmpty()) {
                throw Refusals.serviceNotFound();
            }
            return snapshot.find(live ? Kinds.LIVE_WORKLOADS_BY_OWNER : Kinds.WORKLOADS_BY_OWNER, key.path());
        }
        if (request.containerInstance() != null) {
            String node = lookup.nodeId(cluster, request.containerInstance());
            return snapshot.find(live ? Kinds.LIVE_WORKLOADS_BY_NODE : Kinds.WORKLOADS_BY_NODE, node);
        }
        return snapshot.list(Kinds.WORKLOAD, cluster);
    }

    private Predicate<Versioned<Workload>> wanted(ListTasksRequest request) {
        boolean stopped = "STOPPED".equals(request.desiredStatus());
        boolean none = "PENDING".equals(request.desiredStatus());
        String node = request.containerInstance();
        return task -> {
            // ECS never returns a task for the desired status PENDING.
            if (none || Workloads.isUnwanted(task.value()) != stopped) {
                return false;
            }
            EcsTask origin = TaskView.origin(task.value());
            return (request.family() == null || request.family().equals(origin.getFamily()))
                    && (request.startedBy() == null || request.startedBy().equals(origin.getStartedBy()))
                    && (request.launchType() == null || request.launchType().equals(origin.getLaunchType()))
                    && (node == null
                            || task.value()
                                    .getPlacement()
                                    .getNode()
                                    .equals(lookup.nodeId(task.key().scope(), node)));
        };
    }

    private Optional<Versioned<Workload>> find(Snapshot snapshot, String cluster, String reference) {
        return snapshot.get(Kinds.WORKLOAD.key(cluster, lookup.taskId(cluster, reference)))
                .filter(workload -> TaskView.isTask(workload.value()));
    }

    private String cluster(Snapshot snapshot, @Nullable String reference) {
        return lookup.cluster(snapshot, reference).value().getName();
    }
}
