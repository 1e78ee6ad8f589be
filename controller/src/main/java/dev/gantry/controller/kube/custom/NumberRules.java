package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.schema.Schema;
import java.math.BigDecimal;

/** What a definition says of numbers. */
final class NumberRules {

    private NumberRules() {}

    static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber()
                || value.isDouble() && value.canConvertToLong() && value.asDouble() == value.asLong();
    }

    static void check(JsonNode value, Schema schema, String path, Faults faults) {
        BigDecimal number = value.decimalValue();
        JsonNode least = schema.rule("minimum");
        JsonNode most = schema.rule("maximum");
        JsonNode step = schema.rule("multipleOf");
        if (least.isNumber()) {
            boolean isOpen = schema.rule("exclusiveMinimum").asBoolean();
            int order = number.compareTo(least.decimalValue());
            if (order < 0 || isOpen && order == 0) {
                String bound = (isOpen ? "greater than " : "greater than or equal to ") + plain(least);
                faults.invalid(path, value, path + " in body should be " + bound);
            }
        }
        if (most.isNumber()) {
            boolean isOpen = schema.rule("exclusiveMaximum").asBoolean();
            int order = number.compareTo(most.decimalValue());
            if (order > 0 || isOpen && order == 0) {
                String bound = (isOpen ? "less than " : "less than or equal to ") + plain(most);
                faults.invalid(path, value, path + " in body should be " + bound);
            }
        }
        boolean isStepped = step.isNumber() && step.decimalValue().signum() > 0;
        if (isStepped && number.remainder(step.decimalValue()).signum() != 0) {
            faults.invalid(path, value, path + " in body should be a multiple of " + plain(step));
        }
        if (!isInRange(value, schema.format())) {
            faults.invalid(path, value, path + " in body must be of type " + schema.format() + ": " + value);
        }
    }

    private static boolean isInRange(JsonNode value, String format) {
        return switch (format) {
            case "int32" -> value.canConvertToInt();
            case "int64" -> value.canConvertToLong();
            default -> true;
        };
    }

    private static String plain(JsonNode number) {
        return number.decimalValue().stripTrailingZeros().toPlainString();
    }
}
