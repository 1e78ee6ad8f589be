package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;

/** Fills what is absent in an object, and leaves what is there. */
record Gaps(ObjectNode object) {

    Gaps put(String name, String value) {
        if (isAbsent(name)) {
            object.put(name, value);
        }
        return this;
    }

    Gaps put(String name, long value) {
        if (isAbsent(name)) {
            if (value == (int) value) {
                object.put(name, (int) value);
            } else {
                object.put(name, value);
            }
        }
        return this;
    }

    Gaps put(String name, boolean value) {
        if (isAbsent(name)) {
            object.put(name, value);
        }
        return this;
    }

    Gaps put(String name, List<String> values) {
        if (isAbsent(name)) {
            values.forEach(object.putArray(name)::add);
        }
        return this;
    }

    /** The object of that name, made if it is absent. */
    Gaps within(String name) {
        return new Gaps(object.get(name) instanceof ObjectNode found ? found : object.putObject(name));
    }

    /** The object of that name, if there is one. */
    Stream<Gaps> at(String name) {
        return object.get(name) instanceof ObjectNode found ? Stream.of(new Gaps(found)) : Stream.empty();
    }

    /** The objects in the list of that name. */
    Stream<Gaps> each(String name) {
        return object.path(name).valueStream().filter(JsonNode::isObject).map(one -> new Gaps((ObjectNode) one));
    }

    boolean isAbsent(String name) {
        return !object.hasNonNull(name);
    }

    String text(String name) {
        return object.path(name).asText();
    }
}
