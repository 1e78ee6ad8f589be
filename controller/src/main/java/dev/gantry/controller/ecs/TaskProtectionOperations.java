package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.Failure;
import dev.gantry.aws.ecs.GetTaskProtectionRequest;
import dev.gantry.aws.ecs.GetTaskProtectionResponse;
import dev.gantry.aws.ecs.ProtectedTask;
import dev.gantry.aws.ecs.UpdateTaskProtectionRequest;
import dev.gantry.aws.ecs.UpdateTaskProtectionResponse;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.view.TaskView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps tasks of services from being stopped by scaling in and by deployments, for a time, and tells for which. */
final class TaskProtectionOperations {

    private static final int READ_MAX = 100;
    private static final int CHANGED_MAX = 10;
    private static final int MINUTES_MAX = 2880;
    private static final int MINUTES_DEFAULT = 120;

    private final Writes writes;
    private final EcsLookup lookup;
    private final InstantSource clock;

    TaskProtectionOperations(EcsParts parts, Writes writes) {
        this.writes = writes;
        this.lookup = new EcsLookup(parts.arns());
        this.clock = parts.clock();
    }

    GetTaskProtectionResponse get(GetTaskProtectionRequest request) {
        checkNumber(request.tasksOrEmpty(), READ_MAX);
        Snapshot snapshot = writes.snapshot();
        String cluster = cluster(snapshot, request.cluster());
        Instant now = clock.instant();
        List<ProtectedTask> shown = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (Key<Workload> key : keys(cluster, request.tasksOrEmpty())) {
            ofService(snapshot, key, failures).ifPresent(task -> shown.add(shown(cluster, task.value(), now)));
        }
        return GetTaskProtectionResponse.builder()
                .protectedTasks(shown)
                .failures(failures)
                .build();
    }

    UpdateTaskProtectionResponse update(UpdateTaskProtectionRequest request) throws InterruptedException {
        checkNumber(request.tasks(), CHANGED_MAX);
        int minutes = request.expiresInMinutes() == null ? MINUTES_DEFAULT : request.expiresInMinutes();
        if (minutes < 1 || minutes > MINUTES_MAX) {
            throw Refusals.invalid("expiresInMinutes must be between 1 and " + MINUTES_MAX + ", was " + minutes + ".");
        }
        return writes.decide(snapshot -> {
            String cluster = cluster(snapshot, request.cluster());
            Instant now = clock.instant();
            long until = request.protectionEnabled()
                    ? now.plus(Duration.ofMinutes(minutes)).toEpochMilli()
                    : 0;
            Change change = new Change(snapshot, cluster, now, until);
            keys(cluster, request.tasks()).forEach(change::add);
            return new Decision<>(change.write.build(), _ -> change.answer());
        });
    }

    /** One request's change, as it grows task by task. */
    private final class Change {

        private final Snapshot snapshot;
        private final String cluster;
        private final Instant now;
        private final long until;
        private final Map<String, Integer> room = new LinkedHashMap<>();
        private final List<ProtectedTask> shown = new ArrayList<>();
        private final List<Failure> failures = new ArrayList<>();
        private final Transaction.Builder write = Transaction.builder();

        Change(Snapshot snapshot, String cluster, Instant now, long until) {
            this.snapshot = snapshot;
            this.cluster = cluster;
            this.now = now;
            this.until = until;
        }

        void add(Key<Workload> key) {
            ofService(snapshot, key, failures).ifPresent(this::add);
        }

        private void add(Versioned<Workload> task) {
            if (until > 0 && !takesRoom(task.value())) {
                failures.add(Failures.of(
                        arn(task.key()),
                        "DEPLOYMENT_BLOCKED",
                        "The service has as many protected tasks as its desired count. Let the protection of others"
                                + " end, or raise the desired count."));
                return;
            }
            Workload changed =
                    task.value().toBuilder().setProtectedUntilMs(until).build();
            // Written even if nothing changes: an image that is behind may only seem to have what is wanted.
            write.update(task, changed);
            shown.add(shown(cluster, changed, now));
        }

        /** A service with more protected tasks than it shall have could neither scale in nor be deployed. */
        private boolean takesRoom(Workload task) {
            String owner = task.getOwner();
            int free = room.computeIfAbsent(owner, _ -> free(task));
            if (!isProtected(task, now)) {
                room.put(owner, --free);
            }
            return free >= 0;
        }

        private int free(Workload task) {
            int desired = snapshot.get(service(task))
                    .map(service -> service.value().getDesiredCount())
                    .orElse(0);
            return desired
                    - (int) snapshot.find(Kinds.LIVE_WORKLOADS_BY_OWNER, task.getOwner()).stream()
                            .filter(one -> isProtected(one.value(), now) && !Workloads.isUnwanted(one.value()))
                            .count();
        }

        UpdateTaskProtectionResponse answer() {
            return UpdateTaskProtectionResponse.builder()
                    .protectedTasks(shown)
                    .failures(failures)
                    .build();
        }
    }

    /** A task that a service made and that may still run; of another one the failures tell. */
    private Optional<Versioned<Workload>> ofService(Snapshot snapshot, Key<Workload> key, List<Failure> failures) {
        Optional<Versioned<Workload>> task = snapshot.get(key).filter(one -> TaskView.isTask(one.value()));
        if (task.isEmpty()) {
            failures.add(Failures.missing(arn(key)));
            return Optional.empty();
        }
        String trouble = !task.get().value().getOwner().startsWith(Kinds.ECS_SERVICE.name() + "/")
                ? "Only tasks that a service runs can be protected."
                : Workloads.isUnwanted(task.get().value()) ? "The task is stopping or has stopped." : "";
        if (!trouble.isEmpty()) {
            failures.add(Failures.of(arn(key), "TASK_NOT_VALID", trouble));
            return Optional.empty();
        }
        return task;
    }

    /** Each once. */
    private LinkedHashSet<Key<Workload>> keys(String cluster, List<String> tasks) {
        LinkedHashSet<Key<Workload>> keys = new LinkedHashSet<>();
        tasks.forEach(task -> keys.add(Kinds.WORKLOAD.key(cluster, lookup.taskId(cluster, task))));
        return keys;
    }

    private ProtectedTask shown(String cluster, Workload task, Instant now) {
        boolean isProtected = isProtected(task, now);
        return ProtectedTask.builder()
                .taskArn(lookup.arns().task(cluster, task.getId()))
                .protectionEnabled(isProtected)
                .expirationDate(isProtected ? Instant.ofEpochMilli(task.getProtectedUntilMs()) : null)
                .build();
    }

    private static boolean isProtected(Workload task, Instant now) {
        return task.getProtectedUntilMs() > now.toEpochMilli();
    }

    private static Key<EcsService> service(Workload task) {
        String owner = task.getOwner();
        return Kinds.ECS_SERVICE.key(task.getScope(), owner.substring(owner.lastIndexOf('/') + 1));
    }

    private String arn(Key<Workload> key) {
        return lookup.arns().task(key.scope(), key.name());
    }

    private String cluster(Snapshot snapshot, String reference) {
        return lookup.cluster(snapshot, reference).value().getName();
    }

    private static void checkNumber(List<String> tasks, int most) {
        if (tasks.isEmpty()) {
            throw Refusals.invalid("Tasks cannot be empty.");
        }
        if (tasks.size() > most) {
            throw Refusals.invalid("Tasks cannot have more than " + most + " elements.");
        }
    }
}
