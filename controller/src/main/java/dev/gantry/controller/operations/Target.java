package dev.gantry.controller.operations;

import dev.gantry.controller.http.HttpRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a request's path and query ask for.
 *
 * @param segments of the path after {@code /_gantry/v1/}, decoded
 * @param query    values by name, in the order sent
 */
record Target(List<String> segments, Map<String, List<String>> query) {

    static final String PREFIX = "/_gantry/v1/";

    static Target of(HttpRequest request) {
        String path = request.target().split("\\?", 2)[0];
        String rest = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : "";
        List<String> segments =
                Arrays.stream(rest.split("/")).map(Target::decode).toList();
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (String pair : request.query().split("&")) {
            if (!pair.isEmpty()) {
                String[] parts = pair.split("=", 2);
                query.computeIfAbsent(decode(parts[0]), _ -> new ArrayList<>())
                        .add(parts.length == 2 ? decode(parts[1]) : "");
            }
        }
        return new Target(segments, query);
    }

    /** Empty when there are fewer segments. */
    String segment(int index) {
        return index < segments.size() ? segments.get(index) : "";
    }

    String text(String name) {
        return query.getOrDefault(name, List.of("")).getFirst();
    }

    boolean flag(String name) {
        return List.of("true", "1").contains(text(name));
    }

    List<String> all(String name) {
        return query.getOrDefault(name, List.of());
    }

    /** @throws IllegalArgumentException when it is no whole number */
    long number(String name, long otherwise) {
        String text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number, was " + text, e);
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
