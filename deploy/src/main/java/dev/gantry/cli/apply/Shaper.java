package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.terminal.Near;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Turns a node of a file into the JSON that its shape wants, and notes every place where it does not fit. */
final class Shaper {

    private static final int DEPTH_MAX = 64;
    // Aliases repeat what they name; this bounds what a small file can grow into.
    private static final int NODES_MAX = 200_000;
    private static final int PROBLEMS_MAX = 25;
    private static final Set<Tag> TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.MAP, Tag.SEQ, Tag.TIMESTAMP);

    private final String file;
    private final List<Problem> problems;
    private int nodes;

    Shaper(String file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** @param path of the node, for messages: {@code spec.containerDefinitions[0].image} */
    JsonNode shape(Node node, Model.Shape shape, String path, int depth) {
        if (depth > DEPTH_MAX || ++nodes > NODES_MAX) {
            return problem(
                    node,
                    depth > DEPTH_MAX
                            ? "deeper than " + DEPTH_MAX + " levels"
                            : "too large once its aliases are resolved");
        }
        if (!TAGS.contains(node.getTag())) {
            return problem(node, "the tag " + node.getTag() + " is not allowed; write the plain value");
        }
        return switch (shape.type()) {
            case "structure" -> structure(node, shape, path, depth);
            case "list" -> list(node, shape, path, depth);
            case "map" -> map(node, shape, path, depth);
            default -> scalar(node, shape, path);
        };
    }

    private JsonNode structure(Node node, Model.Shape shape, String path, int depth) {
        if (!(node instanceof MappingNode mapping)) {
            return problem(node, path + " must be an object, not " + what(node));
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (NodeTuple entry : mapping.getValue()) {
            String key = key(entry, object, path);
            if (key.isEmpty()) {
                continue;
            }
            if (!shape.has(key)) {
                problem(
                        entry.getKeyNode(),
                        "unknown field \"" + key + "\" in " + path + Near.hint(key, shape.members()));
                continue;
            }
            JsonNode value = shape(entry.getValueNode(), shape.member(key), path + "." + key, depth + 1);
            if (!value.isNull()) {
                object.set(key, value);
            }
        }
        for (String required : depth == 0 ? List.<String>of() : shape.required()) {
            if (!object.has(required) && !mentions(mapping, required)) {
                problem(node, path + "." + required + " is missing");
            }
        }
        return object;
    }

    private JsonNode list(Node node, Model.Shape shape, String path, int depth) {
        if (!(node instanceof SequenceNode sequence)) {
            return problem(node, path + " must be a list, not " + what(node));
        }
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        int index = 0;
        for (Node element : sequence.getValue()) {
            list.add(shape(element, shape.element(), path + "[" + index++ + "]", depth + 1));
        }
        return list;
    }

    private JsonNode map(Node node, Model.Shape shape, String path, int depth) {
        if (!(node instanceof MappingNode mapping)) {
            return problem(node, path + " must be an object, not " + what(node));
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (NodeTuple entry : mapping.getValue()) {
            String key = key(entry, object, path);
            if (!key.isEmpty()) {
                object.set(key, shape(entry.getValueNode(), shape.value(), path + "." + key, depth + 1));
            }
        }
        return object;
    }

    private JsonNode scalar(Node node, Model.Shape shape, String path) {
        if (!(node instanceof ScalarNode scalar)) {
            return problem(node, path + " must be " + name(shape.type()) + ", not " + what(node));
        }
        String text = scalar.getValue();
        boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
        return switch (shape.type()) {
            case "string" -> string(scalar, shape, path);
            case "boolean" ->
                plain && (text.equals("true") || text.equals("false"))
                        ? JsonNodeFactory.instance.booleanNode(text.equals("true"))
                        : problem(node, path + " must be true or false, not " + what(node));
            case "integer", "long" -> plain ? whole(scalar, shape, path) : notA(node, shape, path);
            default ->
                plain && text.matches("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?")
                        ? JsonNodeFactory.instance.numberNode(Double.parseDouble(text))
                        : notA(node, shape, path);
        };
    }

    private JsonNode string(ScalarNode scalar, Model.Shape shape, String path) {
        String text = scalar.getValue();
        if (scalar.getTag().equals(Tag.NULL)) {
            return problem(scalar, path + " must be a string, but is empty; write \"\" for an empty string");
        }
        boolean readsAsSomethingElse = scalar.getTag().equals(Tag.INT)
                || scalar.getTag().equals(Tag.FLOAT)
                || scalar.getTag().equals(Tag.BOOL);
        if (readsAsSomethingElse) {
            return problem(scalar, path + " must be a string; put it in quotes: \"" + text + "\"");
        }
        if (!shape.values().isEmpty() && !shape.values().contains(text)) {
            return problem(
                    scalar,
                    path + " must be one of " + String.join(", ", shape.values()) + ", not \"" + text + "\""
                            + Near.hint(text, shape.values()));
        }
        return JsonNodeFactory.instance.textNode(text);
    }

    private JsonNode whole(ScalarNode scalar, Model.Shape shape, String path) {
        String text = scalar.getValue();
        if (!text.matches("-?(0|[1-9]\\d{0,18})")) {
            return notA(scalar, shape, path);
        }
        BigInteger value = new BigInteger(text);
        if (value.bitLength() > (shape.type().equals("integer") ? 31 : 63)) {
            return problem(scalar, path + " is out of range: " + text);
        }
        return shape.type().equals("integer")
                ? JsonNodeFactory.instance.numberNode(value.intValueExact())
                : JsonNodeFactory.instance.numberNode(value.longValueExact());
    }

    private JsonNode notA(Node node, Model.Shape shape, String path) {
        return problem(node, path + " must be " + name(shape.type()) + ", not " + what(node));
    }

    private String key(NodeTuple entry, ObjectNode object, String path) {
        if (!(entry.getKeyNode() instanceof ScalarNode key) || key.getValue().isEmpty()) {
            problem(entry.getKeyNode(), "a field's name in " + path + " must be a plain word");
            return "";
        }
        if (object.has(key.getValue())) {
            problem(key, "duplicate field \"" + key.getValue() + "\" in " + path);
            return "";
        }
        return key.getValue();
    }

    /** Whether the field is there at all, be its value right or wrong: a wrong one is reported once. */
    static boolean mentions(MappingNode mapping, String field) {
        return mapping.getValue().stream()
                .anyMatch(entry -> entry.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(field));
    }

    JsonNode problem(Node node, String text) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(Problem.at(file, node.getStartMark(), text));
        }
        return NullNode.getInstance();
    }

    /** Keys written twice, which structures report themselves; for the mappings that have no shape. */
    void refuseDuplicates(MappingNode mapping, String path) {
        Set<String> seen = new HashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode key && !seen.add(key.getValue())) {
                problem(key, "duplicate field \"" + key.getValue() + "\" in " + path);
            }
        }
    }

    private static String what(Node node) {
        return switch (node) {
            case MappingNode _ -> "an object";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "nothing";
            case ScalarNode scalar -> "\"" + shortened(scalar.getValue()) + "\"";
            default -> "this";
        };
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    private static String name(String type) {
        return switch (type) {
            case "integer", "long" -> "a whole number";
            case "boolean" -> "true or false";
            case "string" -> "a string";
            default -> "a number";
        };
    }
}
