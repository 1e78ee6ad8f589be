package dev.gantry.controller.kube.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The patterns of one definition, compiled when they are first needed. They take time that grows with the text, never faster. */
public final class Patterns {

    private static final int LENGTH_MAX = 4_096;
    private static final int SIZE_MAX = 50_000;

    private final Map<String, Pattern> compiled = new ConcurrentHashMap<>();

    Patterns() {}

    /** Whether a part of the text fits. Only for patterns without a {@link #problem}. */
    boolean find(String pattern, String text) {
        return compiled.computeIfAbsent(pattern, Pattern::compile).matcher(text).find();
    }

    /** Why a text is no pattern; empty if it is one. */
    public static Optional<String> problem(String pattern) {
        if (pattern.length() > LENGTH_MAX) {
            return Optional.of("must be no more than " + LENGTH_MAX + " characters");
        }
        if (size(pattern) > SIZE_MAX) {
            return Optional.of("must be a valid regular expression, but isn't: its repetitions are too many");
        }
        try {
            Pattern.compile(pattern);
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("must be a valid regular expression, but isn't: " + e.getMessage());
        }
    }

    /** How large the compiled form may get: what stands in groups counts as often as these are repeated. */
    private static long size(String pattern) {
        long[] sizes = new long[pattern.length() + 1];
        int depth = 0;
        long last = 0;
        for (int at = 0; at < pattern.length(); at++) {
            char c = pattern.charAt(at);
            if (c == '\\') {
                at++;
                last = 1;
            } else if (c == '(') {
                depth++;
                sizes[depth] = 0;
                continue;
            } else if (c == ')' && depth > 0) {
                last = sizes[depth];
                depth--;
            } else if (c == '{') {
                // The part before was counted once already.
                last = Math.min(SIZE_MAX + 1L, last * (repetitions(pattern, at + 1) - 1));
            } else {
                last = 1;
            }
            sizes[depth] = Math.min(SIZE_MAX + 1L, sizes[depth] + last);
        }
        return sizes[0];
    }

    /** The larger number of {@code {2,5}}; 1 where there is none. */
    private static long repetitions(String pattern, int from) {
        int end = pattern.indexOf('}', from);
        long most = 1;
        for (String number :
                end < 0 ? new String[0] : pattern.substring(from, end).split(",")) {
            if (number.matches("\\d{1,6}")) {
                most = Math.max(most, Long.parseLong(number));
            }
        }
        return most;
    }
}
