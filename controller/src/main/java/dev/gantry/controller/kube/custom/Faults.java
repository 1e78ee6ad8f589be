package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.refusal.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Collects what is wrong with the values of a custom object, in the words of Kubernetes; no more than somebody would read. */
final class Faults {

    private static final int CAUSES_MAX = 100;

    private final List<Cause> causes = new ArrayList<>();

    List<Cause> causes() {
        return List.copyOf(causes);
    }

    void addAll(List<Cause> more) {
        more.forEach(this::add);
    }

    void required(String path) {
        add(Cause.required(path, ""));
    }

    void invalid(String path, JsonNode value, String message) {
        add(new Cause(path, "FieldValueInvalid", "Invalid value: " + value + ": " + message));
    }

    /** Of a value of another type than {@code wanted}. */
    void mistyped(String path, JsonNode value, String wanted) {
        String type = type(value);
        add(new Cause(
                path,
                "FieldValueTypeInvalid",
                "Invalid value: \"" + type + "\": " + path + " in body must be of type " + wanted + ": \"" + type
                        + "\""));
    }

    void tooLong(String path, long most) {
        add(new Cause(path, "FieldValueTooLong", "Too long: may not be more than " + most + " bytes"));
    }

    void tooMany(String path, int size, long most) {
        add(new Cause(path, "FieldValueTooMany", "Too many: " + size + ": must have at most " + most + " items"));
    }

    void duplicate(String path, JsonNode value) {
        add(new Cause(path, "FieldValueDuplicate", "Duplicate value: " + value));
    }

    void unsupported(String path, JsonNode value, JsonNode supported) {
        String all = supported
                .valueStream()
                .map(one -> "\"" + JsonPath.text(one) + "\"")
                .collect(Collectors.joining(", "));
        add(new Cause(path, "FieldValueNotSupported", "Unsupported value: " + value + ": supported values: " + all));
    }

    private void add(Cause cause) {
        if (causes.size() < CAUSES_MAX) {
            causes.add(cause);
        }
    }

    static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "object";
            case ARRAY -> "array";
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            default -> "null";
        };
    }
}
