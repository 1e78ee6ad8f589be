package dev.gantry.controller.kube.decode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads YAML, and remembers which members were given twice. What aliases stand for counts each time against the bound. */
final class YamlBody {

    private static final int NODES_MAX = 200_000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final List<String> duplicates = new ArrayList<>();
    private int nodes;

    static ParsedBody parse(byte[] body) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(ParsedBody.DEPTH_MAX);
        options.setCodePointLimit(ParsedBody.BYTES_MAX);
        try {
            Node root = new Yaml(options).compose(new StringReader(new String(body, StandardCharsets.UTF_8)));
            if (root == null) {
                throw KubeRefusal.badRequest("the body is empty");
            }
            YamlBody reader = new YamlBody();
            return new ParsedBody(reader.value(root, 0), reader.duplicates);
        } catch (MarkedYAMLException e) {
            String where = e.getProblemMark() == null
                    ? ""
                    : ", at line " + (e.getProblemMark().getLine() + 1) + ", column "
                            + (e.getProblemMark().getColumn() + 1);
            throw KubeRefusal.badRequest("the body is no YAML: " + e.getProblem() + where);
        } catch (YAMLException e) {
            throw KubeRefusal.badRequest("the body is no YAML: " + e.getMessage());
        }
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
