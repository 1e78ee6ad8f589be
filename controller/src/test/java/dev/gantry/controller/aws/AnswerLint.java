package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds answers against the model of their service: members that it does not have, types, enums, required members. */
public final class AnswerLint {

    private final List<String> findings = new ArrayList<>();

    private AnswerLint() {}

    /** @throws AssertionError with all that is wrong with the answer, by its path in it */
    public static void require(ServiceModel model, String operation, JsonNode answer) {
        Optional<Shape> shape = model.operation(operation).orElseThrow().output();
        AnswerLint lint = new AnswerLint();
        if (shape.isPresent()) {
            lint.check(answer, shape.get(), operation);
        } else if (!answer.isEmpty()) {
            lint.findings.add(operation + " answers nothing by the model");
        }
        if (!lint.findings.isEmpty()) {
            throw new AssertionError(String.join("; ", lint.findings) + " in " + answer);
        }
    }

    private void check(JsonNode value, Shape shape, String path) {
        boolean fits = switch (shape.type()) {
            case STRUCTURE, MAP -> value.isObject() || shape.document();
            case LIST -> value.isArray();
            case STRING, BLOB -> value.isTextual();
            case INTEGER -> value.canConvertToInt() && value.isIntegralNumber();
            case LONG -> value.canConvertToLong() && value.isIntegralNumber();
            case FLOAT, DOUBLE, TIMESTAMP -> value.isNumber();
            case BOOLEAN -> value.isBoolean();
        };
        if (!fits) {
            findings.add(path + " is " + value.getNodeType() + ", not " + shape.type());
            return;
        }
        switch (shape.type()) {
            case STRUCTURE -> structure(value, shape, path);
            case LIST -> value.forEach(item -> check(item, shape.element(), path + "[]"));
            case MAP ->
                value.properties()
                        .forEach(entry -> check(entry.getValue(), shape.element(), path + "." + entry.getKey()));
            case STRING -> {
                if (!shape.enumValues().isEmpty() && !shape.enumValues().contains(value.asText())) {
                    findings.add(path + " is " + value + ", not one of " + shape.enumValues());
                }
            }
            default -> {
                // The type is all that can be wrong.
            }
        }
    }

    private void structure(JsonNode value, Shape shape, String path) {
        if (shape.document()) {
            return;
        }
        for (String member : shape.required()) {
            if (!value.has(member)) {
                findings.add(path + "." + member + " is missing");
            }
        }
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            String at = path + "." + member.getKey();
            Optional.ofNullable(shape.members().get(member.getKey()))
                    .ifPresentOrElse(
                            found -> check(member.getValue(), found, at), () -> findings.add(at + " is unknown"));
        }
    }
}
