package dev.gantry.controller.kube.decode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * What a YAML document says as JSON, by the rules that Kubernetes reads its manifests by (YAML 1.1). What aliases stand for counts each
 * time against the bound.
 */
public final class YamlTree {

    private static final int NODES_MAX = 200_000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final List<String> duplicates = new ArrayList<>();
    private int nodes;

    private YamlTree() {}

    /**
     * @param duplicates the members that were given twice, in words; the last one counts
     */
    public record Value(JsonNode json, List<String> duplicates) {}

    /**
     * @throws KubeRefusal when it is too large or too deep, or has a key that is no text
     */
    public static Value of(Node root) {
        YamlTree reader = new YamlTree();
        return new Value(reader.value(root, 0), reader.duplicates);
    }

    private JsonNode value(Node node, int depth) {
        nodes++;
        if (nodes > NODES_MAX || depth > ParsedBody.DEPTH_MAX) {
            throw KubeRefusal.badRequest("the body is no YAML that is read here: it holds too much, at " + where(node));
        }
        return switch (node) {
            case MappingNode mapping -> object(mapping, depth);
            case SequenceNode sequence -> array(sequence, depth);
            case ScalarNode scalar -> scalar(scalar);
            default -> throw new IllegalStateException("no such node: " + node.getNodeId());
        };
    }

    private ObjectNode object(MappingNode mapping, int depth) {
        ObjectNode object = NODES.objectNode();
        ObjectNode merged = NODES.objectNode();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw KubeRefusal.badRequest(
                        "the body is no YAML that is JSON: a key is no text, at " + where(tuple.getKeyNode()));
            }
            JsonNode value = value(tuple.getValueNode(), depth + 1);
            if (key.getTag().equals(Tag.MERGE)) {
                merge(value, merged);
                continue;
            }
            if (object.has(key.getValue())) {
                duplicates.add("line " + (key.getStartMark().getLine() + 1) + ": key \"" + key.getValue()
                        + "\" already set in map");
            }
            object.set(key.getValue(), value);
        }
        merged.properties().forEach(entry -> object.putIfAbsent(entry.getKey(), entry.getValue()));
        return object;
    }

    /** The first of several maps that are merged counts. */
    private static void merge(JsonNode value, ObjectNode into) {
        Iterable<JsonNode> maps = value.isArray() ? value : List.of(value);
        maps.forEach(map -> map.properties().forEach(entry -> into.putIfAbsent(entry.getKey(), entry.getValue())));
    }

    private ArrayNode array(SequenceNode sequence, int depth) {
        ArrayNode array = NODES.arrayNode();
        sequence.getValue().forEach(item -> array.add(value(item, depth + 1)));
        return array;
    }

    private static JsonNode scalar(ScalarNode scalar) {
        String text = scalar.getValue();
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.NULL)) {
            return NODES.nullNode();
        }
        if (tag.equals(Tag.BOOL)) {
            return NODES.booleanNode(List.of("true", "yes", "on").contains(text.toLowerCase(Locale.ROOT)));
        }
        try {
            if (tag.equals(Tag.INT)) {
                return integer(text.replace("_", ""));
            }
            if (tag.equals(Tag.FLOAT)) {
                double number = Double.parseDouble(text.replace("_", ""));
                return Double.isFinite(number) ? NODES.numberNode(number) : NODES.textNode(text);
            }
        } catch (NumberFormatException _) {
            // Times of day look like numbers to YAML 1.1, and are texts to Kubernetes.
            return NODES.textNode(text);
        }
        return NODES.textNode(text);
    }

    private static JsonNode integer(String text) {
        String sign = text.startsWith("-") ? "-" : "";
        String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        BigInteger number;
        if (digits.startsWith("0x")) {
            number = new BigInteger(sign + digits.substring(2), 16);
        } else if (digits.startsWith("0b")) {
            number = new BigInteger(sign + digits.substring(2), 2);
        } else if (digits.startsWith("0") && digits.length() > 1) {
            number = new BigInteger(sign + digits.substring(1), 8);
        } else {
            number = new BigInteger(sign + digits);
        }
        if (number.bitLength() < Integer.SIZE) {
            return NODES.numberNode(number.intValue());
        }
        return number.bitLength() < Long.SIZE ? NODES.numberNode(number.longValue()) : NODES.numberNode(number);
    }

    private static String where(Node node) {
        return "line " + (node.getStartMark().getLine() + 1) + ", column "
                + (node.getStartMark().getColumn() + 1);
    }
}
