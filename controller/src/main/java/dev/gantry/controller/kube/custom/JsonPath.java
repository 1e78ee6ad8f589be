package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The simple form of JSONPath in which definitions name fields: members, items, ranges of items, all of them, and those that have a member of
 * some value.
 */
public record JsonPath(List<Step> steps) {

    /** From a value to others within it. */
    sealed interface Step {
        Stream<JsonNode> of(JsonNode value);

        record Member(String name) implements Step {
            @Override
            public Stream<JsonNode> of(JsonNode value) {
                return Stream.ofNullable(value.get(name));
            }
        }

        record All() implements Step {
            @Override
            public Stream<JsonNode> of(JsonNode value) {
                return value.valueStream();
            }
        }

        /** @param from counted from the end when negative; as is {@code to}, which is not among them */
        record Range(int from, int to) implements Step {
            @Override
            public Stream<JsonNode> of(JsonNode value) {
                int first = Math.max(0, from < 0 ? value.size() + from : from);
                int end = Math.min(value.size(), to < 0 ? value.size() + to : to);
                return value.isArray() && first < end
                        ? value.valueStream().skip(first).limit(end - (long) first)
                        : Stream.empty();
            }
        }

        /** @param equal whether the member must have the value, or must not have it */
        record Having(JsonPath member, boolean equal, String value) implements Step {
            @Override
            public Stream<JsonNode> of(JsonNode list) {
                return list.valueStream()
                        .filter(item -> equal
                                == member.read(item).stream()
                                        .anyMatch(found -> text(found).equals(value)));
            }
        }
    }

    public JsonPath {
        steps = List.copyOf(steps);
    }

    /** Empty for what is no such path. */
    public static Optional<JsonPath> parse(String text) {
        return new JsonPathParser(text).parse();
    }

    /** What the path leads to; empty where there is nothing. */
    public List<JsonNode> read(JsonNode object) {
        List<JsonNode> values = List.of(object);
        for (Step step : steps) {
            values = values.stream().flatMap(step::of).toList();
        }
        return values;
    }

    /** The same as a JSON pointer; empty when it leads to more than a member of members. */
    public Optional<String> pointer() {
        StringBuilder pointer = new StringBuilder();
        for (Step step : steps) {
            if (!(step instanceof Step.Member(String name))) {
                return Optional.empty();
            }
            pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
        }
        return Optional.of(pointer.toString());
    }

    /** A value as a reader sees it: texts without quotes. */
    static String text(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }
}
