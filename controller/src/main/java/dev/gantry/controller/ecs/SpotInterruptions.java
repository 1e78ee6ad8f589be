package dev.gantry.controller.ecs;

import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.capacity.ProviderTasks;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes spot capacity back. As on Fargate, the warning of a task is SIGTERM, and its time to end is its {@code stopTimeout}, which is up to two
 * minutes there; its service starts another one at once.
 */
public final class SpotInterruptions {

    private static final String CODE = "SpotInterruption";
    private static final String REASON = "Your Spot Task was interrupted.";

    /** Tasks that one transaction stops, besides the change of their node. */
    private static final int AT_ONCE = 100;

    private final Writes writes;
    private final EcsParts parts;
    private final EcsLookup lookup;

    public SpotInterruptions(EcsParts parts) {
        this.writes = new Writes(parts.store());
        this.parts = parts;
        this.lookup = new EcsLookup(parts.arns());
    }

    /** @return its id, or nothing where it was asked to stop before */
    public List<String> ofTask(String cluster, String task) throws InterruptedException {
        return writes.decide(snapshot -> {
            String id = lookup.taskId(name(snapshot, cluster), task);
            Versioned<Workload> found = snapshot.get(Kinds.WORKLOAD.key(name(snapshot, cluster), id))
                    .orElseThrow(() -> Refusals.invalid("The referenced task was not found."));
            if (!isOnSpot(found.value())) {
                throw Refusals.invalid(
                        "The task " + id + " does not run on spot capacity: its capacity provider is not "
                                + Provider.FARGATE_SPOT + ".");
            }
            return stopping(Transaction.builder(), Workloads.isUnwanted(found.value()) ? List.of() : List.of(found));
        });
    }

    /** @return the ids of its tasks that were on spot capacity; the others leave it as they leave a node that is drained */
    public List<String> ofNode(String cluster, String node) throws InterruptedException {
        List<String> all = new ArrayList<>();
        List<String> stopped;
        do {
            stopped = writes.decide(snapshot -> someOf(snapshot, name(snapshot, cluster), node));
            all.addAll(stopped);
        } while (stopped.size() == AT_ONCE);
        return all;
    }

    private Decision<List<String>> someOf(Snapshot snapshot, String cluster, String reference) {
        String id = lookup.nodeId(cluster, reference);
        var node = ContainerInstanceOperations.find(snapshot, cluster, id)
                .filter(one -> one.value().getAdministration() != Administration.DEREGISTERED)
                .orElseThrow(() -> Refusals.invalid("Referenced container instance " + id + " not found."));
        Transaction.Builder write = Transaction.builder();
        ContainerInstanceOperations.change(write, node, Administration.DRAINING);
        return stopping(
                write,
                snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, id).stream()
                        .filter(task -> isOnSpot(task.value()) && !Workloads.isUnwanted(task.value()))
                        .limit(AT_ONCE)
                        .toList());
    }

    private Decision<List<String>> stopping(Transaction.Builder write, List<Versioned<Workload>> tasks) {
        tasks.forEach(task -> write.update(
                task, Workloads.stop(task.value(), CODE, REASON, parts.clock().instant())));
        List<String> ids = tasks.stream().map(task -> task.key().name()).toList();
        return new Decision<>(write.build(), _ -> ids);
    }

    private static boolean isOnSpot(Workload workload) {
        return ProviderTasks.provider(workload).equals(Provider.FARGATE_SPOT);
    }

    private String name(Snapshot snapshot, String cluster) {
        return lookup.cluster(snapshot, cluster).value().getName();
    }
}
