package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gantry.controller.kube.type.Age;
import dev.gantry.controller.kube.type.Column;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The columns that a definition wants kubectl to print. */
final class PrinterColumns {

    private PrinterColumns() {}

    /** Beside the name: what the definition lists, or else the age. */
    static Column[] of(JsonNode version) {
        JsonNode listed = version.path("additionalPrinterColumns");
        List<Column> columns = new ArrayList<>();
        for (JsonNode one : listed) {
            JsonPath.parse(one.path("jsonPath").asText()).ifPresent(path -> columns.add(column(one, path)));
        }
        return listed.isEmpty() ? new Column[] {Column.age()} : columns.toArray(Column[]::new);
    }

    private static Column column(JsonNode one, JsonPath path) {
        String type = one.path("type").asText();
        return new Column(
                one.path("name").asText(),
                type,
                one.path("format").asText(),
                one.path("priority").asInt() > 0,
                (object, now) -> cell(type, path, object, now));
    }

    /** Null where there is nothing, or something else than the column says. */
    private static JsonNode cell(String type, JsonPath path, ObjectNode object, Instant now) {
        List<JsonNode> found =
                path.read(object).stream().filter(value -> !value.isNull()).toList();
        if (found.isEmpty()) {
            return type.equals("date") ? TextNode.valueOf("<unknown>") : NullNode.getInstance();
        }
        JsonNode first = found.getFirst();
        return switch (type) {
            case "string" -> TextNode.valueOf(found.stream().map(JsonPath::text).collect(Collectors.joining(",")));
            case "date" -> TextNode.valueOf(Age.since(first.asText(), now));
            case "integer" -> first.isNumber() ? object.numberNode(first.asLong()) : NullNode.getInstance();
            case "number" -> first.isNumber() ? first : NullNode.getInstance();
            case "boolean" -> first.isBoolean() ? first : NullNode.getInstance();
            default -> NullNode.getInstance();
        };
    }
}
