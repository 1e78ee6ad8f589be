package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gantry.controller.aws.Shape;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import java.util.Map;
import java.util.function.BiFunction;

/** Members are spelled as in ECS, but for initials in capitals; times are texts. What a map has for keys stays as it is. */
final class Spelling {

    private static final Map<String, String> SPECIAL = Map.of(
            "awsvpcConfiguration", "awsVPCConfiguration",
            "awsPcaAuthorityArn", "awsPCAAuthorityARN");
    private static final Map<String, String> ENDINGS = Map.of("Arn", "ARN", "Id", "ID", "Ip", "IP");

    private Spelling() {}

    /** What a member of ECS is called here. */
    static String shown(String member) {
        String special = SPECIAL.get(member);
        if (special != null) {
            return special;
        }
        for (Map.Entry<String, String> ending : ENDINGS.entrySet()) {
            if (member.endsWith(ending.getKey())) {
                return member.substring(0, member.length() - ending.getKey().length()) + ending.getValue();
            }
        }
        return member;
    }

    /** A document of ECS as it is shown. */
    static JsonNode shown(JsonNode value, Shape shape) {
        if (shape.type() == Shape.Type.TIMESTAMP && value.isNumber()) {
            return TextNode.valueOf(
                    Times.text(value.decimalValue().movePointRight(3).longValue()));
        }
        return turned(value, shape, Spelling::shown, (name, _) -> shown(name));
    }

    /** What was written here as ECS has it. */
    static JsonNode sent(JsonNode value, Shape shape) {
        return turned(value, shape, Spelling::sent, Spelling::original);
    }

    private static JsonNode turned(
            JsonNode value,
            Shape shape,
            BiFunction<JsonNode, Shape, JsonNode> inner,
            BiFunction<String, Shape, String> naming) {
        return switch (shape.type()) {
            case STRUCTURE -> value instanceof ObjectNode object ? structure(object, shape, inner, naming) : value;
            case LIST -> {
                ArrayNode list = Json.object().arrayNode();
                value.forEach(item -> list.add(inner.apply(item, shape.element())));
                yield value.isArray() ? list : value;
            }
            case MAP -> {
                ObjectNode map = Json.object();
                value.properties()
                        .forEach(entry -> map.set(entry.getKey(), inner.apply(entry.getValue(), shape.element())));
                yield value.isObject() ? map : value;
            }
            default -> value;
        };
    }

    private static ObjectNode structure(
            ObjectNode object,
            Shape shape,
            BiFunction<JsonNode, Shape, JsonNode> inner,
            BiFunction<String, Shape, String> naming) {
        ObjectNode turned = Json.object();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String name = naming.apply(entry.getKey(), shape);
            Shape member =
                    shape.members().getOrDefault(entry.getKey(), shape.members().get(name));
            turned.set(name, member == null ? entry.getValue() : inner.apply(entry.getValue(), member));
        }
        return turned;
    }

    private static String original(String name, Shape shape) {
        return shape.members().keySet().stream()
                .filter(member -> shown(member).equals(name))
                .findFirst()
                .orElse(name);
    }
}
