package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.resource.RefusedException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Part of a document, and where it is in it. What a reader does not know it refuses by its path, so that nothing is ever ignored.
 *
 * @param json missing for what is not there
 */
record Part(JsonNode json, String path) {

    boolean isPresent() {
        return !json.isMissingNode() && !json.isNull();
    }

    Part at(String name) {
        JsonNode member = json.get(name);
        return new Part(member == null ? MissingNode.getInstance() : member, path.isEmpty() ? name : path + "." + name);
    }

    List<Part> items() {
        List<Part> items = new ArrayList<>();
        for (int index = 0; index < json.size(); index++) {
            items.add(new Part(json.get(index), path + "[" + index + "]"));
        }
        return items;
    }

    String text(String name) {
        return at(name).json().asText();
    }

    String text(String name, String otherwise) {
        String text = text(name);
        return text.isEmpty() ? otherwise : text;
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        at(name).json().forEach(one -> texts.add(one.asText()));
        return texts;
    }

    Map<String, String> map(String name) {
        Map<String, String> map = new TreeMap<>();
        at(name).json()
                .properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    int number(String name, int otherwise) {
        return at(name).json().asInt(otherwise);
    }

    boolean flag(String name, boolean otherwise) {
        return at(name).json().asBoolean(otherwise);
    }

    /** Refuses every member that is said and is not one of these. */
    void only(Set<String> known) {
        json.properties().forEach(entry -> {
            boolean said = !entry.getValue().isNull()
                    && !(entry.getValue().isContainerNode() && entry.getValue().isEmpty())
                    && !(entry.getValue().isBoolean() && !entry.getValue().asBoolean());
            if (said && !known.contains(entry.getKey())) {
                throw at(entry.getKey()).unsupported("is not supported by this cluster");
            }
        });
    }

    /** Refuses any value but these; what is not said is well. */
    void oneOf(String name, Set<String> known) {
        String value = text(name);
        if (!value.isEmpty() && !known.contains(value)) {
            throw at(name).unsupported("\"" + value + "\" is not supported by this cluster, only " + known);
        }
    }

    RefusedException unsupported(String why) {
        return new RefusedException(Reason.INVALID, path + ": Forbidden: " + why);
    }
}
