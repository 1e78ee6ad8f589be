package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;

/** How values of strangers appear in messages: short, and without characters that act on a terminal or a log. */
final class Shown {

    private static final int CHARS_MAX = 256;

    private Shown() {}

    static String text(String value) {
        StringBuilder shown = new StringBuilder();
        value.codePoints().limit(CHARS_MAX).forEach(c -> {
            int type = Character.getType(c);
            boolean acts = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
            if (acts) {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return value.codePointCount(0, value.length()) > CHARS_MAX ? shown + "..." : shown.toString();
    }

    /** A value in a message about its shape. */
    static String value(JsonNode value, Shape shape) {
        if (shape.sensitive()) {
            return "'***'";
        }
        return switch (shape.type()) {
            case LIST, MAP, STRUCTURE -> "'" + value.size() + " entries'";
            default -> "'" + text(value.asText()) + "'";
        };
    }
}
