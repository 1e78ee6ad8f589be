package dev.gantry.controller.resource;

import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import java.util.Optional;

/** What a node's record says. */
public final class Nodes {

    private static final String ZONE = "ecs.availability-zone";

    private Nodes() {}

    /** It belongs to the fleet and is heard of. */
    public static boolean isServing(Node node) {
        return node.getReadiness() == Readiness.READY && !isDeregistered(node);
    }

    public static boolean isDeregistered(Node node) {
        return node.getAdministration() == Administration.DEREGISTERED;
    }

    /** It takes tasks that are not there yet. */
    public static boolean isOpen(Node node) {
        return isServing(node) && node.getAdministration() == Administration.ACTIVE && !node.getCordoned();
    }

    /** Its availability zone; empty for none. */
    public static String zone(Node node) {
        return node.getAttributesOrDefault(ZONE, node.getInfo().getAttributesOrDefault(ZONE, ""));
    }

    /** The first of its addresses, of IPv4, which others reach it at. */
    public static Optional<String> address(Node node) {
        return node.getInfo().getAddressesList().stream()
                .filter(address -> !address.contains(":"))
                .findFirst();
    }
}
