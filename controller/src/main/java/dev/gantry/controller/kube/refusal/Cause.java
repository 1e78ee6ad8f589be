package dev.gantry.controller.kube.refusal;

/**
 * One thing that is wrong with an object.
 *
 * @param field   its path, for example {@code spec.replicas}
 * @param reason  for programs, for example {@code FieldValueInvalid}
 * @param message for people, without the field
 */
public record Cause(String field, String reason, String message) {

    public static Cause required(String field, String message) {
        return new Cause(field, "FieldValueRequired", "Required value" + (message.isEmpty() ? "" : ": " + message));
    }

    public static Cause invalid(String field, String value, String message) {
        return new Cause(field, "FieldValueInvalid", "Invalid value: \"" + value + "\": " + message);
    }

    public static Cause forbidden(String field, String message) {
        return new Cause(field, "FieldValueForbidden", "Forbidden: " + message);
    }
}
