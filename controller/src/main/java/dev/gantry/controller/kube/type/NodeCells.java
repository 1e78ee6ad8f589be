package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What kubectl shows of a node. */
final class NodeCells {

    private static final String ROLE = "node-role.kubernetes.io/";

    private NodeCells() {}

    static String status(ObjectNode node) {
        String ready = "Unknown";
        for (JsonNode condition : node.at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                ready = condition.path("status").asText().equals("True") ? "Ready" : "NotReady";
            }
        }
        return node.at("/spec/unschedulable").asBoolean() ? ready + ",SchedulingDisabled" : ready;
    }

    static String roles(ObjectNode node) {
        Set<String> roles = new TreeSet<>();
        for (Map.Entry<String, JsonNode> label : node.at("/metadata/labels").properties()) {
            if (label.getKey().startsWith(ROLE)) {
                roles.add(label.getKey().substring(ROLE.length()));
            }
        }
        return roles.isEmpty() ? "<none>" : String.join(",", roles);
    }

    static String address(ObjectNode node, String type) {
        for (JsonNode address : node.at("/status/addresses")) {
            if (address.path("type").asText().equals(type)) {
                return address.path("address").asText();
            }
        }
        return "<none>";
    }
}
