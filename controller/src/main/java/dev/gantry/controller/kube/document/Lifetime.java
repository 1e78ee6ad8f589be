package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Which objects go by themselves: events, an hour after they happened last, as upstream. */
public final class Lifetime {

    public static final Duration OF_EVENTS = Duration.ofHours(1);

    /** Custom kinds may have the same name. */
    private static final Set<String> VERSIONS = Set.of("v1", "events.k8s.io/v1");

    private static final List<String> TIMES = List.of(
            "/lastTimestamp",
            "/eventTime",
            "/series/lastObservedTime",
            "/deprecatedLastTimestamp",
            "/metadata/creationTimestamp");

    private Lifetime() {}

    /** Milliseconds since the epoch; 0 for what stays until somebody deletes it. */
    static long endMs(JsonNode object) {
        boolean isEvent = object.path("kind").asText().equals("Event")
                && VERSIONS.contains(object.path("apiVersion").asText());
        if (!isEvent) {
            return 0;
        }
        return TIMES.stream()
                .flatMap(pointer -> time(object.at(pointer).asText()).stream())
                .max(Instant::compareTo)
                .map(last -> last.plus(OF_EVENTS).toEpochMilli())
                .orElse(0L);
    }

    /** Empty for what is no time: it was admitted as text, and says nothing here. */
    private static Optional<Instant> time(String text) {
        try {
            return Stream.of(text)
                    .filter(one -> !one.isEmpty())
                    .map(OffsetDateTime::parse)
                    .map(OffsetDateTime::toInstant)
                    .findFirst();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
