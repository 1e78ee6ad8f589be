package dev.gantry.controller.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * A set of places in a document, as a tree. Each step down is named as in {@code FieldsV1}: {@code f:} and a member's name,
 * {@code k:} and the keys of a list's item, {@code v:} and the item itself.
 *
 * @param own whether the place itself is in the set, not only some within it
 */
record FieldSet(boolean own, SortedMap<String, FieldSet> within) {

    static final FieldSet EMPTY = new FieldSet(false, Collections.emptySortedMap());
    static final FieldSet LEAF = new FieldSet(true, Collections.emptySortedMap());
    private static final String ITSELF = ".";

    FieldSet {
        within = Collections.unmodifiableSortedMap(within);
    }

    static FieldSet of(Map<String, FieldSet> within) {
        SortedMap<String, FieldSet> kept = new TreeMap<>();
        within.forEach((step, set) -> {
            if (!set.isEmpty()) {
                kept.put(step, set);
            }
        });
        return new FieldSet(false, kept);
    }

    boolean isEmpty() {
        return !own && within.isEmpty();
    }

    FieldSet at(String step) {
        return within.getOrDefault(step, EMPTY);
    }

    FieldSet withItself() {
        return own ? this : new FieldSet(true, within);
    }

    FieldSet union(FieldSet other) {
        return combined(other, own || other.own, FieldSet::union);
    }

    /** What is not in the other one. */
    FieldSet minus(FieldSet other) {
        return combined(other, own && !other.own, FieldSet::minus);
    }

    /** What is in both. */
    FieldSet common(FieldSet other) {
        return combined(other, own && other.own, FieldSet::common);
    }

    /** Without a member and all that is within it. */
    FieldSet without(String step) {
        SortedMap<String, FieldSet> kept = new TreeMap<>(within);
        kept.remove(step);
        return new FieldSet(own, kept);
    }

    private FieldSet combined(FieldSet other, boolean itself, BinaryOperator<FieldSet> how) {
        SortedMap<String, FieldSet> steps = new TreeMap<>();
        within.keySet().forEach(step -> steps.put(step, how.apply(at(step), other.at(step))));
        other.within.keySet().forEach(step -> steps.put(step, how.apply(at(step), other.at(step))));
        steps.values().removeIf(FieldSet::isEmpty);
        return new FieldSet(itself, steps);
    }

    /** Every place in the set, in the words of conflicts: {@code .spec.containers[name="web"].image}. */
    List<String> paths() {
        List<String> paths = new ArrayList<>();
        collect("", paths);
        return paths;
    }

    private void collect(String path, List<String> paths) {
        if (own && !path.isEmpty()) {
            paths.add(path);
        }
        within.forEach((step, set) -> set.collect(path + Steps.words(step), paths));
    }

    /** As {@code FieldsV1}. */
    ObjectNode draw() {
        ObjectNode drawn = Json.object();
        if (own && !within.isEmpty()) {
            drawn.putObject(ITSELF);
        }
        within.forEach((step, set) -> drawn.set(step, set.draw()));
        return drawn;
    }

    /** From {@code FieldsV1}; what has nothing within it is in the set itself. */
    static FieldSet read(JsonNode drawn) {
        SortedMap<String, FieldSet> within = new TreeMap<>();
        drawn.properties().forEach(entry -> {
            if (!entry.getKey().equals(ITSELF)) {
                FieldSet read = read(entry.getValue());
                within.put(entry.getKey(), read.within.isEmpty() ? LEAF : read);
            }
        });
        return new FieldSet(drawn.has(ITSELF), within);
    }
}
