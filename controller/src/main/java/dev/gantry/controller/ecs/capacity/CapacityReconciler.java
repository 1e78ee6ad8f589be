package dev.gantry.controller.ecs.capacity;

import dev.gantry.aws.ecs.AutoScalingGroupProvider;
import dev.gantry.aws.ecs.ManagedScaling;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.resource.Workloads.Stage;
import dev.gantry.proto.Administration;
import dev.gantry.proto.CapacityScaling;
import dev.gantry.proto.EcsCapacityProvider;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes down how many machines each group should have whose number is managed. */
public final class CapacityReconciler implements Reconciler<EcsCapacityProvider> {

    @Override
    public String name() {
        return "ecs-capacity";
    }

    @Override
    public Collection<Key<EcsCapacityProvider>> all(Snapshot snapshot) {
        return snapshot.list(Kinds.ECS_CAPACITY_PROVIDER).stream()
                .filter(provider -> provider.value().getActive())
                .map(Versioned::key)
                .toList();
    }

    @Override
    public Collection<Key<EcsCapacityProvider>> wokenBy(Change<?> change, Snapshot snapshot) {
        Key<?> key = change.key();
        if (key.kind().equals(Kinds.ECS_CAPACITY_PROVIDER)) {
            return List.of(Provider.key(key.name()));
        }
        boolean concerns = key.kind().equals(Kinds.ECS_CLUSTER)
                || (key.kind().equals(Kinds.NODE) && (isPooled(change.before()) || isPooled(change.after())))
                || (key.kind().equals(Kinds.WORKLOAD) && stage(change.before()) != stage(change.after()));
        return concerns ? all(snapshot) : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<EcsCapacityProvider> key, Instant now) {
        return snapshot.get(key)
                .filter(provider -> provider.value().getActive())
                .map(provider -> decide(snapshot, provider, now))
                .orElseGet(Outcome::nothing);
    }

    private static Outcome decide(Snapshot snapshot, Versioned<EcsCapacityProvider> provider, Instant now) {
        EcsCapacityProvider before = provider.value();
        Optional<EcsCluster> cluster = snapshot.list(Kinds.ECS_CLUSTER).stream()
                .map(Versioned::value)
                .filter(one -> one.getActive() && Provider.ofCluster(one).contains(before.getName()))
                .findFirst();
        AutoScalingGroupProvider group = Provider.group(before);
        ManagedScaling settings = group == null ? null : group.managedScaling();
        if (cluster.isEmpty() || settings == null || !Provider.isScaled(before)) {
            return before.hasScaling()
                    ? write(provider, before.toBuilder().clearScaling().build())
                    : Outcome.nothing();
        }
        CapacityScaling scaling =
                reservation(snapshot, before, cluster.get().getName()).scaling(settings, before.getScaling(), now);
        Outcome outcome = scaling.equals(before.getScaling())
                ? Outcome.nothing()
                : write(provider, before.toBuilder().setScaling(scaling).build());
        Instant fewer = Instant.ofEpochMilli(scaling.getSurplusSinceMs()).plus(Reservation.SCALE_IN_AFTER);
        return scaling.getSurplusSinceMs() > 0 && now.isBefore(fewer) ? outcome.orWakeAt(fewer) : outcome;
    }

    private static Outcome write(Versioned<EcsCapacityProvider> before, EcsCapacityProvider after) {
        return Outcome.write(Transaction.builder().update(before, after).build());
    }

    private static Reservation reservation(Snapshot snapshot, EcsCapacityProvider provider, String cluster) {
        List<Node> nodes = snapshot.find(Kinds.NODES_BY_CLUSTER, cluster).stream()
                .map(Versioned::value)
                .filter(node -> Provider.pool(node).equals(Provider.pool(provider)))
                .filter(node ->
                        node.getAdministration() == Administration.ACTIVE && node.getReadiness() != Readiness.LOST)
                .toList();
        int busy = (int) nodes.stream().filter(node -> isBusy(snapshot, node)).count();
        List<Resources> waiting = snapshot.find(Kinds.WORKLOADS_BY_STAGE, Stage.UNPLACED.name()).stream()
                .filter(task -> task.key().scope().equals(cluster))
                .map(Versioned::value)
                .filter(task -> ProviderTasks.provider(task).equals(provider.getName()))
                .map(task -> task.getSpec().getResources())
                .toList();
        Optional<Resources> smallest = nodes.stream()
                .map(node -> node.getInfo().getCapacity())
                .min(Comparator.comparingLong(Resources::getMemoryBytes).thenComparingLong(Resources::getCpuUnits));
        return new Reservation(busy, nodes.size() - busy, smallest, waiting);
    }

    private static boolean isBusy(Snapshot snapshot, Node node) {
        return snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, node.getId()).stream()
                .anyMatch(task -> !task.value().getSpec().getDaemon());
    }

    private static boolean isPooled(@Nullable Versioned<?> record) {
        return record != null
                && record.value() instanceof Node node
                && !Provider.pool(node).isEmpty();
    }

    private static @Nullable Stage stage(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload ? Workloads.stage(workload) : null;
    }
}
