package dev.gantry.controller.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.schema.Schema;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts together what is there and what somebody applies, and takes out what nobody wants any longer. */
final class Merging {

    private Merging() {}

    /** The arguments stay as they are. */
    static JsonNode merge(JsonNode live, JsonNode applied, Schema schema) {
        Steps.Shape shape = Steps.shape(applied, schema);
        if (shape == Steps.Shape.ATOM || shape != Steps.shape(live, schema)) {
            return applied.deepCopy();
        }
        Map<String, JsonNode> parts = merged(Steps.parts(live, schema), Steps.parts(applied, schema), schema);
        return built(shape, parts);
    }

    /** In the order of what is applied; the rest keeps its place as far as that allows. */
    private static Map<String, JsonNode> merged(
            Map<String, JsonNode> live, Map<String, JsonNode> applied, Schema schema) {
        Map<String, JsonNode> merged = new LinkedHashMap<>();
        Iterator<String> order = applied.keySet().iterator();
        Set<String> placed = new HashSet<>();
        for (Map.Entry<String, JsonNode> part : live.entrySet()) {
            if (!applied.containsKey(part.getKey())) {
                merged.put(part.getKey(), part.getValue().deepCopy());
                continue;
            }
            while (!placed.contains(part.getKey()) && order.hasNext()) {
                String step = order.next();
                place(step, live, applied, schema, merged);
                placed.add(step);
            }
        }
        order.forEachRemaining(step -> place(step, live, applied, schema, merged));
        return merged;
    }

    private static void place(
            String step,
            Map<String, JsonNode> live,
            Map<String, JsonNode> applied,
            Schema schema,
            Map<String, JsonNode> merged) {
        JsonNode wanted = applied.getOrDefault(step, Json.object());
        JsonNode before = live.get(step);
        merged.put(step, before == null ? wanted.deepCopy() : merge(before, wanted, Steps.schema(schema, step)));
    }

    private static JsonNode built(Steps.Shape shape, Map<String, JsonNode> parts) {
        if (shape == Steps.Shape.MAP) {
            ObjectNode map = Json.object();
            parts.forEach((step, part) -> map.set(Steps.name(step).orElseThrow(), part));
            return map;
        }
        ArrayNode list = Json.object().putArray("list");
        parts.values().forEach(list::add);
        return list;
    }

    /**
     * Takes out what was owned before and nobody keeps, and what is empty because of it.
     *
     * @param owned before
     * @param kept by anybody now
     */
    static JsonNode prune(JsonNode value, FieldSet owned, FieldSet kept, Schema schema) {
        Steps.Shape shape = Steps.shape(value, schema);
        Map<String, JsonNode> parts = Steps.parts(value, schema);
        for (String step : List.copyOf(parts.keySet())) {
            FieldSet mine = owned.at(step);
            FieldSet others = kept.at(step);
            if (mine.isEmpty()) {
                continue;
            }
            if (mine.own() && others.isEmpty()) {
                parts.remove(step);
                continue;
            }
            JsonNode before = parts.getOrDefault(step, Json.object());
            JsonNode after = prune(before, mine, others, Steps.schema(schema, step));
            boolean hasGone = !before.isEmpty() && after.isEmpty() && after.isContainerNode() && !others.own();
            if (hasGone) {
                parts.remove(step);
            } else {
                parts.put(step, after);
            }
        }
        return shape == Steps.Shape.ATOM ? value : built(shape, parts);
    }
}
