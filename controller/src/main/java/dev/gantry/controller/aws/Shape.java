package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One shape of a service's model. Shapes refer to each other, in circles at times, so they are linked after making. */
public final class Shape {

    /** What a value can be on the wire. */
    public enum Type {
        STRUCTURE,
        LIST,
        MAP,
        STRING,
        INTEGER,
        LONG,
        FLOAT,
        DOUBLE,
        BOOLEAN,
        TIMESTAMP,
        BLOB
    }

    private final String name;
    private final Type type;
    private final JsonNode source;
    private final List<String> required = new ArrayList<>();
    private final List<String> enumValues = new ArrayList<>();
    private final @Nullable Pattern pattern;
    private final Map<String, Shape> members = new LinkedHashMap<>();
    private @Nullable Shape element;

    Shape(String name, JsonNode source) {
        this.name = name;
        this.source = source;
        this.type = Type.valueOf(source.path("type").asText().toUpperCase(Locale.ROOT));
        source.path("required").forEach(member -> required.add(member.asText()));
        source.path("enum").forEach(value -> enumValues.add(value.asText()));
        this.pattern =
                source.has("pattern") ? Pattern.compile(source.path("pattern").asText()) : null;
    }

    void link(Function<String, Shape> shapes) {
        source.path("members")
                .properties()
                .forEach(member -> members.put(
                        member.getKey(),
                        shapes.apply(member.getValue().path("shape").asText())));
        String of = type == Type.LIST ? "member" : "value";
        if (source.has(of)) {
            element = shapes.apply(source.path(of).path("shape").asText());
        }
    }

    public String name() {
        return name;
    }

    public Type type() {
        return type;
    }

    /** Of a structure, in the model's order. */
    public Map<String, Shape> members() {
        return members;
    }

    /** What a list or a map holds. */
    public Shape element() {
        if (element == null) {
            throw new IllegalStateException(name + " holds nothing");
        }
        return element;
    }

    /** Members that must be there. */
    public List<String> required() {
        return required;
    }

    /** What a text may be; empty where it may be anything. */
    public List<String> enumValues() {
        return enumValues;
    }

    Optional<Pattern> pattern() {
        return Optional.ofNullable(pattern);
    }

    OptionalLong min() {
        return source.has("min") ? OptionalLong.of(source.path("min").asLong()) : OptionalLong.empty();
    }

    OptionalLong max() {
        return source.has("max") ? OptionalLong.of(source.path("max").asLong()) : OptionalLong.empty();
    }

    /** Must not appear in messages. */
    boolean sensitive() {
        return source.path("sensitive").asBoolean();
    }

    /** Any JSON at all. */
    boolean document() {
        return source.path("document").asBoolean();
    }
}
