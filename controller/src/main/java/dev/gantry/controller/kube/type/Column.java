package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.util.function.Function;

/**
 * A column of the table that kubectl prints.
 *
 * @param type   {@code string}, {@code integer}, {@code number}, {@code boolean} or {@code date}
 * @param format for example {@code name}; may be empty
 * @param wide   shown with {@code -o wide} only
 */
public record Column(String name, String type, String format, boolean wide, Cell cell) {

    /** What a column shows of an object. */
    @FunctionalInterface
    public interface Cell {
        JsonNode of(ObjectNode object, Instant now);
    }

    private static final Column NAME =
            new Column("Name", "string", "name", false, (object, _) -> object.at("/metadata/name"));
    private static final Column AGE = new Column("Age", "string", "", false, Column::age);

    public static Column named() {
        return NAME;
    }

    /** Since its creation. */
    public static Column age() {
        return AGE;
    }

    /** Since a time in the object; {@code <unknown>} or the text when there is none. */
    static Column since(String name, String pointer, String otherwise) {
        return new Column(name, "string", "", false, (object, now) -> {
            String time = object.at(pointer).asText();
            return TextNode.valueOf(time.isEmpty() ? otherwise : Age.since(time, now));
        });
    }

    public static Column text(String name, Function<ObjectNode, String> text) {
        return new Column(name, "string", "", false, (object, _) -> TextNode.valueOf(text.apply(object)));
    }

    /** The value at a JSON pointer as text, or another one where there is none. */
    public static Column text(String name, String pointer, String otherwise) {
        return text(name, object -> {
            JsonNode value = object.at(pointer);
            return value.isMissingNode() || value.isNull() || value.asText().isEmpty() ? otherwise : value.asText();
        });
    }

    public static Column number(String name, String pointer) {
        return new Column(
                name,
                "integer",
                "",
                false,
                (object, _) -> object.numberNode(object.at(pointer).asLong()));
    }

    static Column count(String name, String pointer) {
        return new Column(
                name,
                "integer",
                "",
                false,
                (object, _) -> object.numberNode(object.at(pointer).size()));
    }

    /** The same, with {@code -o wide} only. */
    public Column onlyWide() {
        return new Column(name, type, format, true, cell);
    }

    private static JsonNode age(ObjectNode object, Instant now) {
        return TextNode.valueOf(
                Age.since(object.at("/metadata/creationTimestamp").asText(), now));
    }
}
