package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks a neutral tree against the constraints of its shape, in the words of the AWS services. */
public final class Validator {

    private static final int ERRORS_MAX = 20;

    private final List<String> errors = new ArrayList<>();

    private Validator() {}

    /**
     * Refuses an input that breaks constraints of the model.
     *
     * @param code what the service calls it
     */
    public static void require(JsonNode input, Shape shape, String code) {
        Validator validator = new Validator();
        validator.check(input, shape, "");
        int count = validator.errors.size();
        if (count > 0) {
            throw new AwsException(
                    code,
                    count + " validation error" + (count == 1 ? "" : "s") + " detected: "
                            + String.join("; ", validator.errors));
        }
    }

    private void check(JsonNode value, Shape shape, String path) {
        if (errors.size() >= ERRORS_MAX) {
            return;
        }
        switch (shape.type()) {
            case STRUCTURE -> structure(value, shape, path);
            case LIST -> {
                length(value, value.size(), shape, path);
                for (int i = 0; i < value.size(); i++) {
                    check(value.get(i), shape.element(), below(path, (i + 1) + ".member"));
                }
            }
            case MAP -> {
                length(value, value.size(), shape, path);
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    check(entry.getValue(), shape.element(), below(path, entry.getKey() + ".member"));
                }
            }
            case STRING -> text(value, shape, path);
            case INTEGER -> whole(value, shape, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> whole(value, shape, path, Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT, DOUBLE -> range(value, shape, path);
            case BLOB -> length(value, value.asText().length() / 4 * 3, shape, path);
            case BOOLEAN, TIMESTAMP -> {
                // The model has no constraints for these.
            }
        }
    }

    private void structure(JsonNode value, Shape shape, String path) {
        for (String member : shape.required()) {
            if (!value.has(member)) {
                errors.add("Value null at '" + Shown.text(below(path, member))
                        + "' failed to satisfy constraint: Member must not be null");
            }
        }
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            Shape memberShape = shape.members().get(member.getKey());
            if (memberShape != null) {
                check(member.getValue(), memberShape, below(path, member.getKey()));
            }
        }
    }

    private void text(JsonNode value, Shape shape, String path) {
        String text = value.asText();
        if (!shape.enumValues().isEmpty() && !shape.enumValues().contains(text)) {
            fail(value, shape, path, "Member must satisfy enum value set: " + shape.enumValues());
        }
        // The length comes first, so that no pattern runs over a text that is too long anyway.
        if (length(value, text.codePointCount(0, text.length()), shape, path)) {
            shape.pattern().ifPresent(pattern -> {
                if (!pattern.matcher(text).find()) {
                    fail(value, shape, path, "Member must satisfy regular expression pattern: " + pattern.pattern());
                }
            });
        }
    }

    private boolean length(JsonNode value, int length, Shape shape, String path) {
        if (shape.max().isPresent() && length > shape.max().getAsLong()) {
            fail(
                    value,
                    shape,
                    path,
                    "Member must have length less than or equal to "
                            + shape.max().getAsLong());
            return false;
        }
        if (shape.min().isPresent() && length < shape.min().getAsLong()) {
            fail(
                    value,
                    shape,
                    path,
                    "Member must have length greater than or equal to "
                            + shape.min().getAsLong());
            return false;
        }
        return true;
    }

    private void whole(JsonNode value, Shape shape, String path, long least, long most) {
        boolean fits = value.isIntegralNumber()
                ? value.canConvertToLong() && value.longValue() >= least && value.longValue() <= most
                : value.doubleValue() == Math.rint(value.doubleValue())
                        && value.doubleValue() >= least
                        && value.doubleValue() <= most;
        if (fits) {
            range(value, shape, path);
        } else {
            fail(value, shape, path, "Member must be a whole number between " + least + " and " + most);
        }
    }

    private void range(JsonNode value, Shape shape, String path) {
        if (shape.max().isPresent() && value.doubleValue() > shape.max().getAsLong()) {
            fail(
                    value,
                    shape,
                    path,
                    "Member must have value less than or equal to "
                            + shape.max().getAsLong());
        } else if (shape.min().isPresent() && value.doubleValue() < shape.min().getAsLong()) {
            fail(
                    value,
                    shape,
                    path,
                    "Member must have value greater than or equal to "
                            + shape.min().getAsLong());
        }
    }

    private void fail(JsonNode value, Shape shape, String path, String constraint) {
        if (errors.size() < ERRORS_MAX) {
            errors.add("Value " + Shown.value(value, shape) + " at '" + Shown.text(path)
                    + "' failed to satisfy constraint: " + constraint);
        }
    }

    private static String below(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
