package dev.gantry.controller.kube.decode;

import dev.gantry.controller.kube.refusal.KubeRefusal;

/** What becomes of fields that are given twice or that a kind does not have. They are never kept. */
public enum FieldValidation {
    STRICT,
    WARN,
    IGNORE;

    /** @param parameter of the request; empty where it is not given */
    public static FieldValidation of(String parameter) {
        return switch (parameter) {
            case "Strict" -> STRICT;
            case "Warn", "" -> WARN;
            case "Ignore" -> IGNORE;
            default ->
                throw KubeRefusal.badRequest("fieldValidation: Unsupported value: \"" + parameter
                        + "\": supported values: \"Ignore\", \"Strict\", \"Warn\"");
        };
    }
}
