package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sessions of this controller, one per node, and who of them a change in the store concerns. */
final class Sessions implements Store.Listener {

    private final Heartbeats heartbeats;
    private final UsageBoard usage;
    private final Map<String, Session> byNode = new ConcurrentHashMap<>();

    Sessions(Heartbeats heartbeats, UsageBoard usage) {
        this.heartbeats = heartbeats;
        this.usage = usage;
    }

    /** The newest session of a node is the one: its agent has given up the others. */
    void opened(Session session) {
        Session before = byNode.put(session.nodeId(), session);
        if (before != null) {
            before.replaced();
        }
    }

    void closed(Session session) {
        byNode.remove(session.nodeId(), session);
    }

    Optional<Session> of(String nodeId) {
        return Optional.ofNullable(byNode.get(nodeId)).filter(Session::isLive);
    }

    int count() {
        return byNode.size();
    }

    void endAll() {
        byNode.values().forEach(session -> session.doubt("this controller stops"));
    }

    @Override
    public void changed(Snapshot image, List<Change<?>> changes) {
        for (Change<?> change : changes) {
            if (change.key().kind().equals(Kinds.WORKLOAD)) {
                concern(change.before());
                concern(change.after());
            } else if (change.key().kind().equals(Kinds.NODE)) {
                nudge(change.key().name());
                if (isMoved(change)) {
                    byNode.values().forEach(Session::changed);
                }
                if (change.after() == null) {
                    heartbeats.forget(change.key().name());
                    usage.forget(change.key().name());
                }
            } else if (change.key().equals(Kinds.LEADER_KEY)
                    || change.key().kind().equals(Kinds.SERVICE_ROUTE)
                    || change.key().kind().equals(Kinds.INGRESS_ROUTE)
                    || change.key().kind().equals(Kinds.NETWORK_POLICY)) {
                // Whoever is not led any more is sent on at once; and every node knows every service, ingress and
                // policy.
                byNode.values().forEach(Session::changed);
            }
        }
    }

    /** Whether its containers are somewhere else for others now. */
    private static boolean isMoved(Change<?> change) {
        List<Node> sides = change.sides().stream()
                .flatMap(side -> side.value() instanceof Node node ? Stream.of(node) : Stream.empty())
                .toList();
        boolean isKnown = sides.stream().anyMatch(node -> !node.getSubnet().isEmpty());
        return isKnown
                && (sides.size() < 2
                        || !sides.getFirst().getSubnet().equals(sides.getLast().getSubnet())
                        || !sides.getFirst()
                                .getInfo()
                                .getAddressesList()
                                .equals(sides.getLast().getInfo().getAddressesList())
                        || sides.getFirst().getAdministration()
                                != sides.getLast().getAdministration());
    }

    private void concern(@Nullable Versioned<?> record) {
        if (record != null && record.value() instanceof Workload workload) {
            nudge(workload.getPlacement().getNode());
        }
    }

    private void nudge(String nodeId) {
        Session session = byNode.get(nodeId);
        if (session != null) {
            session.changed();
        }
    }
}
