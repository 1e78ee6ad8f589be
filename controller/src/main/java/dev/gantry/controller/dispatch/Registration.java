package dev.gantry.controller.dispatch;

import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Readiness;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What a node's record becomes when the node says what it is. */
final class Registration {

    static final int INFO_BYTES_MAX = 64 * 1024;
    static final int ATTRIBUTES_MAX = 256;
    private static final int NAME_MAX = 255;
    private static final int ATTRIBUTE_NAME_MAX = 128;
    private static final int ATTRIBUTE_VALUE_MAX = 256;

    private Registration() {}

    /** Why what a node says of itself cannot be stored; empty when it can. */
    static Optional<String> objection(NodeInfo info) {
        if (info.getSerializedSize() > INFO_BYTES_MAX) {
            return Optional.of(
                    "a node's description has at most " + INFO_BYTES_MAX + " bytes, has " + info.getSerializedSize());
        }
        if (info.getAttributesCount() > ATTRIBUTES_MAX) {
            return Optional.of(
                    "a node has at most " + ATTRIBUTES_MAX + " attributes, has " + info.getAttributesCount());
        }
        if (info.getCluster().isEmpty()
                || info.getCluster().length() > NAME_MAX
                || info.getCluster().contains("/")) {
            return Optional.of("a node's cluster is named with 1 to " + NAME_MAX + " characters and no slash");
        }
        for (Map.Entry<String, String> attribute : info.getAttributesMap().entrySet()) {
            if (attribute.getKey().isEmpty()
                    || attribute.getKey().length() > ATTRIBUTE_NAME_MAX
                    || attribute.getValue().length() > ATTRIBUTE_VALUE_MAX) {
                return Optional.of("attribute '" + attribute.getKey() + "' is too long or has no name");
            }
        }
        return Optional.empty();
    }

    static Node fresh(String nodeId, NodeInfo info, Instant now) {
        return Node.newBuilder()
                .setId(nodeId)
                .setInfo(info)
                .setRegisteredAtMs(now.toEpochMilli())
                .setAdministration(Administration.ACTIVE)
                .setReadiness(Readiness.READY)
                .setReadinessSinceMs(now.toEpochMilli())
                .setEpoch(1)
                .setVersion(1)
                .build();
    }

    /** The record with what the node says now; what users and the life cycle of nodes wrote stays. */
    static Node refreshed(Node before, NodeInfo info, Instant now) {
        boolean ready = before.getReadiness() == Readiness.READY;
        if (ready && before.getInfo().equals(info)) {
            return before;
        }
        Node.Builder after = before.toBuilder().setInfo(info).setVersion(before.getVersion() + 1);
        if (!ready) {
            after.setReadiness(Readiness.READY).setReadinessSinceMs(now.toEpochMilli());
        }
        return after.build();
    }

    static boolean isRefused(Optional<Versioned<Node>> node) {
        return node.map(record -> record.value().getAdministration() == Administration.DEREGISTERED)
                .orElse(false);
    }
}
