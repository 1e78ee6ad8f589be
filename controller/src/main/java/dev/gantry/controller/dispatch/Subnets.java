package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.NetworkClaim;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Gives each node a part of the cluster's range for its containers: 256 parts of 254 addresses, as k3s has it. A node that is gone has lost its
 * part to whoever comes for it.
 */
final class Subnets {

    /** What all subnets are parts of. */
    static final String RANGE = "10.42.0.0/16";

    static final String SCOPE = "node-subnet";

    private static final int COUNT = 256;

    private Subnets() {}

    /** Claims a free one for the node; empty when there is none left. */
    static Optional<String> claim(Snapshot image, String nodeId, Transaction.Builder writes) {
        int first = Math.floorMod(nodeId.hashCode(), COUNT);
        NetworkClaim mine = NetworkClaim.newBuilder().setHolder(nodeId).build();
        return IntStream.range(0, COUNT)
                .mapToObj(step -> "10.42." + (first + step) % COUNT + ".0")
                .filter(subnet -> claim(image, subnet, mine, writes))
                .map(subnet -> subnet + "/24")
                .findFirst();
    }

    private static boolean claim(Snapshot image, String subnet, NetworkClaim mine, Transaction.Builder writes) {
        Key<NetworkClaim> key = Kinds.NETWORK_CLAIM.key(SCOPE, subnet);
        Optional<Versioned<NetworkClaim>> there = image.get(key);
        if (there.isEmpty()) {
            writes.create(key, mine);
            return true;
        }
        String holder = there.get().value().getHolder();
        boolean isFree = image.get(Kinds.NODE.key("", holder))
                .filter(node -> node.value().getSubnet().equals(subnet + "/24"))
                .isEmpty();
        if (isFree) {
            writes.update(there.get(), mine);
        }
        return isFree;
    }
}
