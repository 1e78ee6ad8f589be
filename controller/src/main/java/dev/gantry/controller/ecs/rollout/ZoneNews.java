package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Nodes;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Node;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says which services may want to move tasks because a zone has come to life. */
final class ZoneNews {

    /** Where there are more nodes than these already, one more opens nothing that was closed. */
    private static final int NODES_MAX = 64;

    private ZoneNews() {}

    static Collection<Key<EcsService>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (!change.key().kind().equals(Kinds.NODE) || isOpen(change.before()) || !isOpen(change.after())) {
            return List.of();
        }
        if (!(change.after() != null && change.after().value() instanceof Node node)) {
            return List.of();
        }
        String cluster = node.getInfo().getCluster();
        return snapshot.count(Kinds.OPEN_NODES_BY_ZONE, cluster + "/" + Nodes.zone(node)) > NODES_MAX
                ? List.of()
                : snapshot.list(Kinds.ECS_SERVICE, cluster).stream()
                        .filter(service -> service.value().getStatus() == EcsService.Status.ACTIVE
                                && !service.value().getDaemon())
                        .map(Versioned::key)
                        .toList();
    }

    private static boolean isOpen(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Node node && Nodes.isOpen(node);
    }
}
