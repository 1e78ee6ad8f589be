package dev.gantry.controller.kube.service;

import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.resource.Nodes;
import dev.gantry.proto.Node;
import java.util.Optional;

/**
 * A node that takes for services what is sent to its own address.
 *
 * @param address IPv4
 */
record BalancingNode(String id, String name, String address) {

    /** By which a person keeps a node out, as at upstream's clouds. */
    private static final String EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";

    /** Empty for a node that does not: it has no rules in its kernel, is not heard of, or is kept out. */
    static Optional<BalancingNode> of(Node node) {
        boolean isTaking = Nodes.isServing(node)
                && !node.getSubnet().isEmpty()
                && !node.getAttributesMap().containsKey(EXCLUDED);
        return Nodes.address(node)
                .filter(address -> isTaking && !address.startsWith("127."))
                .map(address -> new BalancingNode(node.getId(), NodeNames.of(node), address));
    }
}
