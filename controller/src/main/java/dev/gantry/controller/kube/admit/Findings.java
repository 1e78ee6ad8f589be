package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Cidr;
import dev.gantry.controller.kube.refusal.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects what is wrong with an object, in the words of Kubernetes. */
final class Findings {

    private static final int PORT_MAX = 65_535;
    private static final String IMMUTABLE = "field is immutable";

    private final List<Cause> causes = new ArrayList<>();

    List<Cause> causes() {
        return List.copyOf(causes);
    }

    void addAll(List<Cause> more) {
        causes.addAll(more);
    }

    void required(String field, String message) {
        causes.add(Cause.required(field, message));
    }

    /** @param value as JSON has it, so that texts are quoted and numbers are not */
    void invalid(String field, JsonNode value, String message) {
        causes.add(new Cause(field, "FieldValueInvalid", "Invalid value: " + value + ": " + message));
    }

    void invalid(String field, String value, String message) {
        causes.add(Cause.invalid(field, value, message));
    }

    /** What is wrong with a field is not its value alone. */
    void wrong(String field, String message) {
        causes.add(new Cause(field, "FieldValueInvalid", "Invalid value: " + message));
    }

    void tooLong(String field, int bytes) {
        causes.add(new Cause(field, "FieldValueTooLong", "Too long: may not be more than " + bytes + " bytes"));
    }

    void forbidden(String field, String message) {
        causes.add(Cause.forbidden(field, message));
    }

    void duplicate(String field, String value) {
        causes.add(new Cause(field, "FieldValueDuplicate", "Duplicate value: \"" + value + "\""));
    }

    /** @param value as JSON has it */
    void duplicate(String field, JsonNode value) {
        causes.add(new Cause(field, "FieldValueDuplicate", "Duplicate value: " + value));
    }

    void notFound(String field, String value) {
        causes.add(new Cause(field, "FieldValueNotFound", "Not found: \"" + value + "\""));
    }

    /** Nothing is wrong with a value that is absent. */
    void oneOf(String field, JsonNode value, List<String> supported) {
        if (value.isTextual() && !supported.contains(value.asText())) {
            causes.add(new Cause(
                    field,
                    "FieldValueNotSupported",
                    "Unsupported value: " + value + ": supported values: \"" + String.join("\", \"", supported)
                            + "\""));
        }
    }

    /** The name of another object; nothing is wrong with one that is absent or empty. */
    void nameOrNone(String field, JsonNode value) {
        if (!value.asText().isEmpty()) {
            Names.SUBDOMAIN.problem(value.asText()).ifPresent(problem -> invalid(field, value, problem));
        }
    }

    void tooMany(String field, int most) {
        causes.add(new Cause(field, "FieldValueTooMany", "Too many: must have at most " + most));
    }

    void notNegative(String field, JsonNode value) {
        if (value.isNumber() && value.asLong() < 0) {
            invalid(field, value, "must be greater than or equal to 0");
        }
    }

    /** Reads a block of addresses. */
    Optional<Cidr> block(String field, String text) {
        Optional<Cidr> block = Cidr.parse(text);
        if (block.isEmpty()) {
            invalid(field, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        }
        return block;
    }

    /** The number of a port; one that is absent is none. */
    void port(String field, JsonNode value) {
        if (value.asInt() < 1 || value.asInt() > PORT_MAX) {
            invalid(field, value, "must be between 1 and 65535, inclusive");
        }
    }

    void unchanged(String field, JsonNode before, JsonNode after) {
        if (!before.equals(after)) {
            invalid(field, after, IMMUTABLE);
        }
    }
}
