package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares an object of the Kubernetes API with what the server says will become of it: all that clients write counts. */
public final class ObjectDifferences {

    /** What the server keeps books of, and nobody declares. */
    private static final Set<String> BOOKS = Set.of(
            "status",
            "metadata.managedFields",
            "metadata.resourceVersion",
            "metadata.generation",
            "metadata.uid",
            "metadata.creationTimestamp");

    private final List<Difference> found = new ArrayList<>();

    private ObjectDifferences() {}

    public static List<Difference> between(JsonNode before, JsonNode after) {
        ObjectDifferences differences = new ObjectDifferences();
        differences.compare("", before, after);
        return differences.found;
    }

    private void compare(String path, JsonNode before, JsonNode after) {
        if (BOOKS.contains(path) || Comparison.same(before, after)) {
            return;
        }
        if (before.isObject() && after.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            before.fieldNames().forEachRemaining(names::add);
            after.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> compare(Comparison.joined(path, name), before.path(name), after.path(name)));
        } else if (before.isArray() && after.isArray()) {
            lists(path, before, after);
        } else {
            found.add(new Difference(path, before, after));
        }
    }

    private void lists(String path, JsonNode before, JsonNode after) {
        String key = Comparison.key(before, after);
        Map<String, JsonNode> old = labelled(before, key);
        Map<String, JsonNode> now = labelled(after, key);
        Set<String> labels = new LinkedHashSet<>(old.keySet());
        labels.addAll(now.keySet());
        for (String label : labels) {
            compare(
                    path + "[" + label + "]",
                    old.getOrDefault(label, MissingNode.getInstance()),
                    now.getOrDefault(label, MissingNode.getInstance()));
        }
    }

    private static Map<String, JsonNode> labelled(JsonNode list, String key) {
        Map<String, JsonNode> labelled = new LinkedHashMap<>();
        for (JsonNode element : list) {
            labelled.put(Comparison.label(element, key, labelled.size()), element);
        }
        return labelled;
    }
}
