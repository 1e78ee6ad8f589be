package dev.gantry.controller.kube.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.schema.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A list that a strategic merge patch merges item by item.
 *
 * @param key   the member that tells items apart; empty where the items themselves do
 * @param items what they are
 */
record MergedList(String key, Schema items) {

    static MergedList of(Schema list) {
        return new MergedList(list.mergeKey(), list.items().orElse(Schema.ANY));
    }

    /** What is in the patch comes in its order; the rest keeps its place as far as that allows. */
    ArrayNode merge(ArrayNode original, ArrayNode patch) {
        ArrayNode server = original.deepCopy();
        ArrayNode changes = patch.arrayNode();
        ArrayNode merged = original;
        boolean replaced = false;
        Set<JsonNode> deleted = new HashSet<>();
        for (JsonNode item : patch) {
            String directive = item.path(StrategicMergePatch.DIRECTIVE).asText();
            switch (directive) {
                case "", "merge" -> changes.add(without(item));
                case "delete" -> deleted.add(identity(item));
                case "replace" -> {
                    replaced = true;
                    // A directive that stands alone has nothing to say of an item.
                    if (item.size() > 1) {
                        changes.add(without(item));
                    }
                }
                default -> throw KubeRefusal.badRequest("Unknown patch type found: " + directive);
            }
        }
        if (replaced) {
            return changes;
        }
        merged.removeIf(item -> deleted.contains(identity(item)));
        for (JsonNode change : changes) {
            int place = indexOf(merged, identity(change));
            if (change instanceof ObjectNode object) {
                ObjectNode before = place >= 0 && merged.get(place) instanceof ObjectNode found ? found : Json.object();
                ObjectNode after = StrategicMergePatch.merge(before, object.deepCopy(), items);
                if (place >= 0) {
                    merged.set(place, after);
                } else {
                    merged.add(after);
                }
            } else if (place < 0) {
                merged.add(change);
            }
        }
        return ordered(merged, changes, server);
    }

    /**
     * Those that the order names come in that order; the others in the one that the server has, before what they stood before.
     */
    ArrayNode ordered(ArrayNode list, ArrayNode order, ArrayNode server) {
        Map<JsonNode, Integer> wanted = places(order);
        Map<JsonNode, Integer> known = places(server);
        List<JsonNode> named = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        list.forEach(item -> (wanted.containsKey(identity(item)) ? named : others).add(item));
        named.sort(Comparator.comparing(item -> wanted.getOrDefault(identity(item), Integer.MAX_VALUE)));
        others.sort(Comparator.comparing(item -> known.getOrDefault(identity(item), Integer.MAX_VALUE)));
        ArrayNode result = list.arrayNode();
        int next = 0;
        for (JsonNode item : named) {
            int place = known.getOrDefault(identity(item), -1);
            while (next < others.size() && known.getOrDefault(identity(others.get(next)), Integer.MAX_VALUE) < place) {
                result.add(others.get(next));
                next++;
            }
            result.add(item);
        }
        result.addAll(others.subList(next, others.size()));
        return result;
    }

    private Map<JsonNode, Integer> places(ArrayNode list) {
        Map<JsonNode, Integer> places = new HashMap<>();
        list.forEach(item -> places.putIfAbsent(identity(item), places.size()));
        return places;
    }

    private int indexOf(ArrayNode list, JsonNode identity) {
        for (int i = 0; i < list.size(); i++) {
            if (identity(list.get(i)).equals(identity)) {
                return i;
            }
        }
        return -1;
    }

    private JsonNode identity(JsonNode item) {
        if (key.isEmpty() || !item.isObject()) {
            return item;
        }
        JsonNode value = item.path(key);
        if (value.isMissingNode()) {
            throw KubeRefusal.badRequest("map: " + item + " does not contain declared merge key: " + key);
        }
        return value;
    }

    private static JsonNode without(JsonNode item) {
        JsonNode copy = item.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove(StrategicMergePatch.DIRECTIVE);
        }
        return copy;
    }
}
