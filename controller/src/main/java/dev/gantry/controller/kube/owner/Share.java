package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.JsonNode;

/** A number, or a percentage of another one. */
public record Share(JsonNode value) {

    private static final int WHOLE = 100;

    public int roundedUp(int of) {
        return isPercentage() ? Math.toIntExact(Math.ceilDiv((long) percent() * of, WHOLE)) : value.asInt();
    }

    public int roundedDown(int of) {
        return isPercentage() ? Math.toIntExact((long) percent() * of / WHOLE) : value.asInt();
    }

    private boolean isPercentage() {
        return value.isTextual() && value.asText().endsWith("%");
    }

    private int percent() {
        String text = value.asText();
        String digits = text.substring(0, text.length() - 1);
        return digits.matches("\\d{1,7}") ? Integer.parseInt(digits) : 0;
    }
}
