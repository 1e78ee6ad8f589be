package dev.gantry.controller.kube.serve;

import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The parameters of a request. */
record Query(Map<String, List<String>> values) {

    static Query parse(String text) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                values.computeIfAbsent(name, _ -> new ArrayList<>())
                        .add(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return new Query(values);
    }

    /** The first value, or an empty text. */
    String text(String name) {
        return values.getOrDefault(name, List.of("")).getFirst();
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    boolean flag(String name) {
        String text = text(name);
        return text.equals("true") || text.equals("1") || (text.isEmpty() && values.containsKey(name));
    }

    OptionalLong number(String name) {
        String text = text(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!text.matches("\\d{1,18}")) {
            throw KubeRefusal.badRequest("the parameter " + name + " must be a number, was \"" + text + "\"");
        }
        return OptionalLong.of(Long.parseLong(text));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw KubeRefusal.badRequest("the query is not encoded correctly");
        }
    }
}
