package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsDeployment.RolloutState;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Opens a node that has joined to whatever waits for one, as soon as its daemons are there: tasks of DAEMON services must
 * have their room, and those of managed daemons must run, because others may rely on them. What cannot start holds nobody
 * up for long.
 */
public final class DaemonsFirst implements Reconciler<Node> {

    /** As long as a daemon whose image has to be fetched may well take; a node that stays closed is of no use. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final TaskFactory ofServices;
    private final TaskFactory ofDaemons;

    /** @param ofServices makes the tasks of services, and the other one those of managed daemons */
    public DaemonsFirst(TaskFactory ofServices, TaskFactory ofDaemons) {
        this.ofServices = ofServices;
        this.ofDaemons = ofDaemons;
    }

    @Override
    public String name() {
        return "ecs-daemons-first";
    }

    @Override
    public Collection<Key<Node>> all(Snapshot snapshot) {
        return snapshot.list(Kinds.NODE).stream()
                .filter(node -> node.value().getAwaitsDaemons())
                .map(Versioned::key)
                .toList();
    }

    @Override
    public Collection<Key<Node>> wokenBy(Change<?> change, Snapshot snapshot) {
        Key<?> key = change.key();
        if (key.kind().equals(Kinds.NODE)) {
            return awaiting(snapshot, key.name());
        }
        if (key.kind().equals(Kinds.ECS_SERVICE) || key.kind().equals(Kinds.ECS_DAEMON)) {
            return snapshot.find(Kinds.AWAITING_NODES_BY_CLUSTER, key.scope()).stream()
                    .map(Versioned::key)
                    .toList();
        }
        return change.after() != null
                        && change.after().value() instanceof Workload task
                        && task.getSpec().getDaemon()
                ? awaiting(snapshot, task.getSpec().getRequiredNode())
                : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Node> key, Instant now) {
        return snapshot.get(key)
                .filter(node -> node.value().getAwaitsDaemons())
                .map(node -> decide(snapshot, node, now))
                .orElseGet(Outcome::nothing);
    }

    private Outcome decide(Snapshot snapshot, Versioned<Node> node, Instant now) {
        Instant joined = Instant.ofEpochMilli(node.value().getRegisteredAtMs());
        Instant end = joined.plus(PATIENCE);
        // Who joined in times to come did so by another clock.
        boolean isOver = joined.isAfter(now) || !now.isBefore(end);
        if (!isOver && isMissing(snapshot, node, now)) {
            return Outcome.wakeAt(end);
        }
        return Outcome.write(Transaction.builder()
                .update(node, node.value().toBuilder().clearAwaitsDaemons().build())
                .build());
    }

    private boolean isMissing(Snapshot snapshot, Versioned<Node> node, Instant now) {
        String cluster = node.value().getInfo().getCluster();
        boolean ofService = snapshot.find(Kinds.DAEMON_SERVICES_BY_CLUSTER, cluster).stream()
                .anyMatch(service -> misses(snapshot, node, service, ofServices, Workloads::isPlaced, now));
        return ofService
                || snapshot.list(Kinds.ECS_DAEMON, cluster).stream()
                        .anyMatch(daemon -> misses(snapshot, node, daemon, ofDaemons, Workloads::isRunning, now));
    }

    private static boolean misses(
            Snapshot snapshot,
            Versioned<Node> node,
            Versioned<EcsService> daemon,
            TaskFactory factory,
            Predicate<Workload> suffices,
            Instant now) {
        boolean starts = daemon.value().getStatus() == EcsService.Status.ACTIVE
                && daemon.value().getDeploymentsCount() > 0
                && daemon.value().getDeployments(0).getRolloutState() != RolloutState.FAILED;
        if (!starts) {
            return false;
        }
        Optional<Workload> sample = factory.task(
                snapshot,
                daemon,
                daemon.value().getDeployments(0),
                TaskNames.task(daemon.value().getUid(), -1),
                now);
        return sample.filter(task -> DaemonSites.of(snapshot, node, task).runs())
                        .isPresent()
                && snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, node.key().name()).stream()
                        .map(Versioned::value)
                        .noneMatch(task -> task.getOwner().equals(daemon.key().path()) && suffices.test(task));
    }

    private static List<Key<Node>> awaiting(Snapshot snapshot, String node) {
        Key<Node> key = Kinds.NODE.key("", node);
        return snapshot.get(key)
                .filter(found -> found.value().getAwaitsDaemons())
                .map(_ -> List.of(key))
                .orElse(List.of());
    }
}
