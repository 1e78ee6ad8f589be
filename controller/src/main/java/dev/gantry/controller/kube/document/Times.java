package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Times as the Kubernetes API writes them: in UTC, of whole seconds. */
public final class Times {

    private Times() {}

    public static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** @param millis since the epoch */
    public static String text(long millis) {
        return text(Instant.ofEpochMilli(millis));
    }

    /** Empty for what is absent. */
    public static Optional<Instant> read(JsonNode value) {
        String text = value.asText();
        return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
    }
}
