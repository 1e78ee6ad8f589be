package dev.gantry.controller.kube.ingress;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Nodes;
import dev.gantry.proto.Node;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which nodes take requests for ingresses. */
final class ServingNodes {

    /** A status is for people and DNS, and must stay small in a fleet. */
    private static final int ADDRESSES_MAX = 100;

    private ServingNodes() {}

    /** In the order of addresses, of a great many the first ones. */
    static List<String> addresses(Snapshot snapshot) {
        return snapshot.list(Kinds.NODE).stream()
                .flatMap(node -> address(node.value()).stream())
                .distinct()
                .sorted()
                .limit(ADDRESSES_MAX)
                .toList();
    }

    /** Where a node serves; empty when it does not. */
    static Optional<String> address(Node node) {
        boolean isServing = node.getInfo().getIngressPorts().getHttp() != 0
                || node.getInfo().getIngressPorts().getHttps() != 0;
        return isServing && Nodes.isServing(node) ? Nodes.address(node) : Optional.empty();
    }

    /** Whether a change is one of where nodes serve. */
    static boolean isConcerned(Change<?> change) {
        return change.key().kind().equals(Kinds.NODE)
                && !address(change.before()).equals(address(change.after()));
    }

    private static Optional<String> address(@Nullable Versioned<?> side) {
        return side != null && side.value() instanceof Node node ? address(node) : Optional.empty();
    }
}
