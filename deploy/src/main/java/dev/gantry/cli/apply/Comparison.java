package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what a document says with what the API answers. Only what the document says counts: the API fills in
 * defaults, and they are no difference.
 */
final class Comparison {

    // Values that the API treats like an absent member, beyond empty lists, zero and false.
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("essential", "true"),
            Map.entry("protocol", "tcp"),
            Map.entry("networkMode", "bridge"),
            Map.entry("type", "ECS"),
            Map.entry("launchType", "EC2"),
            Map.entry("schedulingStrategy", "REPLICA"),
            Map.entry("propagateTags", "NONE"),
            Map.entry("scope", "task"),
            Map.entry("availabilityZoneRebalancing", "DISABLED"));

    private Comparison() {}

    /** Fields of {@code wanted} that {@code existing} does not have like this. */
    static List<Difference> of(JsonNode wanted, JsonNode existing) {
        List<Difference> differences = new ArrayList<>();
        compare("", "", wanted, existing, differences);
        return differences;
    }

    /** Fields that {@code existing} has and {@code wanted} does not speak of, unless they hold what absence means. */
    static List<Difference> surplus(JsonNode wanted, JsonNode existing, Model.Shape shape) {
        List<Difference> differences = new ArrayList<>();
        surplus("", wanted, existing, shape, differences);
        return differences;
    }

    static boolean isNeutral(String name, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return true;
        }
        if (value.isContainerNode()) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                if (!isNeutral(field.getKey(), field.getValue())) {
                    return false;
                }
            }
            return value.isObject() || value.isEmpty();
        }
        if (value.asText().equals(DEFAULTS.get(name))) {
            return true;
        }
        return value.isNumber()
                ? value.asDouble() == 0
                : value.asText().isEmpty() || (value.isBoolean() && !value.asBoolean());
    }

    private static void compare(
            String path, String name, JsonNode wanted, JsonNode existing, List<Difference> differences) {
        if (existing.isMissingNode() || existing.isNull()) {
            if (!isNeutral(name, wanted)) {
                differences.add(new Difference(path, existing, wanted));
            }
        } else if (wanted.isObject() && existing.isObject()) {
            wanted.properties()
                    .forEach(field -> compare(
                            joined(path, field.getKey()),
                            field.getKey(),
                            field.getValue(),
                            existing.path(field.getKey()),
                            differences));
        } else if (wanted.isArray() && existing.isArray()) {
            lists(path, wanted, existing, differences);
        } else if (!same(wanted, existing)) {
            differences.add(new Difference(path, existing, wanted));
        }
    }

    private static void lists(String path, JsonNode wanted, JsonNode existing, List<Difference> differences) {
        String key = key(wanted, existing);
        Map<String, JsonNode> others = new HashMap<>();
        int index = 0;
        for (JsonNode other : existing) {
            others.put(label(other, key, index++), other);
        }
        index = 0;
        for (JsonNode element : wanted) {
            String label = label(element, key, index++);
            JsonNode other = others.remove(label);
            String at = path + "[" + label + "]";
            if (other == null) {
                differences.add(new Difference(at, MissingNode.getInstance(), element));
            } else {
                compare(at, "", element, other, differences);
            }
        }
        others.forEach((label, other) ->
                differences.add(new Difference(path + "[" + label + "]", other, MissingNode.getInstance())));
    }

    private static void surplus(
            String path, JsonNode wanted, JsonNode existing, Model.Shape shape, List<Difference> differences) {
        if (wanted.isObject() && existing.isObject()) {
            for (Map.Entry<String, JsonNode> field : existing.properties()) {
                String at = joined(path, field.getKey());
                boolean map = shape.type().equals("map");
                if (wanted.has(field.getKey())) {
                    surplus(
                            at,
                            wanted.path(field.getKey()),
                            field.getValue(),
                            map ? shape.value() : shape.member(field.getKey()),
                            differences);
                } else if ((map || shape.has(field.getKey())) && !isNeutral(field.getKey(), field.getValue())) {
                    differences.add(new Difference(at, field.getValue(), MissingNode.getInstance()));
                }
            }
        } else if (wanted.isArray() && existing.isArray()) {
            String key = key(wanted, existing);
            int index = 0;
            for (JsonNode element : wanted) {
                String label = label(element, key, index);
                JsonNode other = element(existing, key, label, index++);
                surplus(path + "[" + label + "]", element, other, shape.element(), differences);
            }
        }
    }

    private static JsonNode element(JsonNode list, String key, String label, int index) {
        if (key.isEmpty()) {
            return list.path(index);
        }
        for (JsonNode element : list) {
            if (element.path(key).asText().equals(label)) {
                return element;
            }
        }
        return MissingNode.getInstance();
    }

    /** The member that tells elements apart, so that order does not matter; empty when there is none. */
    static String key(JsonNode wanted, JsonNode existing) {
        for (String key : List.of("name", "key")) {
            if (unique(wanted, key) && unique(existing, key)) {
                return key;
            }
        }
        return "";
    }

    private static boolean unique(JsonNode list, String key) {
        Map<String, Boolean> seen = new HashMap<>();
        for (JsonNode element : list) {
            if (!element.path(key).isTextual() || seen.put(element.path(key).asText(), true) != null) {
                return false;
            }
        }
        return !list.isEmpty();
    }

    static String label(JsonNode element, String key, int index) {
        return key.isEmpty() ? Integer.toString(index) : element.path(key).asText();
    }

    static boolean same(JsonNode wanted, JsonNode existing) {
        return wanted.isNumber() && existing.isNumber()
                ? wanted.decimalValue().compareTo(existing.decimalValue()) == 0
                : wanted.equals(existing);
    }

    static String joined(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
