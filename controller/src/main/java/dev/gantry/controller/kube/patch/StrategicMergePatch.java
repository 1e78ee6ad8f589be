package dev.gantry.controller.kube.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.schema.Schema;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A merge patch that knows from the schema which lists are merged item by item, with directives for what that cannot say. */
public final class StrategicMergePatch {

    static final String DIRECTIVE = "$patch";
    private static final String RETAIN_KEYS = "$retainKeys";
    private static final String ORDER = "$setElementOrder/";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";

    private StrategicMergePatch() {}

    /** The arguments stay as they are. */
    public static ObjectNode apply(ObjectNode live, ObjectNode patch, Schema schema) {
        return merge(live.deepCopy(), patch.deepCopy(), schema);
    }

    /** Both arguments are used up. */
    static ObjectNode merge(ObjectNode original, ObjectNode patch, Schema schema) {
        Optional<JsonNode> directive = Optional.ofNullable(patch.remove(DIRECTIVE));
        if (directive.isPresent()) {
            switch (directive.get().asText()) {
                case "replace" -> {
                    return patch;
                }
                case "delete" -> {
                    return Json.object();
                }
                case "merge" -> {}
                default -> throw KubeRefusal.badRequest("Unknown patch type found: " + directive.get());
            }
        }
        retainKeys(original, patch);
        order(original, patch, schema);
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            if (name.startsWith(DELETE_FROM)) {
                deleteFrom(original.path(name.substring(DELETE_FROM.length())), value);
            } else if (value.isNull()) {
                original.remove(name);
            } else {
                original.set(name, member(original.path(name), value, schema.member(name)));
            }
        }
        return original;
    }

    private static JsonNode member(JsonNode original, JsonNode value, Schema schema) {
        return switch (value) {
            case ObjectNode object -> {
                boolean replaced = schema.patchStrategy().contains("replace") || !original.isObject();
                yield merge(replaced ? Json.object() : (ObjectNode) original, object, schema);
            }
            case ArrayNode list
            when schema.patchStrategy().contains("merge") ->
                MergedList.of(schema).merge(original instanceof ArrayNode array ? array : list.arrayNode(), list);
            default -> value;
        };
    }

    /** The patch lists all that may be there afterwards, such as the one kind of a volume. */
    private static void retainKeys(ObjectNode original, ObjectNode patch) {
        if (patch.remove(RETAIN_KEYS) instanceof ArrayNode kept) {
            Set<String> names = texts(kept);
            for (Map.Entry<String, JsonNode> member : patch.properties()) {
                if (!names.contains(member.getKey())
                        && !member.getValue().isNull()
                        && !member.getKey().startsWith("$")) {
                    throw KubeRefusal.badRequest("the list of " + RETAIN_KEYS + " must contain " + member.getKey());
                }
            }
            original.retain(names);
        }
    }

    /** Merges the lists whose order the patch gives, and takes them out of the patch. */
    private static void order(ObjectNode original, ObjectNode patch, Schema schema) {
        List<String> directives = patch.properties().stream()
                .map(Map.Entry::getKey)
                .filter(name -> name.startsWith(ORDER))
                .toList();
        for (String directive : directives) {
            String name = directive.substring(ORDER.length());
            JsonNode order = patch.remove(directive);
            JsonNode before = original.path(name);
            JsonNode after = before;
            JsonNode deleted = patch.remove(DELETE_FROM + name);
            if (deleted != null) {
                deleteFrom(after, deleted);
            }
            JsonNode change = patch.remove(name);
            if (change != null && change.isNull()) {
                original.remove(name);
                continue;
            }
            JsonNode server = before.deepCopy();
            if (change != null) {
                after = member(before, change, schema.member(name));
            }
            if (after instanceof ArrayNode list && order instanceof ArrayNode wanted) {
                ArrayNode known = server instanceof ArrayNode array ? array : list.arrayNode();
                original.set(name, MergedList.of(schema.member(name)).ordered(list, wanted, known));
            }
        }
    }

    private static void deleteFrom(JsonNode list, JsonNode values) {
        if (list instanceof ArrayNode array && values.isArray()) {
            Set<JsonNode> gone = new HashSet<>();
            values.forEach(gone::add);
            array.removeIf(gone::contains);
        }
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new HashSet<>();
        list.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
