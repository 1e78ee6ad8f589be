package dev.gantry.controller.resource;

import dev.gantry.proto.NetworkClaim;
import dev.gantry.proto.Protocol;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;

/**
 * A port of a node's own address that leads to a service. No workload gets it as a port of its host, and no two services have it.
 *
 * @param node its id
 */
public record BalancedPort(String node, Protocol protocol, int port) {

    private static final String SCOPE = "balanced-port";

    /** All that are claimed. */
    public static List<Versioned<NetworkClaim>> claims(Snapshot snapshot) {
        return snapshot.list(Kinds.NETWORK_CLAIM, SCOPE);
    }

    /** The port that a record claims; empty for one that is about something else. */
    public static Optional<BalancedPort> of(Key<?> key) {
        if (!key.kind().equals(Kinds.NETWORK_CLAIM) || !key.scope().equals(SCOPE)) {
            return Optional.empty();
        }
        String[] parts = key.name().split("-", 3);
        return Optional.of(new BalancedPort(parts[2], Protocol.valueOf(parts[0]), Integer.parseInt(parts[1])));
    }

    /** Of the record that claims it. */
    public Key<NetworkClaim> key() {
        return Kinds.NETWORK_CLAIM.key(SCOPE, protocol + "-" + port + "-" + node);
    }

    @Override
    public String toString() {
        return port + "/" + protocol;
    }
}
