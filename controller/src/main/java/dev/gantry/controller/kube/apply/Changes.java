package dev.gantry.controller.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.schema.Schema;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is different between two states of an object. */
record Changes(FieldSet added, FieldSet modified, FieldSet removed) {

    private static final Changes NONE = new Changes(FieldSet.EMPTY, FieldSet.EMPTY, FieldSet.EMPTY);

    /** A number is the same however it was read. */
    private static final Comparator<JsonNode> LOOSE = (one, other) -> {
        if (one.equals(other)) {
            return 0;
        }
        boolean isSame =
                one.isNumber() && other.isNumber() && one.decimalValue().compareTo(other.decimalValue()) == 0;
        return isSame ? 0 : 1;
    };

    static boolean areSame(JsonNode one, JsonNode other) {
        return one.equals(LOOSE, other);
    }

    /** All places of a value that can be owned. */
    static FieldSet all(JsonNode value, Schema schema) {
        Map<String, JsonNode> parts = Steps.parts(value, schema);
        if (parts.isEmpty()) {
            return FieldSet.LEAF;
        }
        boolean isList = value.isArray();
        Map<String, FieldSet> within = new TreeMap<>();
        parts.forEach((step, part) -> {
            FieldSet set = all(part, Steps.schema(schema, step));
            within.put(step, isList ? set.withItself() : set);
        });
        return FieldSet.of(within);
    }

    static Changes between(JsonNode before, JsonNode after, Schema schema) {
        Steps.Shape shape = Steps.shape(after, schema);
        if (shape == Steps.Shape.ATOM || shape != Steps.shape(before, schema)) {
            return areSame(before, after) ? NONE : new Changes(FieldSet.EMPTY, FieldSet.LEAF, FieldSet.EMPTY);
        }
        Map<String, JsonNode> old = Steps.parts(before, schema);
        Map<String, JsonNode> fresh = Steps.parts(after, schema);
        Map<String, FieldSet> added = new TreeMap<>();
        Map<String, FieldSet> modified = new TreeMap<>();
        Map<String, FieldSet> removed = new TreeMap<>();
        Set<String> steps = new LinkedHashSet<>(old.keySet());
        steps.addAll(fresh.keySet());
        for (String step : steps) {
            Schema part = Steps.schema(schema, step);
            JsonNode one = old.get(step);
            JsonNode other = fresh.get(step);
            if (one == null && other != null) {
                added.put(step, all(other, part).withItself());
            } else if (other == null && one != null) {
                removed.put(step, all(one, part).withItself());
            } else if (one != null && other != null) {
                Changes changes = between(one, other, part);
                added.put(step, changes.added());
                modified.put(step, changes.modified());
                removed.put(step, changes.removed());
            }
        }
        return new Changes(FieldSet.of(added), FieldSet.of(modified), FieldSet.of(removed));
    }

    /** What now has another value than before. */
    FieldSet written() {
        return added.union(modified);
    }
}
