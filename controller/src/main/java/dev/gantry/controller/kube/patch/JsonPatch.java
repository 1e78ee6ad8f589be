package dev.gantry.controller.kube.patch;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;

/** RFC 6902: a list of operations, of which all succeed or none. */
public final class JsonPatch {

    /** As in Kubernetes. */
    private static final int OPERATIONS_MAX = 10_000;

    private JsonNode document;

    private JsonPatch(JsonNode document) {
        this.document = document;
    }

    /** The arguments stay as they are. */
    public static JsonNode apply(JsonNode live, JsonNode patch) {
        if (!patch.isArray()) {
            throw KubeRefusal.badRequest("a JSON patch is a list of operations");
        }
        if (patch.size() > OPERATIONS_MAX) {
            throw KubeRefusal.of(
                    Reason.TOO_LARGE,
                    "The allowed maximum operations in a JSON patch is " + OPERATIONS_MAX + ", got " + patch.size());
        }
        JsonPatch work = new JsonPatch(live.deepCopy());
        patch.forEach(work::perform);
        return work.document;
    }

    private void perform(JsonNode operation) {
        String name = operation.path("op").asText();
        JsonPointer path = pointer(operation, "path");
        switch (name) {
            case "add" -> add(path, value(operation).deepCopy());
            case "remove" -> remove(path);
            case "replace" -> {
                existing(path);
                set(path, value(operation).deepCopy());
            }
            case "move" -> {
                JsonPointer from = pointer(operation, "from");
                JsonNode moved = existing(from);
                if (path.toString().startsWith(from + "/")) {
                    throw refused("move", path, "a value cannot move into itself");
                }
                remove(from);
                add(path, moved);
            }
            case "copy" -> add(path, existing(pointer(operation, "from")).deepCopy());
            case "test" -> test(path, value(operation));
            default -> throw KubeRefusal.badRequest("a JSON patch has no operation \"" + name + "\"");
        }
    }

    private void test(JsonPointer path, JsonNode expected) {
        JsonNode found = document.at(path);
        // A member that is not there is like null, as Kubernetes has it.
        boolean same = found.isMissingNode() ? expected.isNull() : found.equals(expected);
        if (!same) {
            throw refused("test", path, "testing value " + path + " failed: test failed");
        }
    }

    private void add(JsonPointer path, JsonNode value) {
        if (!path.matches() && existing(path.head()) instanceof ArrayNode array) {
            String last = path.last().getMatchingProperty();
            array.insert(last.equals("-") ? array.size() : index(path, array.size()), value);
        } else {
            set(path, value);
        }
    }

    /** In place of what is there. */
    private void set(JsonPointer path, JsonNode value) {
        if (path.matches()) {
            document = value;
            return;
        }
        switch (existing(path.head())) {
            case ObjectNode object -> object.set(path.last().getMatchingProperty(), value);
            case ArrayNode array -> array.set(index(path, array.size() - 1), value);
            default -> throw refused("add", path, "its parent is neither an object nor a list");
        }
    }

    private void remove(JsonPointer path) {
        existing(path);
        if (path.matches()) {
            throw refused("remove", path, "the whole document cannot be removed");
        }
        switch (existing(path.head())) {
            case ObjectNode object -> object.remove(path.last().getMatchingProperty());
            case ArrayNode array -> array.remove(index(path, array.size() - 1));
            default -> throw new IllegalStateException(path + " has no parent");
        }
    }

    private JsonNode existing(JsonPointer path) {
        JsonNode found = document.at(path);
        if (found.isMissingNode()) {
            throw refused("", path, "doc is missing path: \"" + path + "\": missing value");
        }
        return found;
    }

    private static int index(JsonPointer path, int max) {
        int index = path.last().getMatchingIndex();
        if (index < 0 || index > max) {
            throw refused("", path, "there is no such index");
        }
        return index;
    }

    private static JsonPointer pointer(JsonNode operation, String member) {
        try {
            return JsonPointer.compile(operation.path(member).textValue());
        } catch (IllegalArgumentException e) {
            throw KubeRefusal.badRequest("a JSON patch has a bad " + member + ": " + e.getMessage());
        }
    }

    private static JsonNode value(JsonNode operation) {
        if (!operation.has("value")) {
            throw KubeRefusal.badRequest("an operation of a JSON patch lacks its value");
        }
        return operation.path("value");
    }

    private static KubeRefusal refused(String operation, JsonPointer path, String why) {
        return KubeRefusal.of(
                Reason.INVALID,
                "the server rejected our request due to an error in our request: "
                        + (operation.isEmpty() ? "" : operation + " operation: ")
                        + (why.contains("\"") ? why : path + ": " + why));
    }
}
