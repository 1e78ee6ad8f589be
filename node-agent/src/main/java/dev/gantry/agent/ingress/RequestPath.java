package dev.gantry.agent.ingress;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The path of a request as rules see it, so that one that is only written differently does not pass by a rule. */
final class RequestPath {

    private static final int HEX = 16;

    private RequestPath() {}

    /** Without escapes, empty segments and dots; empty for what is no path, or leads out of the root. */
    static Optional<String> plain(String raw) {
        if (!raw.startsWith("/")) {
            return Optional.empty();
        }
        return unescaped(raw).flatMap(RequestPath::withoutDots);
    }

    private static Optional<String> unescaped(String raw) {
        if (raw.indexOf('%') < 0) {
            return Optional.of(raw);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] from = raw.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < from.length; i++) {
            if (from[i] != '%') {
                bytes.write(from[i]);
                continue;
            }
            int high = i + 2 < from.length ? Character.digit(from[i + 1], HEX) : -1;
            int low = i + 2 < from.length ? Character.digit(from[i + 2], HEX) : -1;
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            bytes.write(high * HEX + low);
            i += 2;
        }
        return Optional.of(bytes.toString(StandardCharsets.UTF_8));
    }

    private static Optional<String> withoutDots(String path) {
        if (!path.contains("//") && !path.contains("/.")) {
            return Optional.of(path);
        }
        List<String> segments = List.of(path.split("/", -1));
        Deque<String> kept = new ArrayDeque<>();
        for (String segment : segments) {
            switch (segment) {
                case "", "." -> {
                    // Says nothing.
                }
                case ".." -> {
                    if (kept.pollLast() == null) {
                        return Optional.empty();
                    }
                }
                default -> kept.addLast(segment);
            }
        }
        boolean isFolder = List.of("", ".", "..").contains(segments.getLast()) && !kept.isEmpty();
        return Optional.of("/" + String.join("/", kept) + (isFolder ? "/" : ""));
    }
}
