package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says which DAEMON services, or which managed daemons, a change concerns that is not about their own tasks.
 *
 * @param kind of which of both
 */
record DaemonNews(Kind<EcsService> kind) {

    Collection<Key<EcsService>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.NODE)) {
            Optional<Node> before = placing(change.before());
            Optional<Node> after = placing(change.after());
            return before.equals(after) ? List.of() : servicesOf(before, after, snapshot);
        }
        return change.key().kind().equals(Kinds.WORKLOAD) ? leftBehind(change, snapshot) : List.of();
    }

    /** What of a node decides who may be on it. */
    private static Optional<Node> placing(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Node node
                ? Optional.of(node.toBuilder()
                        .clearTags()
                        .clearReadinessSinceMs()
                        .clearEpoch()
                        .clearVersion()
                        .clearAwaitsDaemons()
                        .build())
                : Optional.empty();
    }

    private Collection<Key<EcsService>> servicesOf(Optional<Node> before, Optional<Node> after, Snapshot snapshot) {
        Set<Key<EcsService>> services = new LinkedHashSet<>();
        for (Optional<Node> node : List.of(before, after)) {
            node.ifPresent(one -> services.addAll(daemons(one.getInfo().getCluster(), snapshot)));
        }
        return services;
    }

    /** The last other task may have left a node that is drained. */
    private Collection<Key<EcsService>> leftBehind(Change<?> change, Snapshot snapshot) {
        Optional<String> node =
                ordinary(change.before()).filter(_ -> ordinary(change.after()).isEmpty());
        return node.flatMap(id -> snapshot.get(Kinds.NODE.key("", id)))
                .filter(found -> DaemonSites.isLeaving(found.value()))
                .map(found -> daemons(found.value().getInfo().getCluster(), snapshot))
                .orElse(List.of());
    }

    private static boolean isLive(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload task && !Workloads.isStopped(task);
    }

    /** The node of a task that daemons wait for. */
    private static Optional<String> ordinary(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload task && DaemonSites.isOrdinary(task)
                ? Optional.of(task.getPlacement().getNode()).filter(node -> !node.isEmpty())
                : Optional.empty();
    }

    private List<Key<EcsService>> daemons(String cluster, Snapshot snapshot) {
        List<Versioned<EcsService>> found = kind.equals(Kinds.ECS_SERVICE)
                ? snapshot.find(Kinds.DAEMON_SERVICES_BY_CLUSTER, cluster)
                : snapshot.list(kind, cluster);
        return found.stream().map(Versioned::key).toList();
    }
}
