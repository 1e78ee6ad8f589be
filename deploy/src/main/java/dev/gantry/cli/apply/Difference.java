package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;

/** One field that is not as declared; a missing node stands for "not there". */
public record Difference(String path, JsonNode before, JsonNode after) {

    @Override
    public String toString() {
        return path + ": " + shown(before) + " -> " + shown(after);
    }

    private static String shown(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? "(none)" : node.toString();
    }
}
